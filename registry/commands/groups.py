"""Groups of commands to which slices add some by their announcements."""

from __future__ import annotations

from typing import Any

import click

from registry.slices import announcements, load


def announced(group: str = "") -> dict[str, str]:
    """Name and "module:object" of the commands announced for a group; without one, of the program itself."""
    found: dict[str, str] = {}
    for announcement in announcements():
        for name, place in announcement.commands.items():
            above, _blank, command = name.rpartition(" ")
            if above == group:
                found[command] = place
    return found


class Announced(click.Group):
    """The commands defined in place and those announced for the group `of`; each is imported when it is asked for."""

    def __init__(self, *arguments: Any, of: str = "", **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.of = of

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Their names."""
        return sorted([*super().list_commands(ctx), *announced(self.of)])

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """One of them, imported now."""
        if (command := super().get_command(ctx, cmd_name)) is not None:
            return command
        place = announced(self.of).get(cmd_name)
        return None if place is None else load(place)
