"""The learning loop: debriefs, lessons, practices, coaching talks, commitments, surveys, causes, digests.

A Django app of its own beside the people. Text stays here and is read through `seen` alone; what analysis needs leaves
as records of the log: obstacles, practices, conversations, decisions.
"""
