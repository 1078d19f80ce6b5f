"""`python -m tests.walk record FOLDER`, `python -m tests.walk compare BEFORE AFTER`."""

from __future__ import annotations

import json
import signal
import sys
import time
import traceback
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from . import acts, commands, compare, database, deliveries, known, pages, papers
from .browser import Browser, Counted
from .normal import Normal
from .place import Place, own_program, place
from .recording import Recording, version

# Who asks how many questions of each address, in Chinese and in English: one sees everything, the others less.
ALL = 1_000
WALKERS: tuple[tuple[str | None, int, int], ...] = (
    ("camera_surveyor", ALL, ALL), ("inspector", 12, 2), ("surveyor", 6, 2), ("camera_viewer", 6, 1), ("admin", 5, 1),
    ("contractor", 3, 1), ("nobody", 3, 1), ("neighbour", 3, 1), ("both", 3, 1), (None, 3, 2),
)  # fmt: skip
MAY_NOT = ("inspector", "camera_viewer", "contractor", "nobody", "neighbour", None)
DOUBTFUL = """
SELECT seq, coalesce(asset_id, candidates[1]) FROM registry.change WHERE change_set = %s AND doubtful ORDER BY seq LIMIT 6
"""


class Walk:
    """One walk: the register is filled by commands, then seen and used by people."""

    def __init__(self, folder: Path, program: Path, quick: bool) -> None:
        self._normal = Normal(datetime.now(UTC))
        self._recording = Recording(folder)
        self._program, self._quick = program, quick
        self._counted = Counted()
        self._failures: list[str] = []
        self._began = self._lap = time.monotonic()

    def go(self) -> None:
        """All of it. Raises LookupError for an address of the application that was not asked."""
        with place(self._program, self._normal) as here:
            deliveries.write(here.work)
            run = commands.Commands(here, self._recording, self._normal)
            named = [] if self._quick else commands.helps(run)
            run.catch_up()
            self._say("help")
            self._serve_empty(here)
            self._command_line(run)
            self._say("commands")
            with here.served() as lines:
                self._people(here)
            self._recording.put("server/serve", self._normal.text("\n".join(lines)))
            database.tables(here, self._recording, self._normal)
            run.run("down/running", "down")
            run.run("down/again", "down", language="en")
            addresses = json.loads(here.addresses.read_text(encoding="utf-8"))
        self._close(addresses, named, run.ran)

    def _serve_empty(self, here: Place) -> None:
        """`registry run` on an empty register, for a moment."""
        if self._quick:
            return
        with here.served("run --no-demo") as lines:
            Browser(here, self._recording, self._normal, self._counted, None, "zh").ask("/sign-in", "run", "/sign-in")
        self._recording.put("server/run", self._normal.text("\n".join(lines)))

    def _command_line(self, run: commands.Commands) -> None:
        commands.found_register(run)
        self._say("founded")
        commands.import_files(run)
        commands.change_sets(run)
        self._say("imported")
        if not self._quick:
            for part in (papers.papers, commands.look_into_files, commands.refused_files):
                self._try(part, run)

    def _try(self, part: Callable[..., None], *given: Any) -> None:
        """A part that others do not build on: where it breaks off, the walk goes on, and ends with an error."""
        try:
            part(*given)
        except Exception:
            self._failures.append(f"{part.__module__}.{part.__name__}\n{traceback.format_exc()}")
            click.echo(self._failures[-1], err=True)
        self._say(part.__name__)

    def _people(self, here: Place) -> None:
        browser = self._browser_of(here)
        run = commands.Commands(here, self._recording, self._normal)
        run.run("serve/port-taken", "serve")
        writer = browser("camera_surveyor", "zh")
        seen = known.know(here, self._program.parents[2] / "web" / "static" / "build")
        acts.deliver(writer, seen, here.work)
        self._say("delivered")
        seen.sets = known.know(here, Path()).sets
        for who, chinese, english in WALKERS:
            pages.ask_all(browser(who, "zh"), seen, chinese)
            pages.ask_all(browser(who, "en"), seen, english)
            self._say(f"pages {who}")
        for who in MAY_NOT:
            acts.refused(browser(who, "en"), seen)
        for language in ("zh", "en"):
            acts.mistaken(browser("camera_surveyor", language), seen)
        self._say("refused")
        self._try(acts.edit, writer, seen)
        self._try(acts.photos, writer, seen)
        self._try(acts.review, writer, seen, here.ask(DOUBTFUL, seen.sets["部件复测 import"]))
        self._try(acts.account, browser("surveyor", "zh"))
        for language in ("zh", "en"):
            self._try(acts.strangers, browser(None, language))
        seen = _renewed(here, seen)
        pages.ask_all(browser("camera_surveyor", "zh"), seen, 9, when="after ")
        pages.ask_all(browser("inspector", "en"), seen, 2, when="after ")

    def _browser_of(self, here: Place):  # type: ignore[no-untyped-def]
        def browser(who: str | None, language: str) -> Browser:
            return Browser(here, self._recording, self._normal, self._counted, who, language)

        return browser

    def _close(self, addresses: list[tuple[str, list[str]]], named: list[str], ran: int) -> None:
        wanted = {
            (rule, method) for rule, methods in addresses for method in methods if method not in ("HEAD", "OPTIONS")
        }
        wanted -= {("/sign-out", "GET")}
        missed = sorted(wanted - self._counted.visited)
        rules = "\n".join(f"{rule} {' '.join(methods)}" for rule, methods in addresses)
        self._recording.put("addresses", rules)
        seconds = round(time.monotonic() - self._began)
        self._recording.close(
            addresses=len(addresses), asked=len(wanted) - len(missed), missed=missed, commands=len(named), ran=ran,
            requests=self._counted.requests, seconds=seconds, quick=self._quick,
            failures=self._failures,
        )  # fmt: skip
        if self._failures:
            raise RuntimeError(f"{len(self._failures)} parts broke off, see walk.json")
        if missed:
            raise LookupError(f"addresses that were not asked, see tests/walk/pages.py: {missed}")

    def _say(self, what: str) -> None:
        now = time.monotonic()
        click.echo(f"{now - self._lap:6.0f} s  {what}", err=True)
        self._lap = now


