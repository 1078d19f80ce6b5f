"""One reader for each kind of file. Each has `inspect(path, request)` and `read(path, request)`; none knows another."""
