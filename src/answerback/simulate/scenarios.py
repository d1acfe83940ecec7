"""What can be planted in a practice company, and the truth of it: scenarios, which may be combined.

A scenario changes parameters or plants effects, on reps that no other scenario has taken, and says what it planted in
words that a diagnosis can be held against. `calm` plants nothing, and nothing may be found. Any of them may also be
told by a model of another kind (`misspecified`): answers of another family, lasting heat, a fifth of references gone.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from answerback.domain.errors import UsageError
from answerback.simulate.parameters import STEP_NAMES, WEEK, Effect, Habits, Kind, Parameters, Practised, Step
from answerback.simulate.people import team_of

_CHANGE = 0.6
"""Where in the time told most changes lie."""
_HIRED = 0.4
PRICES = "Prices for companies of 51 to 500 people rise by 12 %"


@dataclass(frozen=True, slots=True)
class Planted:
    """One thing that is true of a practice company.

    Attributes:
        scenario: Which scenario planted it.
        verdict: What an honest diagnosis would say: individual, segment, systemic, mix, data, none, or cannot tell.
        what: In words.
        sellers: Whom it touches, by number; none: everybody.
        first_day, end_day: From when to when, in days from the start.
        more: Its numbers.
    """

    scenario: str
    verdict: str
    what: str
    sellers: tuple[int, ...] = ()
    first_day: int = 0
    end_day: int = 0
    more: dict[str, Any] = field(default_factory=dict)


@dataclass
class Plan:
    """A company in preparation."""

    parameters: Parameters
    planted: list[Planted] = field(default_factory=list)
    taken: set[int] = field(default_factory=set)

    @property
    def days(self) -> int:
        """How long the company is told."""
        return self.parameters.days

    @property
    def change(self) -> int:
        """The Monday on which most changes begin."""
        return int(self.parameters.weeks * _CHANGE) * WEEK

    def set(self, **changes: Any) -> None:
        """Other parameters."""
        self.parameters = replace(self.parameters, **changes)

    def affect(self, effect: Effect) -> None:
        """One more effect."""
        self.set(effects=(*self.parameters.effects, effect))

    def habit(self, seller: int, **changes: Any) -> None:
        """Other habits of one rep."""
        usual = Habits(efforts_per_week=self.parameters.efforts_per_week)
        own = replace(self.parameters.habits.get(seller, usual), **changes)
        self.set(habits={**self.parameters.habits, seller: own})

    def take(self, count: int, scenario: str) -> tuple[int, ...]:
        """Reps of whom no other scenario has need, spread over the teams.

        Raises UsageError where too few are left.
        """
        reps = self.parameters.reps
        # A fixed shuffle: neighbours sit in one team.
        spread = sorted(range(reps), key=lambda rep: ((rep + 1) * 2_654_435_761 * (self.parameters.seed + 1)) % 2**32)
        free = [rep for rep in spread if rep not in self.taken][:count]
        if len(free) < count:
            raise UsageError(
                f"{scenario} needs {count} reps whom no other scenario has taken",
                where="--reps",
                next_step="take more reps, or fewer scenarios",
            )
        self.taken |= set(free)
        return tuple(free)

    def plant(self, scenario: str, verdict: str, what: str, **more: Any) -> None:
        """Writes down what is true."""
        known = {name: more.pop(name) for name in ("sellers", "first_day", "end_day") if name in more}
        self.planted.append(Planted(scenario, verdict, what, more=more, **known))


def _calm(_plan: Plan) -> None:
    """Nothing is planted, and nothing may be found."""


def _new_hire(plan: Plan) -> None:
    """An experienced rep at 50 %; a new one at 10 %, in her third week at 3 %, and at 30 % when she was coached."""
    old, new = plan.take(2, "new-hire")
    joined = int(plan.parameters.weeks * _HIRED) * WEEK
    fell, coached = joined + 2 * WEEK, joined + 6 * WEEK
    better = coached + 2 * WEEK
    hers = frozenset({new})
    plan.affect(Effect(0, plan.days, rate=0.5, sellers=frozenset({old})))
    plan.affect(Effect(joined, fell, rate=0.10, sellers=hers))
    plan.affect(Effect(fell, coached, rate=0.03, sellers=hers, refused=0.3, objection="integration"))
    plan.affect(Effect(coached, better, rate=0.15, sellers=hers))
    plan.affect(Effect(better, plan.days, rate=0.30, sellers=hers))
    plan.set(
        joins={**plan.parameters.joins, new: joined},
        talks=(*plan.parameters.talks, (coached, new, old, "peer_session"), (coached + 2, new, old, "peer_session")),
    )
    plan.plant("new-hire", "individual", "moves every second buyer", sellers=(old,), end_day=plan.days, rate=0.5)
    plan.plant("new-hire", "individual", "cannot answer one objection, and falls from 10 % to 3 %", sellers=(new,),
               first_day=fell, end_day=coached, objection="integration", rate_before=0.10, rate=0.03)  # fmt: skip
    plan.plant("new-hire", "individual", "is coached by a peer and gets better", sellers=(new,), first_day=coached,
               end_day=better, rate_before=0.03, rate=0.15)  # fmt: skip
    plan.plant("new-hire", "individual", "coached by a peer, reaches 30 %", sellers=(new,), first_day=better,
               end_day=plan.days, rate_before=0.03, rate=0.30, coached_on_day=coached)  # fmt: skip


def _system(plan: Plan) -> None:
    """One segment turns after a price change, for everybody."""
    plan.affect(Effect(plan.change, plan.days, odds=0.35, segments=frozenset({"middle"})))
    plan.set(happenings=(*plan.parameters.happenings, (plan.change, plan.days, "segment=middle", PRICES)))
    plan.plant("system", "segment", "companies of 51 to 500 people answer less since the price change",
               first_day=plan.change, end_day=plan.days, segment="middle", size_band="51-500", odds=0.35)  # fmt: skip


def _mix(plan: Plan) -> None:
    """Worse leads from one day on; nobody's skill changes."""
    plan.set(
        lead_shares={0: (0.6, 0.25, 0.15), plan.change - 2 * WEEK: (0.15, 0.15, 0.70)},
        lead_odds={**plan.parameters.lead_odds, "bought list": 0.3},
    )
    plan.plant("mix", "mix", "most new companies come from a bought list; skill is what it was",
               first_day=plan.change - 2 * WEEK, end_day=plan.days, lead_source="bought list", odds=0.3)  # fmt: skip


