"""Digests by mail: what stands in them, the letters, and sending each once."""
