"""The product's own analyses on practice companies whose truth is known: is the planted cause named, and nothing else?

`python -m calibration.worlds` runs as many worlds as there is time for and keeps what was found; `python -m calibration
worlds` makes the tables of that, after running what is missing of all fifty seeds.
"""

from __future__ import annotations

from pathlib import Path

from calibration.tables import Table

RESULTS = Path(__file__).resolve().parents[2] / ".calibration" / "worlds.jsonl"
"""Where what was found is kept, unless another place is named. Not part of the repository."""


def measure(*, quick: bool) -> list[Table]:
    """The tables: of three small worlds, or of everything that is kept and what is missing of it."""
    import tempfile

    from calibration.worlds.running import SEEDS, by_case, cases, read, run
    from calibration.worlds.scoring import TRUTHS
    from calibration.worlds.telling import tables

    if quick:
        with tempfile.TemporaryDirectory() as folder:
            results = Path(folder) / "worlds.jsonl"
            run(cases(["calm", "system"], [1])[:2], results, areas=["verdict", "change"])
            return tables(by_case(read(results)))
    run(cases(TRUTHS, range(1, SEEDS + 1)), RESULTS)
    return tables(by_case(read(RESULTS)))
