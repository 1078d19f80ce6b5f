"""One writer for each kind of file that rows go back in. Each has `write(path, waiting, folder)`; none knows another."""
