"""How stories run: pm4py's numbers on the same log, where stories stop by plain loops, and who may see what."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from answerback.analysis.process import Chains, Process, behind_arrow, process, stopping
from answerback.analysis.process.raised import findings
from answerback.analysis.process.stopping import FEWEST, LEAST_PAUSES
from answerback.analysis.reader import Reader
from answerback.domain.errors import NotFoundError, UsageError
from answerback.domain.refusals import CannotTell, Refused
from answerback.domain.scope import Scope
from answerback.present import process as words
from answerback.present.charts import arrows_chart
from answerback.present.findings import acts_text
from tests.analysis.asking import looking, scope_of, workspace_of
from tests.analysis.team import Row, text
from tests.reference.process_pm4py import digest

REFERENCE = json.loads((Path(__file__).parents[1] / "reference" / "process_pm4py.json").read_text(encoding="utf-8"))
MADE_UP: list[tuple[str, str, str, int]] = [tuple(row) for row in REFERENCE["data"]["made_up"]]
PM4PY = REFERENCE["expected"]["made_up"]
EVERYBODY = Scope("test", everybody=True)
AS_OF = datetime(2026, 3, 1, tzinfo=UTC)
REFUSAL = "declined"


def at(second: int) -> datetime:
    return datetime.fromtimestamp(second, UTC)


def ends() -> dict[str, tuple[str, datetime]]:
    """How some deals ended: after their last event, others during it."""
    last = {chain: second for chain, _, _, second in MADE_UP}
    told = {}
    for number in range(0, 60, 3):
        chain = f"d{number}"
        told[chain] = ("won" if number % 2 else "lost", at(last[chain] + (600 if number % 9 else -600)))
    return told


def tables() -> dict[str, list[Row]]:
    events = {"effort": [], "buyer_action": []}  # type: dict[str, list[Row]]
    for number, (chain, side, label, second) in enumerate(MADE_UP):
        row = {"account_id": f"a-{chain}", "deal_id": chain, "occurred_at": text(at(second)), "kind": label}
        if side == "seller":
            rep = "ben" if chain in ("d1", "d2") else "ann"
            events["effort"].append({"effort_id": f"e{number}", "rep_id": rep, **row})
        else:
            events["buyer_action"].append({"action_id": f"e{number}", **row})
    chains = sorted({chain for chain, *_ in MADE_UP})
    return {
        "rep": [{"rep_id": name, "name": name} for name in ("ann", "ben", "cleo")],
        "account": [
            {"account_id": f"a-{each}", "segment": "small" if each[-1] in "02468" else "large"} for each in chains
        ],
        "deal": [
            {"deal_id": each, "account_id": f"a-{each}", "created_at": text(at(MADE_UP[0][3] - 1))} for each in chains
        ],
        "deal_change": [
            {"deal_id": each, "occurred_at": text(day), "field": "outcome", "new": outcome}
            for each, (outcome, day) in ends().items()
        ],
        **events,
    }


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reader]:
    with looking(workspace_of(tmp_path_factory.mktemp("process"), tables()), AS_OF) as reader:
        yield reader


@pytest.fixture(scope="module")
def told(reader: Reader) -> Process:
    return process(Chains(reader, EVERYBODY, "kind"), most=1000)


def test_counts_and_times_are_pm4pys(told: Process) -> None:
    ours = [[each.before, each.after, each.count, each.mean_seconds, each.median_seconds] for each in told.flow.follows]
    assert sorted(ours) == PM4PY["follows"]
    assert told.flow.events == PM4PY["events"]


def test_variants_and_durations_are_pm4pys(told: Process) -> None:
    variants = {" > ".join(each.labels): each.chains for each in told.flow.variants}
    assert told.flow.variant_count == len(variants) == PM4PY["variants"]["count"]
    assert digest(variants) == PM4PY["variants"]["digest"]
    assert told.flow.durations[-1] == PM4PY["durations"]["greatest"]
    assert sum(each.chains for each in told.flow.variants) == told.flow.chains == 60


def test_shares_of_what_comes_next_add_up_and_quartiles_stand_around_the_median(told: Process) -> None:
    nexts: dict[str, float] = defaultdict(float)
    for each in told.flow.follows:
        nexts[each.before] += each.share
        assert each.lower_seconds <= each.median_seconds <= each.upper_seconds
        assert each.chains <= each.count
    assert all(share == pytest.approx(1) for share in nexts.values())


def by_chain(until: datetime) -> dict[str, list[tuple[str, datetime]]]:
    chains: dict[str, list[tuple[str, datetime]]] = defaultdict(list)
    for chain, _, label, second in MADE_UP:
        if at(second) <= until:
            chains[chain].append((label, at(second)))
    return chains


def longest_pauses(until: datetime) -> dict[str, float]:
    pauses: dict[str, list[float]] = defaultdict(list)
    for events in by_chain(until).values():
        for (label, day), (_, after) in pairwise(events):
            if label != REFUSAL:
                pauses[label].append((after - day).total_seconds())
    return {label: float(np.quantile(times, 0.95)) for label, times in pauses.items() if len(times) >= LEAST_PAUSES}


def stops_by_loops(until: datetime) -> dict[tuple[str, str], dict[str, int]]:
    """What became of the chains that came to a label, by label and segment."""
    longest = longest_pauses(until)
    counts: dict[tuple[str, str], dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for chain, events in by_chain(until).items():
        outcome, ended = ends().get(chain, ("", until + timedelta(days=1)))
        places = [place for place, (label, _) in enumerate(events) if label != REFUSAL]
        for label in {events[place][0] for place in places}:
            still = (until - events[-1][1]).total_seconds()
            if max(place for place in places if events[place][0] == label) != places[-1]:
                became = "went_on"
            elif ended <= until and outcome == "won":
                became = "won"
            elif ended <= until or events[-1][0] == REFUSAL:
                became = "lost"
            else:
                became = "silent" if still > longest.get(label, still) else "early"
            for segment in ("", "small" if chain[-1] in "02468" else "large"):
                counts[label, segment][became] += 1
                counts[label, segment]["came"] += 1
    return counts


@pytest.mark.parametrize("until", [AS_OF, datetime(2026, 1, 12, tzinfo=UTC), datetime(2026, 1, 6, 3, tzinfo=UTC)])
def test_stops_are_what_plain_loops_count(reader: Reader, until: datetime) -> None:
    found = process(Chains(replace(reader, as_of=until), EVERYBODY, "kind")).stops
    loops = stops_by_loops(until)
    names = ("came", "went_on", "won", "lost", "silent", "early")
    ours = {
        (each.label, each.group): {name: getattr(each, name) for name in names}
        for each in found
        if each.about != "quarter"
    }
    assert ours == {key: {name: counts.get(name, 0) for name in names} for key, counts in loops.items()}


def test_a_share_needs_enough_chains_that_are_decided(told: Process) -> None:
    for each in told.stops:
        decided = each.came - each.early
        if isinstance(each.dropped, CannotTell):
            assert each.low is None
            assert decided < FEWEST or each.early > 0.1 * each.came
            assert each.dropped.reason in {Refused.TOO_FEW_CHAINS, Refused.CHAINS_OPEN}
        else:
            assert each.low is not None
            assert each.high is not None
            assert each.low <= each.dropped == (each.lost + each.silent) / decided <= each.high


def test_one_quarter_is_no_comparison(told: Process) -> None:
    assert {each.about for each in told.stops} == {"", "segment"}


def test_only_chains_that_began_then(reader: Reader) -> None:
    since, until = datetime(2026, 1, 5, tzinfo=UTC), datetime(2026, 1, 9, tzinfo=UTC)
    found = process(Chains(reader, EVERYBODY, "kind", since=since, until=until))
    begun = [events for events in by_chain(AS_OF).values() if since <= events[0][1] < until]
    assert (found.flow.chains, found.flow.events) == (len(begun), sum(len(events) for events in begun))


def test_only_chains_of_a_place(reader: Reader) -> None:
    small = process(Chains(reader, EVERYBODY, "kind", {"segment": "small"})).flow
    assert small.chains == sum(chain[-1] in "02468" for chain in by_chain(AS_OF))
    won = process(Chains(reader, EVERYBODY, "kind", {"outcome": "won"})).flow
    assert won.chains == sum(outcome == "won" for outcome, _ in ends().values())
    assert all(each.won == each.chains for each in won.variants)


def test_a_rep_sees_the_whole_of_chains_they_worked_on_and_no_other(reader: Reader) -> None:
    worked = {chain for chain, side, *_ in MADE_UP if chain in ("d1", "d2") and side == "seller"}
    found = process(Chains(reader, scope_of(reader, "ben"), "kind")).flow
    assert (found.chains, found.events) == (len(worked), sum(chain in worked for chain, *_ in MADE_UP))
    assert process(Chains(reader, scope_of(reader, "cleo"), "kind")).flow.chains == 0


def test_an_arrow_opens_to_its_chains(reader: Reader, told: Process) -> None:
    first = told.flow.follows[0]
    rows = behind_arrow(Chains(reader, EVERYBODY, "kind"), first.before, first.after)
    assert rows.num_rows == first.count
    assert len(set(rows["chain_id"].to_pylist())) == first.chains
    assert float(np.mean(rows["seconds"].to_pylist())) == pytest.approx(first.mean_seconds)
    assert words.tell_arrow(first.before, first.after, rows).story.startswith(f"“{first.after}” came directly after")
    with pytest.raises(NotFoundError, match="never came directly after"):
        behind_arrow(Chains(reader, EVERYBODY, "kind"), first.before, "the moon")


@pytest.mark.parametrize("wrong", [{"label": "colour"}, {"where": {"moon": "full"}}])
def test_wrong_names(reader: Reader, wrong: dict[str, Any]) -> None:
    with pytest.raises(UsageError, match="have no"):
        Chains(reader, EVERYBODY, **wrong)


def test_the_words(told: Process) -> None:
    lines = words.answer_lines(told)
    assert lines[0] == "60 stories with 224 touches and acts of buyers."
    assert any(line.startswith("Most stories stop after") for line in lines)
    assert "What comes next is what came next" in words.notes(told)[0]
    assert words.arrows_for_eyes(told.flow).num_rows == words.MOST_ROWS
    assert words.variants_for_eyes(told.flow).num_rows == len(told.flow.variants)
    assert words.stops_for_eyes(told.stops).num_rows == len([each for each in told.stops if not each.about])
    assert words.groups_for_eyes(told.stops, "segment").column_names == ["after", "large", "small"]
    rows = words.rows_for_machines(told)
    assert rows.num_rows == 1 + len(told.flow.follows) + len(told.flow.variants) + len(told.stops)
    svg = arrows_chart(told.flow)
    assert svg.startswith("<svg")
    assert "half within" in svg


def test_nothing_at_all(reader: Reader) -> None:
    nothing = process(Chains(reader, EVERYBODY, where={"segment": "none"}))
    assert (nothing.flow.chains, nothing.flow.follows, nothing.stops) == (0, (), ())
    assert words.answer_lines(nothing) == ["No story fits: nothing happened in one."]
    assert words.notes(nothing) == []
    assert words.rows_for_machines(nothing).num_rows == 1
    with pytest.raises(UsageError, match="nothing came after"):
        arrows_chart(nothing.flow)


def test_segments_that_lie_apart_are_marked_and_alike_ones_are_not() -> None:
    def row(group: str, stopped: int, came: int) -> dict[str, Any]:
        about = "segment" if group else ""
        row = {"label": "call", "about": about, "grouped": group, "came": came, "went_on": came - stopped}
        return row | {"won": 0, "lost": stopped, "silent": 0, "early": 0}

    def apart(rows: list[dict[str, Any]]) -> list[bool]:
        beside = stopping._beside(rows, {"call": rows[0]})
        return [stopping._stop(row, each).apart for row, each in zip(rows, beside, strict=True)]

    assert apart([row("", 130, 400), row("a", 30, 200), row("b", 100, 200)]) == [False, True, True]
    assert apart([row("", 60, 400), row("a", 28, 200), row("b", 32, 200)]) == [False, False, False]
    assert apart([row("", 9, 30), row("a", 8, 15), row("b", 1, 15)]) == [False, False, False]


def stories(stopping_of_a_hundred: dict[str, int], began: datetime) -> dict[str, list[Row]]:
    """A hundred stories a segment: a mail that is answered at once, then a call; after the call some are refused."""
    events: dict[str, list[Row]] = {"account": [], "deal": [], "effort": [], "buyer_action": []}
    for segment, stopped in stopping_of_a_hundred.items():
        for number in range(100):
            deal = f"{segment}-{number}"
            own: Row = {"account_id": f"a-{deal}", "deal_id": deal}
            events["account"].append({"account_id": f"a-{deal}", "segment": segment})
            events["deal"].append({"deal_id": deal, "account_id": f"a-{deal}", "created_at": text(began)})
            last = REFUSAL if number < stopped else "accepted_meeting"
            for hour, side, kind in ((1, "effort", "email"), (2, "buyer_action", "replied"), (3, "effort", "call")):
                events[side].append(
                    {f"{'effort' if side == 'effort' else 'action'}_id": f"{hour}-{deal}", "kind": kind, **own}
                    | {"occurred_at": text(began + timedelta(hours=hour + number))}
                    | ({"rep_id": "ann"} if side == "effort" else {})
                )
            events["buyer_action"].append(
                {
                    "action_id": f"4-{deal}",
                    "kind": last,
                    "occurred_at": text(began + timedelta(hours=4 + number)),
                    **own,
                }
            )
    return {"rep": [{"rep_id": "ann", "name": "ann"}], **events}


@pytest.mark.parametrize(
    ("stopped", "days_before", "raised"),
    [
        ({"small": 70, "middle": 20, "large": 22}, 60, [("small", "call")]),
        ({"small": 24, "middle": 20, "large": 22}, 60, []),
        ({"small": 27, "middle": 20, "large": 20}, 60, []),  # by chance as often as not
        ({"small": 70, "middle": 20, "large": 22}, 300, []),  # all began more than half a year ago
    ],
)
def test_a_segment_whose_stories_stop_more_often_is_raised(
    stopped: dict[str, int], days_before: int, raised: list[tuple[str, str]], tmp_path: Path
) -> None:
    told = stories(stopped, AS_OF - timedelta(days=days_before))
    with looking(workspace_of(tmp_path, told), AS_OF) as reader:
        found = findings(reader, EVERYBODY)
        assert [(each.subject.name, each.play.split(" ")[0]) for each in found] == raised
        assert findings(reader, scope_of(reader, "ann")) == ()
    for each in found:
        assert (each.evidence.efforts, each.evidence.answers) == (100, 70)
        assert each.size is not None
        assert each.size.before == pytest.approx(42 / 200)
        assert each.size.low > 0.3
        assert each.sure is not None
        assert each.sure < 1e-6
        assert "100 stories came to it and are decided, 70 stopped there." in acts_text(each)