def _one_of_many(plan: Plan) -> None:
    """One rep falls; nobody else does."""
    (rep,) = plan.take(1, "one-of-many")
    plan.affect(Effect(plan.change, plan.days, odds=0.3, sellers=frozenset({rep})))
    plan.plant("one-of-many", "individual", "one rep moves far fewer buyers", sellers=(rep,), first_day=plan.change,
               end_day=plan.days, odds=0.3)  # fmt: skip


def _manager(plan: Plan) -> None:
    """The reps of one manager, who does not coach, fall together."""
    parameters = plan.parameters
    place = parameters.managers - 1
    team = tuple(rep for rep in range(parameters.reps) if team_of(rep, parameters) == place)
    plan.taken |= set(team)
    plan.affect(Effect(plan.change, plan.days, odds=0.5, sellers=frozenset(team)))
    others = frozenset(parameters.reps + each for each in range(parameters.managers) if each != place)
    plan.set(coaching_managers=others or frozenset({-1}))
    plan.plant("manager", "segment", "one manager's team falls; that manager does not coach", sellers=team,
               first_day=plan.change, end_day=plan.days, odds=0.5, manager=parameters.reps + place)  # fmt: skip


def _tool(plan: Plan) -> None:
    """Mails to three reps stop arriving for six weeks: buyers answer as before."""
    reps, end = plan.take(3, "tool"), min(plan.change + 6 * WEEK, plan.days)
    plan.set(blind=(*plan.parameters.blind, *((rep, plan.change, end) for rep in reps)))
    plan.plant("tool", "data", "buyers' mails did not arrive; their answers cannot be seen", sellers=reps,
               first_day=plan.change, end_day=end)  # fmt: skip


