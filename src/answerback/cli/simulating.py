"""`answerback simulate`: a practice company with a known truth, written as its systems would have written it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa

from answerback.cli.output import put
from answerback.cli.progress import progress
from answerback.cli.settings import Format, Settings, instant
from answerback.domain.errors import UsageError
from answerback.simulate.parameters import Parameters
from answerback.simulate.scenarios import SCENARIOS
from answerback.simulate.volume import write_volume
from answerback.simulate.writing import Form, write_company

SIZES = range(10_000, 1_000_000_001)
"""How many events can be asked for at once."""


def parameters_of(*, start: str, **given: Any) -> Parameters:
    """The company that was asked for. Raises UsageError where it does not begin on a Monday."""
    first = instant(start, "--start")
    if first.weekday() or f"{first:%Y-%m-%d}" != start:
        raise UsageError(f"{start} is no Monday", where="--start", next_step="name one, such as 2026-01-05")
    return Parameters(start=start, **given)


def show_scenarios(settings: Settings) -> None:
    """What can be planted."""
    rows = [{"scenario": name, "what": (plants.__doc__ or "").strip()} for name, plants in SCENARIOS.items()]
    put(settings, pa.Table.from_pylist(rows))


def simulate_company(
    settings: Settings, out: Path, parameters: Parameters, scenarios: Sequence[str], form: str, *, misspecified: bool
) -> None:  # fmt: skip
    """Writes the company, and says what lies there now."""
    if form not in list(Form):
        raise UsageError(f"there is no form {form!r}", where="--format", next_step="use " + " or ".join(Form))
    with progress(settings, "Simulating") as advance:
        _, story = write_company(
            out, parameters, scenarios, form=Form(form), misspecified=misspecified, on_step=advance
        )
    facts = story.facts
    rows = {name: facts.tables[name].num_rows for name in ("account", "deal", "effort", "action")}
    people = len(set(facts.tables["seller"]["seller"].to_pylist()))
    if settings.format is not Format.TABLE:
        put(settings, pa.Table.from_pylist([{"out": str(out), "seed": parameters.seed, "people": people, **rows}]))
        return
    print(f"{facts.company}, {parameters.weeks} weeks: {people} people sell to {rows['account']:,} companies,")
    print(f"  {rows['effort']:,} touches, {rows['action']:,} buyer actions, {rows['deal']:,} deals. Written to {out}:")
    for path in sorted(each for each in out.iterdir()):
        inside = sum(1 for each in path.rglob("*") if each.is_file()) if path.is_dir() else 0
        print(f"  {path.name}/ ({inside} files)" if inside else f"  {path.name}")
    print("The truth is in truth/: look there last.")
    print(f"Next: sh {out}/load.sh")


def simulate_volume(settings: Settings, out: Path, events: int, seed: int) -> None:
    """Writes very many events, and says how many."""
    if events not in SIZES:
        raise UsageError(f"{events:,} events are too few or too many", where="--events",
                         next_step=f"name a number from {SIZES[0]:,} to {SIZES[-1]:,}")  # fmt: skip
    with progress(settings, "Simulating") as advance:
        written = write_volume(out, events, seed=seed, on_step=lambda done, total: advance("divisions", done, total))
    if settings.format is not Format.TABLE:
        put(settings, pa.Table.from_pylist([{"out": str(out), "seed": seed, "events": written}]))
        return
    print(f"{written:,} events of one year, in {out}. Next: answerback load {out} --ids-of practice")
