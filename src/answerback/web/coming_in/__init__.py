"""What comes in by the browser: its folders, its files, told apart and loaded."""
