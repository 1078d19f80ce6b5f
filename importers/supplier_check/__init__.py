"""The same check at the supplier's desk, without a database."""
