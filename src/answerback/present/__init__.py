"""Answers into words and tables. No HTTP, no database."""
