"""The queue of work that outlives a request."""
