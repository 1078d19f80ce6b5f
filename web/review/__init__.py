"""The page of a change set."""
