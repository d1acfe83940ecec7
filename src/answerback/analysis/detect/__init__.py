"""Has somebody's rate changed? Weekly counts with maturity, the watch over them, and what it raises."""
