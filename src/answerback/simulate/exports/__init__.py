"""What real systems would have written about a practice company: each module the files of one of them.

Nothing here knows the truth: an export has only what the system it stands for can have recorded.
"""
