"""Vector tiles of the register."""
