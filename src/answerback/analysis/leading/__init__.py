"""Those who lead, by the light in which they see others: what they hear from buyers themselves, what through reps."""
