#!/bin/sh
# System packages, through apt where they are missing and we may; otherwise one message names them.
# "test" adds the browser and the tools that the tests and benchmarks compare with.
set -eu
wanted=""
need() { # command-or-file package...
  thing=$1; shift
  if ! command -v "$thing" >/dev/null 2>&1 && [ ! -e "$thing" ]; then wanted="$wanted $*"; fi
}
need_python() { python3 -c 'import sys, ensurepip, venv; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 || wanted="$wanted python3 python3-venv"; }
need_postgis() {
  if [ -n "${DATABASE_URL:-}" ]; then return; fi
  for control in /usr/lib/postgresql/*/bin/pg_ctl; do
    version=$(basename "$(dirname "$(dirname "$control")")")
    if [ -x "$control" ] && [ "$version" -ge 15 ] && [ -e "/usr/share/postgresql/$version/extension/postgis.control" ]; then return; fi
  done
  wanted="$wanted postgresql postgresql-15-postgis-3"
}
need_library() { # shared library, packages...
  library=$1; shift
  PATH="$PATH:/sbin:/usr/sbin" ldconfig -p 2>/dev/null | grep -q "$library" || wanted="$wanted $*"
}
need_chinese() { # acceptance records are printed, pages are looked at: both need Han characters
  [ -n "$(fc-list :lang=zh 2>/dev/null | head -1)" ] || wanted="$wanted fontconfig fonts-noto-cjk"
}
need_python; need_postgis
need_library libpangoft2-1.0.so.0 libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0; need_chinese
if [ "${1:-}" = test ]; then
  need chromium chromium
  need ogr2ogr gdal-bin
  need shp2pgsql postgis
  need psql postgresql-client
fi
[ -n "$wanted" ] || exit 0
if command -v apt-get >/dev/null 2>&1; then
  if [ "$(id -u)" = 0 ]; then as_root=""; elif sudo -n true 2>/dev/null; then as_root="sudo"; else as_root="no"; fi
  if [ "$as_root" != no ]; then
    echo "Installing system packages:$wanted"
    export DEBIAN_FRONTEND=noninteractive
    # The Debian package would start a server of its own; the checkout brings its private one.
    $as_root mkdir -p /etc/postgresql-common
    [ -e /etc/postgresql-common/createcluster.conf ] || echo "create_main_cluster = false" | $as_root tee /etc/postgresql-common/createcluster.conf >/dev/null
    $as_root apt-get update -qq
    # shellcheck disable=SC2086
    $as_root apt-get install -y -qq --no-install-recommends $wanted >/dev/null
    exit 0
  fi
fi
echo "缺少系统软件包，请管理员安装：$wanted" >&2
echo "Missing system packages; ask an administrator to install:$wanted" >&2
echo "(An existing PostGIS can be used instead of the private one: set DATABASE_URL.)" >&2
exit 1
