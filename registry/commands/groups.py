"""A group of commands to which the installed package adds some by its entry points."""

from __future__ import annotations

from importlib.metadata import entry_points

import click


class Declared(click.Group):
    """The commands defined in place, and those declared under `registry.commands.` and the name of the group."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Their names."""
        return sorted([*super().list_commands(ctx), *(entry.name for entry in entry_points(group=self._declared_in()))])

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """One of them, imported now."""
        if (command := super().get_command(ctx, cmd_name)) is not None:
            return command
        for entry in entry_points(group=self._declared_in(), name=cmd_name):
            declared: click.Command = entry.load()
            return declared
        return None

    def _declared_in(self) -> str:
        return f"registry.commands.{self.name}"
