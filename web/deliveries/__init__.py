"""Deliveries in the browser: upload, mapping, check, downloads."""
