"""Rows that could not go in, handed back as a file to correct."""
