"""A progress bar on the terminal; nothing where nobody looks."""

from __future__ import annotations

import sys
from types import TracebackType
from typing import Any

from registry.i18n import _


class Bar:
    """What `pipeline.run` calls while it works. Shown only on a terminal."""

    def __init__(self, quiet: bool = False) -> None:
        self._shown = not quiet and sys.stderr.isatty()
        self._bar: Any = None
        self._task: Any = None

    def __enter__(self) -> Bar:
        if self._shown:
            from rich.console import Console
            from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

            columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
            self._bar = Progress(*columns, console=Console(stderr=True), transient=True)
            self._bar.start()
            self._task = self._bar.add_task(_("读取"), total=None)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar is not None:
            self._bar.stop()

    def __call__(self, verb: str, done: int, total: int | None) -> None:
        """Tell how far a verb is; `total` None where nobody knows."""
        if self._bar is not None:
            words = {"read": _("读取、检查"), "diff": _("与登记册比对"), "apply": _("应用")}
            self._bar.update(self._task, description=words[verb], completed=done, total=total)
