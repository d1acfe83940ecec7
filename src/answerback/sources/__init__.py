"""Other systems' data into our records. Each source is a folder: code, doc page, fixtures; all pass one contract suite."""
