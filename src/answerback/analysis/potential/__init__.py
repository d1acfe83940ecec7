"""What could have been: targets in or out of reach, territories in which everybody fails, potential lost unseen."""