def _seat(plan: Plan) -> None:
    """A territory in which each next rep fails as the last did."""
    first, second, third = plan.take(3, "seat")
    one, two = plan.days // 3 // WEEK * WEEK, 2 * plan.days // 3 // WEEK * WEEK
    parameters = plan.parameters
    plan.set(
        leaves={**parameters.leaves, first: one, second: two},
        joins={**parameters.joins, second: one, third: two},
        seats={**parameters.seats, second: first, third: first},
    )
    plan.affect(Effect(0, plan.days, odds=0.35, sellers=frozenset({first, second, third})))
    plan.plant("seat", "systemic", "the territory, not the rep: three in a row fail in it",
               sellers=(first, second, third), end_day=plan.days, odds=0.35, changes_on_days=[one, two])  # fmt: skip


def _quota(plan: Plan) -> None:
    """Targets that nobody could reach."""
    plan.set(target_ease=2.5)
    plan.plant("quota", "systemic", "targets are two and a half times what the company can win", end_day=plan.days,
               target_ease=2.5)  # fmt: skip


def _wasted(plan: Plan) -> None:
    """Demand hides a fall: the number is hit, and potential is lost."""
    plan.affect(Effect(plan.change, plan.days, odds=0.55))
    plan.set(spontaneous_from={0: 1.0, plan.change: 10.0}, target_ease=0.6)
    plan.plant("wasted", "systemic", "buyers come by themselves while efforts move fewer", first_day=plan.change,
               end_day=plan.days, odds=0.55, spontaneous_times=10.0)  # fmt: skip


def _claims(plan: Plan) -> None:
    """Two reps move stages without a buyer's act."""
    reps = plan.take(2, "claims")
    for rep in reps:
        plan.habit(rep, claim_rate=0.35)
    plan.plant("claims", "individual", "stages are moved on without any act of a buyer", sellers=reps,
               end_day=plan.days, claim_rate=0.35)  # fmt: skip


def _dropped(plan: Plan) -> None:
    """Two reps leave buyers waiting."""
    reps = plan.take(2, "dropped")
    for rep in reps:
        plan.habit(rep, drop_rate=0.35)
    plan.plant("dropped", "individual", "a third of the buyers who ask get no answer", sellers=reps, end_day=plan.days,
               drop_rate=0.35)  # fmt: skip


def _service(plan: Plan) -> None:
    """Trouble after the sale."""
    plan.set(case_rate=2.5)
    plan.plant(
        "service", "systemic", "two and a half service cases a sale in the end", end_day=plan.days, case_rate=2.5
    )


def _pester(plan: Plan) -> None:
    """Two reps touch silent buyers every working day."""
    reps = plan.take(2, "pester")
    for rep in reps:
        often = 1.5 * plan.parameters.efforts_per_week
        plan.habit(rep, gap_days=0.8, most_touches=14, efforts_per_week=often)
    plan.plant("pester", "individual", "silent buyers are touched every day, and forbid it", sellers=reps,
               end_day=plan.days, gap_days=0.8)  # fmt: skip


def _hot(plan: Plan) -> None:
    """Reps work harder where buyers are hot anyway."""
    plan.set(chase_heat=1.0, heat_spread=0.9)
    plan.plant("hot", "none", "efforts follow heat: acts after efforts are not all because of them", end_day=plan.days)


def _pounce(plan: Plan) -> None:
    """Reps touch a company the moment it becomes hot."""
    plan.set(pounce=True, heat_spread=0.9)
    plan.plant(
        "pounce", "cannot tell", "efforts come at the onset of heat: increments cannot be told", end_day=plan.days
    )


def _slow(plan: Plan) -> None:
    """Buyers answer more slowly; as many answer."""
    plan.affect(Effect(plan.change, plan.days, slower=2.5))
    plan.plant("slow", "none", "answers take two and a half times as long; rates are what they were",
               first_day=plan.change, end_day=plan.days, slower=2.5)  # fmt: skip


def _regression(plan: Plan) -> None:
    """The worst are coached, without any effect: they would have risen anyway."""
    plan.set(worst_coached=True)
    plan.plant("regression", "none", "training of the worst three every eight weeks changes nothing", end_day=plan.days)