def _renewed(here: Place, before: known.Known) -> known.Known:
    seen = known.know(here, Path())
    seen.deliveries, seen.static, seen.problems = before.deliveries, before.static, before.problems
    return seen


@click.group()
def walk() -> None:
    """Walk over every page and command, and compare two such walks."""


@walk.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option(
    "--program", type=click.Path(exists=True, path_type=Path), help="the `registry` to walk; default: of this Python"
)
@click.option("--quick", is_flag=True, help="pages only: the commands just fill the register")
def record(folder: Path, program: Path | None, quick: bool) -> None:
    """Write what the program says into FOLDER."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that server and database end with the walk
    Walk(folder, (program or own_program()).absolute(), quick).go()
    click.echo((folder / "walk.json").read_text(encoding="utf-8"))


@walk.command("compare")
@click.argument("before", type=click.Path(exists=True, path_type=Path))
@click.argument("after", type=click.Path(exists=True, path_type=Path))
@click.option("--words", type=click.Path(exists=True, path_type=Path), help="declared words: lines of OLD, a tab, NEW")
@click.option("--most", default=60, show_default=True, help="so many kinds of difference are shown")
def compare_(before: Path, after: Path, words: Path | None, most: int) -> None:
    """Print the differences, those of one kind together. Exit code 1 where there is one."""
    found = compare.differences(before, after, compare.declared(words) if words else [])
    click.echo(compare.shown(found, most))
    sys.exit(1 if found.kinds or found.gone or found.new else 0)


@walk.command("version")
def version_() -> None:
    """The checksum of the walk itself."""
    click.echo(version())


if __name__ == "__main__":
    walk()
