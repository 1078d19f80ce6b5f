"""How a file is to be looked into and checked: what the web writes with a step, and what the step reads."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Self

from registry.errors import Invalid


@dataclass(frozen=True, kw_only=True)
class ImportOptions:
    """What is None is found out: from the saved profile, from the file, by suggestion.

    `source_layer` is one of the file's layers; `profile` the name of a saved profile or of a file, `profile_toml` its text;
    `header_row` counts from 1; `accept_repairs` are rows, or all. `partial`: these are some rows of a delivery, whatever its
    profile says of completeness. `save_as` keeps the profile under this name.
    """

    source_layer: str | None = None
    profile: str | None = None
    profile_toml: str | None = None
    crs: str | None = None
    encoding: str | None = None
    scheme: str | None = None
    key: str | None = None
    columns: Mapping[str, str] = field(default_factory=dict)
    constants: Mapping[str, str] = field(default_factory=dict)
    header_row: int | None = None
    accept_repairs: tuple[int, ...] | bool = False
    save_as: str | None = None
    partial: bool = False

    @classmethod
    def read(cls, stored: Mapping[str, Any]) -> Self:
        """Of what `as_dict` made. Raises Invalid for a name that is none and for a value that does not fit its name."""
        for name, value in stored.items():
            if name not in _FITS or not _FITS[name](value):
                raise Invalid("delivery.option_bad", name=name[:40], value=str(value)[:80])
        values: dict[str, Any] = {
            name: tuple(value) if isinstance(value, list) else value for name, value in stored.items()
        }
        return cls(**values)

    def as_dict(self) -> dict[str, Any]:
        """For JSON: what is said, without what is left to be found out."""
        values = {one.name: getattr(self, one.name) for one in fields(ImportOptions)}
        return {name: value for name, value in values.items() if value not in (None, False, {}, ())}


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _is_flag(value: Any) -> bool:
    return isinstance(value, bool)


def _is_number(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value > 0


def _are_texts(value: Any) -> bool:
    return isinstance(value, Mapping) and all(_is_text(word) for pair in value.items() for word in pair)


def _are_rows(value: Any) -> bool:
    return _is_flag(value) or (isinstance(value, list | tuple) and all(map(_is_number, value)))


_FITS: dict[str, Callable[[Any], bool]] = {
    **dict.fromkeys(
        ("source_layer", "profile", "profile_toml", "crs", "encoding", "scheme", "key", "save_as"), _is_text
    ),
    **dict.fromkeys(("columns", "constants"), _are_texts),
    "header_row": _is_number,
    "accept_repairs": _are_rows,
    "partial": _is_flag,
}
