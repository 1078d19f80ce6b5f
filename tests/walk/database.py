"""What stands in the database at the end: tables, their columns, and their rows without secrets and moments."""

from __future__ import annotations

from .normal import Normal
from .place import Place
from .recording import Recording

SECRET = frozenset({"password", "fs_uniquifier", "session", "token"})


def tables(place: Place, recording: Recording, normal: Normal) -> None:
    """Each table of the register as one answer."""
    names = place.ask("SELECT tablename FROM pg_tables WHERE schemaname = 'registry' ORDER BY 1")
    for (table,) in names:
        columns = place.ask(
            "SELECT column_name, data_type FROM information_schema.columns WHERE table_schema = 'registry' AND table_name = %s"
            " ORDER BY ordinal_position", table,
        )  # fmt: skip
        shown = ", ".join(f'"{name}"::text' for name, _kind in columns if name not in SECRET)
        rows = place.ask(f'SELECT {shown} FROM registry."{table}"')
        lines = sorted(normal.text("\t".join("∅" if value is None else value for value in row)) for row in rows)
        described = [f"{name} {kind}" for name, kind in columns]
        recording.put(f"database/{table}", "\n".join(["--- columns", *described, f"--- {len(lines)} rows", *lines]))
