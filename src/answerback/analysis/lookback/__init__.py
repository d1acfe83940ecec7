"""Last year again, week by week: what would have been raised when, and what came of it."""
