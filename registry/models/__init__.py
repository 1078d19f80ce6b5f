"""GeoAlchemy2 mirror of the tables that the application reads, a file a slice. The SQL under sql/ defines them; a test
proves that the two agree. Nothing here creates or alters a table."""

from importlib import import_module
from pkgutil import iter_modules

# All of them, whichever is asked for: a foreign key names a table of another file.
for _file in iter_modules(__path__):
    import_module(f"{__name__}.{_file.name}")
