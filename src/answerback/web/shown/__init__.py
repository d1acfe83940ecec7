"""Answers in the form in which pages show them: cards, chains, figures, tables, files."""
