"""Coordinate reference systems: declared, detected, transformed."""
