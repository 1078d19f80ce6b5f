"""What a walk saw, one text file for each question, so that any tool for texts can compare two of them."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from threading import Lock
from typing import Any

HERE = Path(__file__).parent


class Recording:
    """A folder of answers. `put` refuses a second answer under one name: a name is a question."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._names: set[str] = set()
        self._lock = Lock()
        self._version = version()
        if folder.exists() and any(folder.iterdir()):
            raise FileExistsError(f"{folder} is not empty")
        folder.mkdir(parents=True, exist_ok=True)

    def put(self, name: str, text: str) -> None:
        """Keep an answer under the name of its question, such as `pages/surveyor/zh/assets/plain`."""
        with self._lock:
            if name in self._names:
                raise KeyError(f"asked twice: {name}")
            self._names.add(name)
        file = self.folder / "answers" / f"{name}.txt"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text if text.endswith("\n") else text + "\n", encoding="utf-8")

    def close(self, **details: Any) -> None:
        """Say what was walked, and by which version of the walk."""
        about = {"walk": self._version, "answers": len(self._names), **details}
        text = json.dumps(about, ensure_ascii=False, indent=1, sort_keys=True)
        (self.folder / "walk.json").write_text(text + "\n", encoding="utf-8")


def version() -> str:
    """A checksum of the walk itself and of the files it delivers: recordings of two versions are not comparable."""
    digest = hashlib.sha256()
    for file in sorted([*HERE.glob("*.py"), *(HERE.parent / "data").glob("lamps*")]):
        if file.name != "compare.py":
            digest.update(file.name.encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()[:16]
