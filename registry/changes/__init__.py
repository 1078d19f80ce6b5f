"""Change sets: proposed, applied, undone."""
