"""Findings of all areas, what people decided on them, and who is shown which in a week."""
