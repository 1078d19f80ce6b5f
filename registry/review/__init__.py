"""A change set looked at and decided on, row by row."""
