"""Signing in: by password, by a second step, by the organisation's own service."""
