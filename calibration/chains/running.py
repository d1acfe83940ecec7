"""Runs companies and keeps what was counted, a line of JSON for each: what was run before is not run again."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from answerback.simulate.assemble import assemble
from answerback.simulate.model import Model
from answerback.simulate.parameters import Parameters
from answerback.simulate.scenarios import planned
from calibration.chains.scoring import Row, scored
from calibration.chains.truth import truth_of
from calibration.worlds.company import company, recorded, world_of
from calibration.worlds.running import Case, read


def run(
    wanted: Iterable[Case],
    results: Path,
    *,
    seconds: float = float("inf"),
    shape: Callable[[int], Parameters] = company,
    tell: Callable[[str], None] = print,
) -> None:
    """Counts in the companies in which it was not done yet, and appends to `results`.

    Begins none after so many seconds. `shape` makes a company of a seed.
    """
    known = set(counted(results))
    todo = [case for case in wanted if case not in known]
    end = time.monotonic() + seconds
    results.parent.mkdir(parents=True, exist_ok=True)
    with results.open("a") as file:
        for number, case in enumerate(todo, start=1):
            if time.monotonic() > end:
                break
            file.write(json.dumps(_labels(case) | counts_of(case, shape)) + "\n")
            file.flush()
            tell(f"{number} of {len(todo)}: {case.name}")


def counts_of(case: Case, shape: Callable[[int], Parameters] = company) -> Row:
    """Tells a company, asks the product about it, and counts."""
    began = time.process_time()
    plan = planned(shape(case.seed), [case.scenario], misspecified=case.misspecified)
    told = Model(plan.parameters).tell()
    story = assemble(told)
    facts = recorded(story, case.scenario)
    with world_of(plan, facts) as world:
        counts = scored(world, truth_of(told, story, facts, world.told.playbook.stage))
    return counts | {"seconds": round(time.process_time() - began, 1)}


def counted(results: Path) -> dict[Case, Row]:
    """What is kept; of a company that was run twice, the last."""
    return {Case(row["scenario"], row["seed"], row["misspecified"]): row for row in read(results)}


def _labels(case: Case) -> Row:
    return {"scenario": case.scenario, "seed": case.seed, "misspecified": case.misspecified}
