"""What stands in one cell: numbers, units, dates, text."""
