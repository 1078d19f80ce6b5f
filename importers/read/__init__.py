"""Files in: archives, file types, readers."""
