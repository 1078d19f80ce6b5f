"""How the columns of a supplier's files are read."""