def _risk(plan: Plan) -> None:
    """Two reps go for deals four times as large, and win fewer of them."""
    reps = plan.take(2, "risk")
    for rep in reps:
        plan.habit(rep, bold=4.0)
    late = frozenset({Step.OFFER, Step.CLOSE})
    plan.affect(Effect(-plan.parameters.days_before, plan.days, odds=0.4, sellers=frozenset(reps), steps=late))
    plan.plant("risk", "none", "deals four times as large, fewer of them won: risk taken, not a fault",
               sellers=reps, end_day=plan.days,
               bold=4.0)  # fmt: skip


def _repeat(plan: Plan) -> None:
    """One rep loses at the same step in the same way, again and again."""
    (rep,) = plan.take(1, "repeat")
    plan.affect(
        Effect(
            0,
            plan.days,
            odds=0.2,
            sellers=frozenset({rep}),
            steps=frozenset({Step.OFFER}),
            refused=0.5,
            objection="price",
        )
    )
    plan.plant("repeat", "individual", "loses at the offer, mostly to the price", sellers=(rep,), end_day=plan.days,
               step=STEP_NAMES[Step.OFFER], objection="price", odds=0.2)  # fmt: skip


def _objecting(plan: Plan, scenario: str, call: float, mail: float, what: str) -> None:
    """Buyers name the price once they have an offer; lots deal companies calls or mails after it in the last weeks."""
    at_offer, before = frozenset({Step.OFFER}), -plan.parameters.days_before
    for kind, rate in ((Kind.CALL, call), (Kind.EMAIL, mail)):
        kinds = frozenset({kind})
        plan.affect(Effect(before, plan.days, rate=rate, steps=at_offer, kinds=kinds, after="price"))
    starts = plan.parameters.weeks * WEEK // 2
    by_lots = Practised(starts, plan.days, scenario, 17, Step.OFFER, "price", Kind.CALL, Kind.EMAIL)
    plan.set(voiced=0.8, practised=by_lots)
    plan.plant(scenario, "none", what, end_day=plan.days, step=STEP_NAMES[Step.OFFER], objection="price", call=call,
               email=mail, by_lots_from=starts)  # fmt: skip


def _lesson(plan: Plan) -> None:
    """After an objection to the price a call works and a mail does not; it is practised by lots."""
    _objecting(plan, "lesson", 0.45, 0.15, "after an objection to the price a call moves 45 % and a mail 15 %")


def _drill(plan: Plan) -> None:
    """The same is practised by lots, and changes nothing: both work as well."""
    _objecting(plan, "drill", 0.30, 0.30, "after an objection to the price calls are practised; mails do as well: 30 %")


def _dirty(plan: Plan) -> None:
    """Records as they are in life: see `dirt`."""
    plan.plant(
        "dirty", "data", "copies, skewed clocks, missing days, people who changed team or name", end_day=plan.days
    )


SCENARIOS: dict[str, Callable[[Plan], None]] = {
    "calm": _calm, "new-hire": _new_hire, "system": _system, "mix": _mix, "one-of-many": _one_of_many,
    "manager": _manager, "tool": _tool, "seat": _seat, "quota": _quota, "wasted": _wasted, "claims": _claims,
    "dropped": _dropped, "service": _service, "pester": _pester, "hot": _hot, "pounce": _pounce, "slow": _slow,
    "regression": _regression, "risk": _risk, "repeat": _repeat, "dirty": _dirty, "lesson": _lesson,
    "drill": _drill,
}  # fmt: skip
"""By name, what can be planted."""


def planned(parameters: Parameters, scenarios: Sequence[str], *, misspecified: bool = False) -> Plan:
    """A company with these scenarios.

    Raises UsageError for a scenario that does not exist, or one that needs more reps than are free.

    >>> plan = planned(Parameters(), ["one-of-many"])
    >>> plan.planted[0].verdict, len(plan.parameters.effects)
    ('individual', 1)
    """
    plan = Plan(parameters)
    for name in dict.fromkeys(scenarios):
        if name not in SCENARIOS:
            raise UsageError(
                f"there is no scenario called {name!r}",
                where="--scenario",
                next_step=f"use some of {', '.join(SCENARIOS)}",
            )
        SCENARIOS[name](plan)
    if misspecified:
        plan.set(lag_family="weibull", heat_memory=0.95, heat_spread=1.0, missing_references=0.2)
    return plan
