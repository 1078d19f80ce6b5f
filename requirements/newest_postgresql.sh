#!/bin/sh
# For the tests alone: the newest minor release of the installed PostgreSQL that apt offers, unpacked into .cache beside the
# installed one, which is left as it is (a cluster may be running on it). With the installed PostGIS, which fits every minor.
# Security releases have changed plans before: what passes on the installed one must pass on what a fresh machine gets.
set -eu
cd "$(dirname "$0")/.."
place=.cache/postgresql-newest
say() { echo "The newest PostgreSQL: $1"; }
if ! command -v apt-get >/dev/null 2>&1 || ! command -v dpkg-deb >/dev/null 2>&1; then say "no apt here, the tests use the installed one"; exit 0; fi
major=$(ls /usr/lib/postgresql 2>/dev/null | sort -n | tail -1)
package="postgresql-$major"
installed=$(dpkg-query -W -f '${Version}' "$package" 2>/dev/null || true)
if [ -z "$installed" ]; then say "none installed by apt, the tests use what there is"; exit 0; fi
if [ "$(id -u)" = 0 ]; then apt-get update -qq -o Acquire::Retries=0 -o Acquire::http::Timeout=15 >/dev/null 2>&1 || say "apt cannot be asked for news, its last lists are used"; fi
offered=$(LC_ALL=C apt-cache policy "$package" | sed -n 's/^ *Candidate: //p')
if [ "$offered" = "$installed" ] || ! dpkg --compare-versions "$offered" gt "$installed"; then
  rm -rf "$place"
  say "$installed is installed, and apt offers no newer one"
  exit 0
fi
if [ "$(cat "$place/version" 2>/dev/null)" = "$offered" ]; then say "$offered, unpacked before"; exit 0; fi
rm -rf "$place" && mkdir -p "$place"
if ! (cd "$place" && apt-get download -qq -o APT::Sandbox::User=root "$package=$offered" >/dev/null 2>&1); then
  rm -rf "$place"
  say "$offered cannot be fetched, the tests use the installed $installed"
  exit 0
fi
dpkg-deb -x "$place"/*.deb "$place" && rm "$place"/*.deb
for file in $(dpkg -L "$package-postgis-3" "$package-postgis-3-scripts" | grep -E "^/usr/(lib/postgresql/$major/lib/[^/]*\.so|share/postgresql/$major/extension/.*)$"); do
  # the control files are links of Debian's alternatives
  [ ! -f "$file" ] || cp -L "$file" "$place$file"
done
for link in "/usr/share/postgresql/$major/extension/"*.control; do
  [ -e "$place$link" ] || cp -L "$link" "$place$link"
done
echo "$offered" >"$place/version"
say "$offered, unpacked beside the installed $installed"
