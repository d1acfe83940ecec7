"""Where something can have happened: the values by which buyers are told apart, for a list to choose from."""

from __future__ import annotations

from answerback.analysis.reader import Reader

DIMENSIONS = ("segment", "size_band", "region", "industry")
MOST = 50
"""Of each, those with the most companies."""


def places(reader: Reader) -> list[str]:
    """Each as `name=value`, in order of dimensions and names."""
    found = []
    for name in DIMENSIONS:
        rows = reader.query(
            f"select {name} as value from account where {name} is not null and {name} <> ''"
            f" group by all order by count(*) desc, {name} limit {MOST}"
        )["value"].to_pylist()
        found += [f"{name}={value}" for value in sorted(map(str, rows))]
    return found
