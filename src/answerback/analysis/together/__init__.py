"""Everybody's work as one: sums that name nobody, for whoever leads and for whoever is measured."""
