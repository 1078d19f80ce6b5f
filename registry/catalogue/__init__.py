"""Layers and their classes, and how fields are named."""
