"""Departments and companies."""
