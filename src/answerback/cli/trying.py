"""Two ways of doing a thing, dealt by lot: `answerback practice draw --design …`, and `practice way`: which it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import pyarrow as pa

from answerback.analysis.lift.fixing import LATER_WEEKS, LEAST_REPS, fresh_seed
from answerback.analysis.lift.plan import BY_COMPANY, SHOWN_BY, Design, Plan, Way, draw_name, plan_of, weeks_arm
from answerback.analysis.lift.practices import Version, versions
from answerback.analysis.lift.trial_lots import Lot, lots_of
from answerback.analysis.lift.trials import Trial, foreseen, trials_of
from answerback.analysis.on_base import id_of
from answerback.analysis.reader import Reader, keys_of, reading
from answerback.cli.output import put
from answerback.cli.practising import check_metric, check_play, first_monday
from answerback.cli.practising import draw as draw_starts
from answerback.cli.settings import Format, Settings
from answerback.domain.errors import NotFoundError, UsageError
from answerback.present.trials import LOT_SCHEMA, fixed_text, foreseen_text, lot_rows, lot_sentences
from answerback.workspace.access import note_use, owner_scope
from answerback.workspace.home import Home
from answerback.workspace.journal import Entry, append_all, written
from answerback.workspace.known import source_of

LONGEST_NAME = 40
"""Letters of a way's name: it is no place for a story."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody wants to try, as typed."""

    design: str
    ways: Sequence[str]
    """The usual way, then the new one."""
    shown_by: Sequence[str]
    metric: str
    play: str
    weeks: int
    later_weeks: int | None
    wash_out: int | None
    worth: float
    """In points."""


def draw(
    settings: Settings, reps: Sequence[str], asked: Asked, *, starts: datetime | None, seed: int | None
) -> None:  # fmt: skip
    """Draws lots by the design that is asked for, and writes the plan down."""
    if asked.design not in set(Design):
        raise UsageError(f"there is no design {asked.design!r}", where="--design", next_step=f"use {', '.join(Design)}")
    fits = {
        "--way": (bool(asked.ways), asked.design != Design.STARTS),
        "--shown-by": (bool(asked.shown_by), asked.design != Design.STARTS),
        "--later-weeks": (asked.later_weeks is not None, asked.design == Design.STARTS),
        "--wash-out": (asked.wash_out is not None, asked.design == Design.SWITCHBACK),
    }
    if strange := [option for option, (said, fitting) in fits.items() if said and not fitting]:
        raise UsageError(
            f"the design {asked.design} does not take {strange[0]}",
            where=strange[0],
            next_step="leave it out, or take another --design",
        )
    if asked.design == Design.STARTS:
        draw_starts(
            settings,
            reps,
            metric=asked.metric,
            play=asked.play,
            weeks=asked.weeks,
            later_weeks=asked.later_weeks or LATER_WEEKS,
            starts=starts,
            seed=seed,
        )
        return
    _draw_two_ways(settings, reps, asked, starts=starts, seed=seed)


