"""Engine and statistics into answers: link, measure, explain, doctor."""
