"""`answerback practice`: lots are drawn, and metric, baseline and end fixed; or a plan is changed, and that is kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pyarrow as pa

from answerback.analysis.lift.fixing import (
    ENOUGH_REPS,
    LEAST_REPS,
    Fixing,
    drawn,
    fresh_seed,
    kinds_of_touch,
    next_monday,
    record,
)
from answerback.analysis.lift.plan import METRICS, NOW, Plan
from answerback.analysis.lift.practices import Version, versions
from answerback.analysis.on_base import id_of
from answerback.analysis.reader import reading
from answerback.api import Workspace
from answerback.cli.output import put
from answerback.cli.settings import Format, Settings
from answerback.domain.errors import NotFoundError, UsageError
from answerback.present.words import counted
from answerback.workspace.access import note_use, owner_scope
from answerback.workspace.journal import append_all
from answerback.workspace.known import source_of


def draw(
    settings: Settings,
    reps: Sequence[str],
    *,
    metric: str,
    play: str,
    weeks: int,
    later_weeks: int,
    starts: datetime | None,
    seed: int | None,
) -> None:
    """Draws who starts now and who later, and writes the plan down."""
    workspace = settings.workspace()
    now = datetime.now(UTC)
    first = first_monday(starts, now)
    people = list(dict.fromkeys(reps))
    check_metric(metric)
    if len(people) < LEAST_REPS:
        raise UsageError(
            f"{counted(len(people), 'rep', 'reps')}: too few for lots",
            where="--rep",
            next_step=f"name {LEAST_REPS} or more",
        )
    whose = {rep: source_of(workspace.home, "rep", (rep,)) for rep in people}
    check_play(workspace, play)
    chosen = fresh_seed() if seed is None else seed
    fixing = Fixing(play, Plan(metric), first.date(), (first + timedelta(weeks=weeks)).date())
    begun = drawn(whose, fixing, seed=chosen, later_weeks=later_weeks, now=now)
    append_all(workspace.home, [each.entry for each in begun])
    name = begun[0].fixing.plan.draw
    note_use(workspace.home, "practice draw", name, now=now)
    told = [
        {"draw": name, "rep": each.rep_id, "arm": each.fixing.arm, "starts": str(each.fixing.starts), "seed": chosen}
        for each in begun
    ]
    _tell(settings, told, weeks=weeks, later_weeks=later_weeks)


def check_metric(metric: str) -> None:
    """Refuses what nothing measures."""
    if metric not in METRICS:
        raise UsageError(f"nothing measures {metric!r}", where="--metric", next_step=f"use {', '.join(METRICS)}")


def first_monday(starts: datetime | None, now: datetime) -> datetime:
    """The Monday on which it begins; the next one, where none is named."""
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    first = midnight + (next_monday(now.date()) - now.date()) if starts is None else starts
    if first.weekday() or first.time() != midnight.time():
        raise UsageError(
            f"{first.date()} is no Monday", where="--starts", next_step="rates are told by week: name a Monday"
        )
    if first <= now:
        raise UsageError(
            f"{first.date()} has begun",
            where="--starts",
            next_step="metric and end are fixed before: name a Monday ahead",
        )
    return first


def check_play(workspace: Workspace, play: str) -> None:
    """Refuses a kind of touch that there is not."""
    if not play:
        return
    with reading(workspace.home, limits=workspace.limits, names=False) as reader:
        known = kinds_of_touch(reader)
    if play not in known:
        raise UsageError(
            f"there is no kind of touch {play!r}", where="--play", next_step=f"use one of {', '.join(known)}"
        )


def _tell(settings: Settings, told: list[dict[str, object]], *, weeks: int, later_weeks: int) -> None:
    if settings.format is not Format.TABLE:
        put(settings, pa.Table.from_pylist(told))
        return
    name, seed = told[0]["draw"], told[0]["seed"]
    print(f"Draw {name}: {sum(row['arm'] == NOW for row in told)} start now, the others {later_weeks} weeks later.")
    put(settings, pa.Table.from_pylist(told), columns=("rep", "arm", "starts"))
    measured = min(weeks, later_weeks)
    print(f"Measured: touches that moved a buyer, by proof, for {measured} weeks, against the 12 weeks before.")
    print(
        f"Seed {seed}: the lots are the SHA-256 of 'seed:rep', the lower half starts now; anybody can draw them again."
    )
    if len(told) < ENOUGH_REPS:
        print(f"With fewer than {ENOUGH_REPS} reps no answer about the group can be given; each rep's own change can.")
    print("Written down. Next: answerback build; then, any week, answerback lift --of practice")


def change(settings: Settings, name: str, *, weeks: int | None, metric: str, play: str | None) -> None:
    """Writes down that the plan of a draw was changed: what was fixed before stays, and is what is judged."""
    workspace = settings.workspace()
    now = datetime.now(UTC)
    if weeks is None and not metric and play is None:
        raise UsageError("nothing is to be changed", next_step="name --weeks, --metric or --play")
    if play:
        check_play(workspace, play)
    with reading(workspace.home, limits=workspace.limits) as reader:
        found = [each for each in versions(reader, owner_scope("practice change")) if each.plan.draw == name]
        ids = id_of(reader, "rep")
    if not found:
        raise NotFoundError(f"there is no draw {name!r}", next_step="see answerback lift --of practice; build first")
    newest: dict[int, Version] = {each.rep_key: each for each in sorted(found, key=lambda each: each.frozen_at)}
    number_of = {key: place for place, key in enumerate(sorted(newest))}
    entries = []
    for key, old in newest.items():
        plan = replace(old.plan, metric=metric or old.plan.metric)
        ends = old.ends if weeks is None else old.starts + timedelta(weeks=weeks)
        fixing = Fixing(old.play if play is None else play, plan, old.starts, ends, old.arm)
        record_id = f"{name}-{number_of[key]}-changed-{now.timestamp():.0f}"
        source = source_of(workspace.home, "rep", (ids[key],))
        entries.append(record(fixing, source=source, rep_id=ids[key], record_id=record_id, now=now))
    append_all(workspace.home, entries)
    note_use(workspace.home, "practice change", name, now=now)
    print(
        f"Written down: the plan of {name} was changed on {now.date()}."
        " What was fixed before it began is what is judged."
    )
    print("Next: answerback build")
