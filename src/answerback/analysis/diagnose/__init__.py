"""Person or system: whose it is when results change, and where the difference lies."""
