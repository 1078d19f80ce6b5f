"""Files in, proposed changes out. The file side needs no database: read, normalise, validate.

    source = inspect(path)[0]                     # importers.read.reader
    profile = suggest(source, layer)             # importers.inspection.suggest
    for checked in validate(normalise(read(path), profile, layer, source), layer, district, box):
        ...

Nothing is dropped on the way: a row that cannot go in comes out as quarantined, with a `Problem` that has its number in
the user's file.
"""
