"""Files in, proposed changes out. The file side, which needs no database: read, normalise, validate.

    source = look(path)[0]
    profile = suggest(source, layer)
    for checked in validate(normalise(read(path), profile, layer, source), layer, district, box):
        ...

Nothing is dropped on the way: a row that cannot go in comes out as quarantined, with a `Problem` that has its number in
the user's file.
"""

from importers.errors import SourceError
from importers.normalise import Prepared, normalise
from importers.problems import Code, Problem, Severity
from importers.profile import Profile
from importers.read import look, read
from importers.source import Rows, SourceLayer
from importers.suggest import suggest
from importers.validate import Checked, validate

__all__ = [
    "Checked",
    "Code",
    "Prepared",
    "Problem",
    "Profile",
    "Rows",
    "Severity",
    "SourceError",
    "SourceLayer",
    "look",
    "normalise",
    "read",
    "suggest",
    "validate",
]
