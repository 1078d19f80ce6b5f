"""Which delivered row is which asset."""
