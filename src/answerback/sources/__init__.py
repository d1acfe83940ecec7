"""Other systems' data into our records. Each source is a folder; all pass one contract suite."""