def _draw_two_ways(
    settings: Settings, reps: Sequence[str], asked: Asked, *, starts: datetime | None, seed: int | None
) -> None:  # fmt: skip
    """Fixes a trial of two ways, draws its lots, writes all of it down, and says how much would show."""
    workspace = settings.workspace()
    now = datetime.now(UTC)
    first, people = first_monday(starts, now), list(dict.fromkeys(reps))
    design = _design(asked, people)
    usual, new = _ways(asked)
    whose = {rep: source_of(workspace.home, "rep", (rep,)) for rep in people}
    check_play(workspace, asked.play)
    chosen = fresh_seed() if seed is None else seed
    name = draw_name([*people, design, usual.text, new.text], chosen, str(first.date()))
    wash_out = _wash_out(asked) if design is Design.SWITCHBACK else 0
    plan = Plan(asked.metric, 0, name, chosen, design, usual, new, wash_out, asked.worth / 100.0)
    days = {"frozen_at": now, "from": first, "to": first + timedelta(weeks=asked.weeks)}
    entries = [
        Entry(whose[rep], "practice", _fields(plan, asked.play, rep, number, days), now)
        for number, rep in enumerate(people)
    ]
    scope = owner_scope("practice draw")
    with reading(workspace.home, limits=workspace.limits) as reader:
        (trial,) = trials_of([_version(reader, each) for each in entries])
        expected = foreseen(reader, scope, trial)
        lots = [] if trial.by_company else lots_of(reader, scope, trial)
        names = id_of(reader, "rep")
    append_all(workspace.home, entries)
    note_use(workspace.home, scope.purpose, name, now=now)
    if settings.format is not Format.TABLE:
        told = lot_rows(lots, names) if lots else [_fixed_row(trial, rep) for rep in people]
        put(settings, pa.Table.from_pylist(told, schema=LOT_SCHEMA))
        return
    for line in fixed_text(trial):
        print(line)
    print(foreseen_text(trial, expected))
    if lots:
        print()
        put(settings, _calendar(lots, names))
        print()
    print(
        f"Written down. Which way it is: answerback practice way{' COMPANY' if trial.by_company else ''}."
        " Next: answerback build; then, any day, answerback lift --of practice"
    )


def _design(asked: Asked, people: Sequence[str]) -> Design:
    check_metric(asked.metric)
    design = Design(asked.design)
    if design is not Design.SWITCHBACK:
        return design
    if len(people) < LEAST_REPS:
        raise UsageError(
            f"{len(people)} reps are too few to switch weeks by lot",
            where="--rep",
            next_step=f"name {LEAST_REPS} or more, or deal companies: --design {Design.PER_ACCOUNT}",
        )
    if asked.weeks < (least := 4 * max(1, _wash_out(asked))):
        raise UsageError(
            f"{asked.weeks} weeks are too few for a wash-out of {_wash_out(asked)}",
            where="--weeks",
            next_step=f"take {least} or more",
        )
    return design


def _wash_out(asked: Asked) -> int:
    return 1 if asked.wash_out is None else asked.wash_out


def _ways(asked: Asked) -> tuple[Way, Way]:
    named = [each.strip() for each in asked.ways]
    if len(named) != 2 or not all(named) or named[0] == named[1]:
        raise UsageError(
            "a trial compares two ways", where="--way", next_step="name two: --way 'the usual one' --way 'the new one'"
        )
    if long := [each for each in named if len(each) > LONGEST_NAME]:
        raise UsageError(
            f"the name of a way has {len(long[0])} letters", where="--way", next_step=f"use {LONGEST_NAME} at most"
        )
    shown = list(asked.shown_by) or ["", ""]
    if len(shown) != 2 or shown[0] == shown[1] != "":
        raise UsageError(
            "each way is shown by something of its own",
            where="--shown-by",
            next_step="give it twice, in the order of --way: --shown-by template:old --shown-by template:new",
        )
    for each in shown:
        field, _, value = each.partition(":")
        if each and (field not in SHOWN_BY or not value):
            raise UsageError(
                f"no touch is recorded with {each!r}",
                where="--shown-by",
                next_step=f"write FIELD:VALUE with one of {', '.join(SHOWN_BY)}",
            )
    return Way(named[0], shown[0]), Way(named[1], shown[1])


def _fields(
    plan: Plan, play: str, rep: str, number: int, days: Mapping[str, datetime]
) -> dict[str, str | int | bool | None]:  # fmt: skip
    """One rep's record: for switched weeks the arm holds the lots, so that a later name cannot change them."""
    first, weeks = days["from"].date(), (days["to"] - days["from"]).days // 7
    arm = BY_COMPANY
    if plan.design is Design.SWITCHBACK:
        arm = weeks_arm(rep, plan.seed or 0, first, weeks=weeks, wash_out=plan.wash_out)
    about = {"source_id": f"{plan.draw}-{number}-1", "rep_id": rep, "play": play or None, "metric": plan.text}
    return {**about, "arm": arm, **{name: at.isoformat() for name, at in days.items()}}


