"""Rows of any file in the register's own terms."""
