"""Whether a row may go in."""
