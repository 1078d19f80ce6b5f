"""The key that sessions are signed with, made once where none is given."""

from __future__ import annotations

import os
import secrets
from pathlib import Path


def secret_key(home: Path) -> str:
    """The key kept in the home folder, readable by its owner alone; made at the first call, by whoever comes first."""
    home.mkdir(parents=True, exist_ok=True)
    kept = home / "secret-key"
    fresh = home / f"secret-key.{os.getpid()}.{secrets.token_hex(4)}"
    if not kept.exists():
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(48))
        try:
            os.link(fresh, kept)  # fails where another worker was first: then its key is the key
        except FileExistsError:
            pass
        finally:
            fresh.unlink()
    return kept.read_text(encoding="ascii").strip()
