"""The folder on disk: batches, journal, keys, rejects, snapshots, lock. Nothing half-written is ever visible."""
