"""How the tables of the API came to be."""
