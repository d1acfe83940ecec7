"""Whether the planted cause was named in a world, how soon, and what was named that is not there.

What must be named, and what may be, is written down here by scenario; everything else that is named is false. An answer
names something by a label: a person (`seller 7`), a level of a dimension (`middle`), all of it (`everybody`), a mix.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from types import MappingProxyType

from answerback.simulate.parameters import WEEK
from answerback.simulate.scenarios import Plan, planned
from calibration.worlds.asking import Row
from calibration.worlds.company import company
from calibration.worlds.running import Case
from calibration.worlds.true_rates import is_rut

Label = tuple[str, str]
"""What kind of thing is named, and which."""


@dataclass(frozen=True, slots=True)
class Truth:
    """What is true of a world, in labels.

    `wanted`: naming any of these names the planted cause; empty: nothing is to be named. `allowed`: true as well, or no
    fault to say. `since`: the day from which it could be named.
    """

    wanted: frozenset[Label]
    allowed: frozenset[Label] = frozenset()
    since: int = 0


@dataclass(frozen=True, slots=True)
class Score:
    """One world.

    Attributes:
        named: Whether the cause was named at any look.
        weeks: After how many weeks, by the first look that named it; None: at none.
        false: Labels that are not there, by area, over all looks.
        looks: How often each area was asked.
        errors: What was refused.
    """

    named: bool
    weeks: int | None
    false: Mapping[str, tuple[Label, ...]]
    looks: Mapping[str, int]
    refused: frozenset[str] = field(default_factory=frozenset)


def sellers(numbers: Iterable[int]) -> frozenset[Label]:
    """People as labels."""
    return frozenset(("person", f"seller {each}") for each in numbers)


def _changed(plan: Plan, *labels: Label) -> Truth:
    return Truth(frozenset(labels), since=plan.change)


def _new_hire(plan: Plan) -> Truth:
    new = plan.planted[1]
    helped = frozenset(("lift", label) for _, label in sellers(new.sellers))
    rose = frozenset(("groove", label) for _, label in sellers(new.sellers))
    wanted = sellers(new.sellers) | _asks(new.sellers) | helped
    return Truth(wanted, sellers(plan.planted[0].sellers) | rose, new.first_day)


def _one(plan: Plan) -> Truth:
    return Truth(sellers(plan.planted[0].sellers), since=plan.change)


def _manager(plan: Plan) -> Truth:
    team = plan.planted[0]
    return Truth(frozenset({("segment", f"seller {team.more['manager']}")}), sellers(team.sellers), plan.change)


def _of(kind: str) -> Callable[[Plan], Truth]:
    """Findings of one kind about the planted people."""
    return lambda plan: Truth(frozenset((kind, label) for _, label in sellers(plan.planted[0].sellers)))


def _seat(plan: Plan) -> Truth:
    """The territory; and that nothing is seen any more of those who left it, which is so."""
    people = [label for _, label in sellers(plan.planted[0].sellers)]
    return Truth(frozenset(("seat", each) for each in people), frozenset(("coverage", each) for each in people))


def _tool(plan: Plan) -> Truth:
    """That the channel is silent for two of the planted reps, or what cannot be seen of one."""
    reps = plan.planted[0].sellers
    unseen = ((kind, label) for kind in ("unseen", "coverage") for _, label in sellers(reps))
    return Truth(frozenset({*unseen, *_together(f"seller {each}" for each in reps)}), since=plan.change)


def _together(people: Iterable[str]) -> Iterator[Label]:
    """Every two of some people of whom one channel is silent at the same time."""
    return (("silence", " and ".join(two)) for two in combinations(sorted(people), 2))


def _asks(numbers: Iterable[int]) -> frozenset[Label]:
    return frozenset(("ask", label) for _, label in sellers(numbers))


def _nothing(_plan: Plan) -> Truth:
    return Truth(frozenset())


TRUTHS: Mapping[str, Callable[[Plan], Truth]] = MappingProxyType(
    {
        "calm": _nothing,
        "one-of-many": _one,
        "new-hire": _new_hire,
        "system": lambda plan: _changed(plan, ("segment", "middle"), ("segment", "51-500")),
        "manager": _manager,
        "mix": lambda plan: Truth(frozenset({("mix", "lead_source")}), since=plan.planted[0].first_day),
        "wasted": lambda plan: _changed(plan, ("everybody", "fall"), ("potential", "on_base")),
        "seat": _seat,
        "quota": lambda _plan: Truth(frozenset({("quota", "")})),
        "pester": _of("friction"),
        "repeat": _of("repeat"),
        "tool": _tool,
        "slow": lambda plan: Truth(frozenset({("slower", "")}), since=plan.change),
        "hot": _nothing,
        "pounce": _nothing,
        "regression": _nothing,
    }
)
"""By scenario, what is to be named."""


def truth_of(case: Case) -> tuple[Plan, Truth]:
    """What was planted in a world, and what is to be named in it."""
    plan = planned(company(case.seed), [case.scenario], misspecified=case.misspecified)
    return plan, TRUTHS[case.scenario](plan)


def score(case: Case, looks: Sequence[Row]) -> Score:
    """What the looks at a world come to."""
    _, truth = truth_of(case)
    weeks: list[int] = []
    false: dict[str, list[Label]] = {}
    asked: dict[str, int] = {}
    for look in looks:
        asked[look["area"]] = asked.get(look["area"], 0) + 1
        said = labels(look)
        if said & truth.wanted:
            weeks.append(max(0, _week(look, truth.wanted) - truth.since // WEEK))
        untrue = labels(look, case) - truth.wanted - truth.allowed - HARMLESS
        untrue -= {each for each in untrue if each[0] == "ask" or (each[0] == "potential" and case.scenario in LOSING)}
        false.setdefault(look["area"], []).extend(sorted(untrue))
    refused = frozenset(each for look in looks for row in look["found"] for each in row.get("settle", ()))
    return Score(bool(weeks), min(weeks, default=None), {k: tuple(v) for k, v in false.items()}, asked, refused)


def _week(look: Row, wanted: frozenset[Label]) -> int:
    """The week in which it was first named: a change says when it was raised."""
    if look["area"] != "change":
        return int(look["week"])
    days = [int(row["raised"]) for row in look["found"] if set(_finding(row)) & wanted]
    return -(-(min(days) + 1) // WEEK)


HARMLESS: frozenset[Label] = frozenset({("slower", "")})
"""No verdict on anybody. Nor is an ask: it is a question to the rep alone."""
LOSING = frozenset({"system", "manager", "mix", "wasted", "seat", "one-of-many", "new-hire", "tool"})
"""Where something is lost, whatever else is said of it."""


def labels(look: Row, case: Case | None = None) -> set[Label]:
    """All that an answer names; of a case, without the ruts that are true there."""
    return {
        label
        for row in look["found"]
        if case is None or row.get("kind") != "rut" or not is_rut(case, row)
        for label in _LABELS.get(look["area"], _finding)(row)
    }


def _verdict(row: Row) -> Iterable[Label]:
    yield from (("person", f"seller {each['seller']}") for each in row["people"])
    yield from (("segment", str(each["value"])) for each in row["causes"])
    if row["everybody"] is not None:
        yield "everybody", "fall" if row["everybody"] < 0 else "rise"
    if row["mix"] is not None:
        yield "mix", row["mix"]["dimension"]
    if row["slowed"]:
        yield "slower", ""


def _increment(_row: Row) -> Iterable[Label]:
    return ()  # scored by its figures


def _finding(row: Row) -> Iterable[Label]:
    """A finding of any other area: by its kind, and the person or else the name it is about."""
    about = f"seller {row['seller']}" if row["seller"] is not None else row["name"]
    kind = row["kind"]
    if row["level"] == "ask":
        yield "ask", about
    elif kind == "potential":
        yield kind, row["measure"]
    elif row["measure"] == "silence":
        yield from _together(row["details"]["reps"])
    elif kind == "change":
        yield _OF_MEASURE.get(row["measure"], "person"), about
    elif row["verdict"] != "cannot_tell" and kind not in _DESCRIBING:
        yield kind, about


_OF_MEASURE = MappingProxyType(
    {"lag": "slower", "unseen": "unseen", "efforts": "busier", "claimed": "claims more"}
)  # fmt: skip
_DESCRIBING = frozenset({"strength", "increment"})
"""They tell how things are, planted or not."""
_LABELS: Mapping[str, Callable[[Row], Iterable[Label]]] = MappingProxyType(
    {"verdict": _verdict, "increment": _increment}
)
