"""How far the data can be relied on: how fresh, complete and covered they are, and where two tellings part."""
