"""Signing in and the session."""
