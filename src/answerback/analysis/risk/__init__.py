"""Risk taken: what reps try that lies outside of what they, or all of them, usually do; apart from what came of it."""
