"""Files in, proposed changes out. The file side needs no database: read, normalise, validate.

    source = inspect(path)[0]                     # importers.read.reader
    profile = suggest(source, layer)             # importers.inspection.suggest
    for checked in validate(normalise(read(path), profile, layer, source), layer, district, box):
        ...

Nothing is dropped on the way: a row that cannot go in comes out as quarantined, with a `Problem` that has its number in
the user's file.
"""

from registry.slices import Announcement

ANNOUNCEMENT = Announcement(
    commands={
        "work": "importers.commands.work:work",
        "look": "importers.commands.deliveries:look",
        "import": "importers.commands.deliveries:import_",
        "check": "importers.commands.check:check",
        "profile": "importers.commands.profiles:profile",
        "area": "importers.commands.areas:area",
        "datum": "importers.commands.datum:datum",
        "export": "importers.commands.exports:export",
        "photos": "importers.commands.photos:photos",
        "changes record": "importers.commands.acceptance:record",
        "changes waiting": "importers.commands.acceptance:waiting",
    },
    documents=("importing.md", "import-reference.md", "import-problems.md", "acceptance.md"),
    texts=("importers.texts:TEXTS", "importers.commands.texts:TEXTS"),
)
