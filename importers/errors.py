"""Why a delivery cannot be read at all. What is wrong with single rows is a `Problem`, not an error."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any

import registry.errors
from registry.errors import RegistryError
from registry.messages import Message


class SourceError(RegistryError):
    """The file, or what was said about it, makes an import impossible. Its words quote what was found."""


class UnknownFormat(SourceError):
    """The content is of no kind that can be read."""


class DamagedFile(SourceError):
    """The kind is known but the file is cut short, incomplete, locked or unsafe to unpack."""


class EmptyFile(DamagedFile):
    """The file is whole, but there is nothing in it to import."""


class UndecodableText(SourceError):
    """No encoding fits the text of the file."""


class ChooseLayer(SourceError):
    """The file holds several layers or sheets, or not the one that was asked for."""


class UnknownCrs(SourceError):
    """Nothing says, or nothing reliable says, in which coordinate system the delivery is. `candidates` would fit it."""

    @property
    def candidates(self) -> tuple[str, ...]:
        """Names of systems."""
        return tuple(self.details.get("candidates", ()))


class RefusedCrs(SourceError):
    """The coordinate system is known, but there is no trustworthy way from it to CGCS2000."""


class NoGeometry(SourceError):
    """A delivery for a layer on the map says nowhere where its rows lie."""


class ProfileMismatch(SourceError):
    """The profile is damaged, or speaks of columns or targets that do not exist."""


def as_json(error: RegistryError) -> dict[str, Any]:
    """An error to be kept, or told to another process: its kind, code and details, no words."""
    return {"kind": type(error).__name__, **error.said.as_json()}


def of_json(payload: Mapping[str, Any]) -> RegistryError:
    """The error that `as_json` told of."""
    here = sys.modules[__name__]
    kind: type[RegistryError] = getattr(here, payload["kind"], None) or getattr(registry.errors, payload["kind"])
    said = Message.of(payload)
    return kind(said.code, **said.details)
