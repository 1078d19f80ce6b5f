"""Why a delivery cannot be read at all. What is wrong with single rows is a `Problem`, not an error."""

from __future__ import annotations

from registry.errors import RegistryError


class SourceError(RegistryError):
    """The file, or what was said about it, makes an import impossible. The message quotes what was found."""


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

    def __init__(self, message: str, hint: str = "", candidates: tuple[str, ...] = ()) -> None:
        super().__init__(message, hint)
        self.candidates = candidates


class RefusedCrs(SourceError):
    """The coordinate system is known, but there is no trustworthy way from it to CGCS2000."""


class NoGeometry(SourceError):
    """A delivery for a layer on the map says nowhere where its rows lie."""


class ProfileMismatch(SourceError):
    """The profile is damaged, or speaks of columns or targets that do not exist."""
