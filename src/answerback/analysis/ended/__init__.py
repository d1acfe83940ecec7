"""Chains that ended: which of them are a rep's, and what each of them showed until then."""
