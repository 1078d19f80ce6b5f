"""A look at a file before anything is done with it."""
