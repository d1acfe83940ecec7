"""Whose turn it is: balls in the seller's court and in the buyer's."""
