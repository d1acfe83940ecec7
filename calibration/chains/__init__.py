"""Practice companies whose balls and stages are known: what the product says of them, held against the truth.

`python -m calibration.chains` counts in as many companies as there is time for and keeps the counts; `python -m
calibration chains` makes the tables of that, after running what is missing of all fifty seeds.
"""

from __future__ import annotations

from pathlib import Path

from calibration.tables import Table

RESULTS = Path(__file__).resolve().parents[2] / ".calibration" / "chains.jsonl"
"""Where counts are kept, unless another place is named. Not part of the repository."""


def measure(*, quick: bool) -> list[Table]:
    """The tables: of one small company, or of everything that is kept and what is missing of it."""
    from functools import partial

    from calibration.chains.running import counted, counts_of, run
    from calibration.chains.telling import SCENARIOS, tables
    from calibration.worlds.company import company
    from calibration.worlds.running import SEEDS, Case, cases

    if quick:
        case = Case("dropped", 1, False)
        return tables({case: counts_of(case, partial(company, reps=6, managers=2, weeks=20))})
    run(cases(SCENARIOS, range(1, SEEDS + 1)), RESULTS)
    return tables(counted(RESULTS))
