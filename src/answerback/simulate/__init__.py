"""A practice company whose truth is known: what its sellers did, what its buyers did, and what caused each act.

It is simulated from stated parameters (`docs/understand/practice-company.md`) and written as real systems would have
written it, with the truth in a file beside: nobody can judge a diagnosis without knowing what was planted.
"""
