"""The words that the database stores, a file a slice, as `registry.models` has its tables: whoever reads a column knows the
words that may stand in it. Below everything that uses them.

What SQL and the browser need of them is written by `make vocabulary` (`registry.vocabulary.written`).
"""

from collections.abc import Iterator
from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType


def modules() -> Iterator[ModuleType]:
    """The modules of the slices' words."""
    for found in iter_modules(__path__, f"{__name__}."):
        if not found.name.endswith((".word_list", ".written")):
            yield import_module(found.name)