def _fixed_row(trial: Trial, rep: str) -> dict[str, object]:
    return {
        "draw": trial.draw,
        "design": str(trial.plan.design),
        "play": trial.play,
        "rep": rep,
        "seed": trial.plan.seed,
        "since": trial.starts,
        "until": trial.ends,
    }


def _calendar(lots: Sequence[Lot], names: dict[int, str]) -> pa.Table:
    """Reps down, weeks across: the way of each."""
    rows: dict[int, dict[str, str]] = {}
    for each in lots:
        row = rows.setdefault(each.rep_key or 0, {"rep": names.get(each.rep_key or 0, "")})
        row[f"{each.week:%m-%d}"] = each.way
    return pa.Table.from_pylist(sorted(rows.values(), key=lambda row: row["rep"]))


def which_way(settings: Settings, companies: Sequence[str], *, rep: str, draw: str) -> None:
    """Which way it is for these companies, or this week: of all trials that are not over, or of one."""
    workspace = settings.workspace()
    now = datetime.now(UTC)
    scope = owner_scope("practice way")
    note_use(workspace.home, scope.purpose, draw, now=now)
    day = (settings.as_of or now).date()
    with reading(workspace.home, snapshot=settings.snapshot, as_of=settings.as_of, limits=workspace.limits) as reader:
        found = [
            each
            for each in trials_of([*versions(reader, scope), *_not_built(reader, workspace.home)])
            if (each.draw == draw if draw else day < each.ends)
        ]
        whose = _rep_key(reader, rep) if rep else None
        found = [each for each in found if whose is None or whose in each.reps]
        told = [(each, lots_of(reader, scope, each, companies, whose)) for each in found]
        names = id_of(reader, "rep")
    if draw and not found:
        raise NotFoundError(f"there is no trial {draw!r}", next_step="see answerback lift --of practice")
    _tell(settings, told, day, names)


def _tell(settings: Settings, told: list[tuple[Trial, list[Lot]]], day: date, names: dict[int, str]) -> None:
    if settings.format is not Format.TABLE:
        every = [row for _, lots in told for row in lot_rows(lots, names)]
        put(settings, pa.Table.from_pylist(every, schema=LOT_SCHEMA))
        return
    if not told:
        print("No trial of two ways is on. Begin one with: answerback practice draw --design per-account")
    for number, (trial, lots) in enumerate(told):
        if number:
            print()
        for line in lot_sentences(trial, lots, day, names):
            print(line)
        if trial.by_company and len(lots) > 1:
            put(settings, pa.Table.from_pylist(lot_rows(lots, names), schema=LOT_SCHEMA), columns=("company", "way"))
        elif not trial.by_company and lots:
            put(settings, _calendar(lots, names))


def _rep_key(reader: Reader, rep: str) -> int:
    keys = keys_of(reader, "rep", rep)
    if not keys:
        raise NotFoundError(f"there is no rep {rep!r}", next_step="take the id as answerback show prints it")
    return int(keys[0])


def _not_built(reader: Reader, home: Home) -> list[Version]:
    """Plans that were written down since the last build."""
    return [_version(reader, each) for each in written(home, "practice")]


def _version(reader: Reader, entry: Entry) -> Version:
    said = {name: str(value or "") for name, value in entry.fields.items()}
    keys = keys_of(reader, "rep", said["rep_id"], entry.source)
    if not keys:
        raise NotFoundError(f"rep {said['rep_id']!r} is in no build yet", next_step="run answerback build")
    frozen, first, last = (datetime.fromisoformat(said[name]) for name in ("frozen_at", "from", "to"))
    return Version(keys[0], said["play"], plan_of(said["metric"]), said["arm"], frozen, first.date(), last.date())
