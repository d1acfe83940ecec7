"""`answerback practice`: lots are drawn, and metric, baseline and end fixed; or a plan is changed, and that is kept."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pyarrow as pa

from answerback.analysis.lift.plan import LATER, METRICS, NOW, Plan, draw_name, lots
from answerback.analysis.lift.practices import Version, versions
from answerback.analysis.on_base import id_of
from answerback.analysis.reader import reading
from answerback.api import Workspace
from answerback.cli.output import put
from answerback.cli.settings import Format, Settings
from answerback.domain.errors import NotFoundError, UsageError
from answerback.present.words import counted
from answerback.workspace.access import note_use, owner_scope
from answerback.workspace.journal import Entry, append
from answerback.workspace.known import source_of

LEAST_REPS = 4
"""With fewer, no draw can show anything."""
ENOUGH_REPS = 8
"""With fewer, one side has less than the four that an answer takes."""
LATER_WEEKS = 6
"""The others start so many weeks later, where nothing else is said."""
_MOST_SEEDS = 2**31


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
    name = draw_name(people, chosen, str(first.date()))
    text = Plan(metric, draw=name, seed=chosen).text
    drawn = lots(people, chosen)
    for number, (rep, arm) in enumerate(drawn):
        begins = first + timedelta(weeks=0 if arm == NOW else later_weeks)
        fields = {
            "source_id": f"{name}-{number}-1",
            "rep_id": rep,
            "play": play or None,
            "metric": text,
            "arm": arm,
            "frozen_at": now.isoformat(),
            "from": begins.isoformat(),
            "to": (begins + timedelta(weeks=weeks)).isoformat(),
        }
        append(workspace.home, Entry(whose[rep], "practice", fields, now))
    note_use(workspace.home, "practice draw", name, now=now)
    told = [
        {"draw": name, "rep": rep, "arm": arm, "starts": str((first + _wait(arm, later_weeks)).date()), "seed": chosen}
        for rep, arm in drawn
    ]
    _tell(settings, told, weeks=weeks, later_weeks=later_weeks)


def fresh_seed() -> int:
    """A seed that nobody chose."""
    return secrets.randbelow(_MOST_SEEDS)


def check_metric(metric: str) -> None:
    """Refuses what nothing measures."""
    if metric not in METRICS:
        raise UsageError(f"nothing measures {metric!r}", where="--metric", next_step=f"use {', '.join(METRICS)}")


def _wait(arm: str, later_weeks: int) -> timedelta:
    return timedelta(weeks=later_weeks if arm == LATER else 0)


def first_monday(starts: datetime | None, now: datetime) -> datetime:
    """The Monday on which it begins; the next one, where none is named."""
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    first = midnight + timedelta(days=7 - midnight.weekday()) if starts is None else starts
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
        known = reader.query(
            "select play from effort_count union select play_wide from effort_count"
            " union select play_channel from effort_count order by 1"
        )["play"].to_pylist()
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
    for key, old in newest.items():
        plan = replace(old.plan, metric=metric or old.plan.metric)
        ends = old.ends if weeks is None else old.starts + timedelta(weeks=weeks)
        fields = {
            "source_id": f"{name}-{number_of[key]}-changed-{now.timestamp():.0f}",
            "rep_id": ids[key],
            "play": (old.play if play is None else play) or None,
            "metric": plan.text,
            "arm": old.arm,
            "frozen_at": now.isoformat(),
            "from": f"{old.starts}T00:00:00+00:00",
            "to": f"{ends}T00:00:00+00:00",
        }
        append(workspace.home, Entry(source_of(workspace.home, "rep", (ids[key],)), "practice", fields, now))
    note_use(workspace.home, "practice change", name, now=now)
    print(
        f"Written down: the plan of {name} was changed on {now.date()}."
        " What was fixed before it began is what is judged."
    )
    print("Next: answerback build")
