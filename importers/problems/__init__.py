"""What can be wrong with a row, by code."""
