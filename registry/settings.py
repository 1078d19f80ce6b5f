"""Everything that the environment decides. The only place that reads `os.environ`."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from registry.errors import Invalid


def _home() -> Path:
    checkout = Path(__file__).resolve().parent.parent
    default = checkout / "var" if (checkout / "Makefile").is_file() else Path.cwd() / "chengji-var"
    return Path(os.environ.get("REGISTRY_HOME", default)).resolve()


def _whole(name: str, default: int) -> int:
    value = os.environ.get(name) or str(default)
    if not value.isdecimal():
        raise Invalid("setting.not_whole", name=name, value=value)
    return int(value)


def _flag(name: str) -> bool:
    return os.environ.get(name, "").lower() in {"1", "true", "yes", "on"}


@dataclass(frozen=True)
class Settings:
    """One reading of the environment. See docs/operating.md for each variable."""

    database_url: str | None
    home: Path
    postgres: str | None
    language: str
    district: str | None
    person: str | None
    secret_key: str | None
    host: str
    port: int
    workers: int
    session_minutes: int
    statement_seconds: int
    import_workers: int
    reader_megabytes: int
    reader_seconds: int
    upload_mb: int
    behind_https: bool
    basemap_url: str | None
    basemap_datum: str
    basemap_attribution: str
    datum_parameters: str | None


@cache
def settings() -> Settings:
    """The settings of this process. Raises Invalid for a number that is none."""
    get = os.environ.get
    return Settings(
        database_url=get("DATABASE_URL"),
        home=_home(),
        postgres=get("REGISTRY_POSTGRES") or None,
        language=get("REGISTRY_LANGUAGE") or ("en" if get("LANG", "").startswith("en") else "zh"),
        district=get("REGISTRY_DISTRICT"),
        person=get("REGISTRY_PERSON"),
        secret_key=get("REGISTRY_SECRET_KEY"),
        host=get("REGISTRY_HOST", "127.0.0.1"),
        port=_whole("REGISTRY_PORT", 8000),
        workers=_whole("REGISTRY_WORKERS", 2),
        session_minutes=_whole("REGISTRY_SESSION_MINUTES", 30),
        statement_seconds=_whole("REGISTRY_STATEMENT_SECONDS", 10),
        import_workers=_whole("REGISTRY_IMPORT_WORKERS", 1),
        reader_megabytes=_whole("REGISTRY_READER_MB", 1024),
        reader_seconds=_whole("REGISTRY_READER_SECONDS", 120),
        upload_mb=_whole("REGISTRY_UPLOAD_MB", 2048),
        behind_https=_flag("REGISTRY_HTTPS"),
        basemap_url=get("REGISTRY_BASEMAP_URL"),
        basemap_datum=get("REGISTRY_BASEMAP_DATUM", "WGS84"),
        basemap_attribution=get("REGISTRY_BASEMAP_ATTRIBUTION", ""),
        datum_parameters=get("REGISTRY_DATUM_PARAMETERS") or None,
    )
