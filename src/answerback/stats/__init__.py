"""Numbers in, answers out: pure functions on numpy arrays.

No SQL, no person, no clock: the present time is in the ages that the caller passes. Every function names its method and
source; the calibration of each is measured in `tests/stats` and shown in `docs/understand`.
"""
