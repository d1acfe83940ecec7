"""Runs worlds and keeps what was found, a line of JSON for each: what was run before is not run again."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from contextlib import nullcontext
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from answerback.simulate.parameters import Parameters
from calibration.worlds.asking import AREAS, Row, asked
from calibration.worlds.company import company, world

SEEDS = 50


@dataclass(frozen=True, slots=True)
class Case:
    """One world."""

    scenario: str
    seed: int
    misspecified: bool

    @property
    def name(self) -> str:
        return f"{self.scenario}-{self.seed}-{'mis' if self.misspecified else 'well'}"


def cases(scenarios: Iterable[str], seeds: Iterable[int]) -> list[Case]:
    """Every scenario with every seed, well specified and misspecified; all scenarios of a seed before the next."""
    kinds = (False, True)
    return [Case(scenario, seed, wrong) for seed in seeds for wrong in kinds for scenario in scenarios]


def run(
    wanted: Iterable[Case],
    results: Path,
    *,
    areas: Iterable[str] = tuple(AREAS),
    processes: int = 1,
    keep: Path | None = None,
    seconds: float = float("inf"),
    shape: Callable[[int], Parameters] = company,
    tell: Callable[[str], None] = print,
) -> None:
    """Asks the areas of the worlds in which they were not asked yet, and appends what they found to `results`.

    With `keep`, the companies themselves are kept in that folder, to be asked again. Stops after so many seconds.
    `shape` makes a company of a seed.
    """
    known = {(row["scenario"], row["seed"], row["misspecified"], row["area"]) for row in read(results)}
    todo = []
    for case in wanted:
        missing = [
            area for area in areas if (case.scenario, case.seed, case.misspecified, area) not in known
        ]  # fmt: skip
        if missing:
            todo.append((case, missing))
    end = time.monotonic() + seconds
    results.parent.mkdir(parents=True, exist_ok=True)
    # Children that only look would share the parent's engine: they are born anew.
    with ProcessPoolExecutor(processes) if processes > 1 else nullcontext() as pool, results.open("a") as file:
        mapped = map if pool is None else pool.map
        for number, rows in enumerate(mapped(partial(_asked, keep=keep, end=end, shape=shape), todo), start=1):
            for row in rows:
                file.write(json.dumps(row, default=str) + "\n")
            file.flush()
            tell(f"{number} of {len(todo)}: {todo[number - 1][0].name}{'' if rows else ' put off'}")


def _asked(
    job: tuple[Case, list[str]], *, keep: Path | None, end: float, shape: Callable[[int], Parameters]
) -> list[Row]:
    case, areas = job
    if time.monotonic() > end:
        return []
    labels = {"scenario": case.scenario, "seed": case.seed, "misspecified": case.misspecified}
    folder = None if keep is None else keep / case.name
    with world(shape(case.seed), case.scenario, misspecified=case.misspecified, keep=folder) as told:
        return [labels | look for look in asked(told, {area: AREAS[area] for area in areas})]


def read(results: Path) -> Iterator[Row]:
    """Every look that was kept."""
    if results.exists():
        with results.open() as file:
            for line in file:
                yield json.loads(line)


def by_case(rows: Iterable[Row]) -> Mapping[Case, list[Row]]:
    """The looks at each world; where an area was asked several times, the last."""
    found: dict[Case, dict[tuple[str, int], Row]] = {}
    for row in rows:
        case = Case(row["scenario"], row["seed"], row["misspecified"])
        found.setdefault(case, {})[row["area"], row["week"]] = row
    return {case: list(looks.values()) for case, looks in found.items()}
