"""Connections, statements and the processes that hold them."""
