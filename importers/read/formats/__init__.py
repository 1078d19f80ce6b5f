"""One reader for each kind of file. Each has `look(path, request)` and `read(path, request)`; none knows another."""
