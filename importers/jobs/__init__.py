"""The worker, and each step as a process of its own."""
