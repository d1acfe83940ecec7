"""What the records say for and against the candidate causes of a change that lies in the system."""
