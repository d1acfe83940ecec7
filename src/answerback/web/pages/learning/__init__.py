"""Pages of the learning loop: each failure looked at, what it taught, and who uses it."""
