"""Answerback: which of a seller's efforts got an answer from a buyer, which did not, and what to try next."""

__version__ = "0.1.0"
