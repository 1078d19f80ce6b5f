"""The program `registry`. Commands are announced by the slices, so that each run imports only what its command needs."""

from __future__ import annotations

import sys
import traceback
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from registry import __version__
from registry.commands.groups import Announced
from registry.errors import Conflict, Invalid, NotAllowed, NotFound, RegistryError, Unavailable
from registry.i18n import _, set_language
from registry.settings import settings

# 0 done; 1 a fault of ours; 2 wrong usage (click); 8 a checked file has rows that would wait; the rest by kind of error.
# docs/operating.md lists them.
ROWS_IN_ERROR = 8
EXIT_CODES: dict[type[RegistryError], int] = {Invalid: 3, NotFound: 4, NotAllowed: 5, Conflict: 6, Unavailable: 7}


def exit_code(error: RegistryError) -> int:
    """The exit code of an error, by its kind."""
    return next((code for kind, code in EXIT_CODES.items() if isinstance(error, kind)), 3)


@click.group(cls=Announced, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="chengji")
def registry() -> None:
    """城籍：地图上的城市资产登记册。 Chengji: the register of a city's assets, on a map."""


def main(arguments: list[str] | None = None) -> Any:
    """Run the program; a person's mistake ends in a message and an exit code, never in a traceback."""
    try:
        set_language(settings().language)
        registry.main(arguments, standalone_mode=False)
    except RegistryError as error:
        click.secho(error.message, fg="red", err=True)
        if error.hint:
            click.echo(error.hint, err=True)
        sys.exit(exit_code(error))
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        click.echo(_("已中止。"), err=True)
        sys.exit(130)
    except Exception as error:
        click.secho(
            _("程序出错：%(error)s", error=str(error).splitlines()[0] if str(error) else repr(error)),
            fg="red",
            err=True,
        )
        click.echo(_("详情见 %(file)s，请把它交给维护人员。", file=_keep_traceback()), err=True)
        sys.exit(1)


def _keep_traceback() -> Path:
    """A fault of ours is for the maintainer to read, not for a surveyor."""
    file = settings().home / "errors.log"
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("a", encoding="utf-8") as log:
        log.write(f"{datetime.now().astimezone().isoformat()} {sys.argv}\n{traceback.format_exc()}\n")
    return file


if __name__ == "__main__":
    main()
