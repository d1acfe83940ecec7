"""Did it help? What a talk, a practice, a training or a tool changed, beside what would have come back anyway."""
