"""The model: day by day, buyers act and sellers make efforts, all of a day at once.

On a day first come the acts that were due (answers to earlier efforts, and what buyers do unasked), then the efforts:
each seller has so many, goes on with the pursuits that want a touch, the furthest first, and opens new ones with what
is left. What an effort triggers is drawn when it is made (`replies`) and happens on its day. What follows from an act,
for the pursuit and for the CRM, is in `courses`.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from answerback.simulate.chances import Chances, Touches
from answerback.simulate.courses import Courses
from answerback.simulate.heat import Heat
from answerback.simulate.ledger import Columns, Ledger, among, joined, taken
from answerback.simulate.parameters import DAY, KIND_SHARES, LEAD_SOURCES, OBJECTIONS, WEEK, Kind, Parameters, Step
from answerback.simulate.people import CONTACTS, Buyers, account_domains, some_buyers, team_of, territories
from answerback.simulate.pursuits import Pursuits
from answerback.simulate.replies import ACT, CALENDAR, CRM, DIALLER, ESIGN, MAIL, NONE, Made, Refusals, Replies
from answerback.simulate.staffing import Staffing
from answerback.simulate.worktime import Worktime
from answerback.stats.ab import dealt

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

HUB = 0
"""The company with which a stated share of all pursuits is."""
_SHARES = np.array([KIND_SHARES[step] for step in Step])
_SYSTEM_OF = np.array([MAIL, DIALLER, CALENDAR, ESIGN, CRM])
_MINUTES = np.array([6, 7, 10, 25, 60])
_VISITS = 0.05
"""Share of touches at a late step that are visits."""
_PEOPLE_ASKED = 3
"""People of a company who are approached; the last one is only ever introduced."""
_SENT_BY_SEQUENCE = 3
"""Mails of a sequence before a person takes over."""
_LOGGED = 0.7
"""Share of calls from a private phone that are typed into the CRM if they went well. Failures are not."""
_EFFORT = ("at", "pursuit", "seller", "contact", "kind", "step", "touch", "answers", "system", "meets_at", "minutes")
_ACT = ("at", "pursuit", "contact", "kind", "cause", "answers", "system", "objection", "meets_at")
"""What is written down of each effort and act, besides what is no whole number."""
_POUNCE = 10.0
"""How far ahead of everything else a company comes that has just become hot, where reps pounce."""
_NO_ANSWER = tuple(ACT[name] for name in ("viewed_document", "out_of_office", "bounced"))
_MANAGER_CALLS = 3
"""Calls to buyers a week of a manager who talks with buyers."""


@dataclass(frozen=True)
class Told:
    """All that happened, in the order of telling; numbers of events are places in these columns."""

    parameters: Parameters
    worktime: Worktime
    buyers: Buyers
    pursuits: Pursuits
    efforts: Columns
    acts: Columns
    courses: Courses
    staffing: Staffing
    sources: Ints
    """By company, index into LEAD_SOURCES."""
    talks: list[tuple[int, int, int]]
    """Coaching aimed at the worst: day, seller, coach."""


class Model:
    """One practice company, told once."""

    def __init__(self, parameters: Parameters) -> None:
        self.parameters = parameters
        self.rng = np.random.default_rng(parameters.seed)
        self.worktime = Worktime(date.fromisoformat(parameters.start), parameters.days, parameters.days_before)
        seats = territories(parameters)
        wanted = parameters.reps * (parameters.weeks + parameters.warm_up_weeks) * parameters.efforts_per_week
        self.buyers = some_buyers(parameters, max(len(seats) * 30, int(wanted / 9)), self.rng)
        self.staffing = Staffing(parameters, self.worktime, self.rng)
        self.chances = Chances(parameters, self.rng)
        self.replies = Replies(parameters, self.worktime, self.rng)
        self.heat = Heat(parameters, self.buyers.count, self.rng)
        self.pursuits = Pursuits()
        self.courses = Courses(parameters, self.worktime, self.buyers, self.pursuits, self.rng)
        self.efforts = Ledger(**dict.fromkeys(_EFFORT, np.int64), sequence=np.bool_, p=np.float64)
        self.acts = Ledger(**dict.fromkeys(_ACT, np.int64), refuses=np.bool_)
        self.sources = np.zeros(self.buyers.count, dtype=np.int64)
        self.talks: list[tuple[int, int, int]] = []
        self._dropped: list[Ints] = []
        self._due: dict[int, list[Columns]] = defaultdict(list)
        self._opened = {int(seat): 0 for seat in seats}
        self._territory = {int(seat): np.flatnonzero(self.buyers.seat == seat) for seat in seats}
        self._hub_contacts = 0
        self._woken = np.zeros(self.buyers.count, dtype=np.bool_)
        self._introduced = np.zeros(self.buyers.count, dtype=np.bool_)
        self._team = np.array([team_of(rep, parameters) for rep in range(parameters.reps)], dtype=np.int64)
        self._moved = np.zeros((parameters.sellers, parameters.days + 1 + parameters.days_before, 2), dtype=np.int64)

    def tell(self) -> Told:
        """The whole story."""
        for day in range(-self.parameters.days_before, self.parameters.days):
            if day % WEEK == 0:
                self._begin_week(day)
            self._unasked(day)
            self._happen(day)
            self._touch(day)
        return Told(
            self.parameters,
            self.worktime,
            self.buyers,
            self.pursuits,
            self.efforts.columns(),
            self.acts.columns() | {"dropped": self._let_lie()},
            self.courses,
            self.staffing,
            self.sources,
            self.talks,
        )

    def _let_lie(self) -> NDArray[np.bool_]:
        """By act, whether its seller let it lie."""
        lies = np.zeros(self.acts.count, dtype=np.bool_)
        lies[np.concatenate([np.zeros(0, np.int64), *self._dropped])] = True
        return lies

    # What buyers do ------------------------------------------------------------------------------------------------

    def _begin_week(self, day: int) -> None:
        rose = self.heat.next_week()
        live = self._live()
        if self.parameters.pounce:
            self._woken = rose
            woken = live[rose[self.pursuits.account[live]]]
            self.pursuits.due[woken] = np.minimum(self.pursuits.due[woken], day)
        if self.parameters.worst_coached and day > 0 and day % (8 * WEEK) == 0:
            self._coach_the_worst(day)

    def _unasked(self, day: int) -> None:
        live = self._live()
        if len(live):
            account = self.pursuits.account[live]
            working = self.worktime.workdays[self.buyers.zone[account], day]
            often = self.parameters.spontaneous_per_week / 5 * self.heat.now[account] * self.heat.market(day)
            acting = live[working & (self.rng.random(len(live)) < often)]
            self._due[day].append(self.courses.unasked(acting, day))

    def _happen(self, day: int) -> None:
        """The acts of a day, and the efforts by which sellers answer them."""
        blocks = [block for block in self._due.pop(day, []) if len(block["at"])]
        if not blocks:
            return
        acts = joined(blocks)
        arrived = self._arrived(acts)
        numbers = self.acts.add(arrived)
        seen = arrived["system"] != NONE
        follow = self.courses.follow(taken(arrived, seen), numbers[seen], self.staffing.holders(day), day)
        self._dropped.append(follow.dropped)
        self._plan(follow.later, day)
        self._open_introduced(follow.introduced, day)
        if len(follow.answering):
            pursuit, seller = self.pursuits.seat[follow.answering], follow.sellers
            zone = self.staffing.zone[pursuit]
            at = self.worktime.working(follow.asked_at + follow.delays, zone, self.rng)
            due = self.worktime.day_of(at)
            at = self.worktime.working(at + (self.staffing.back(seller, due) - due) * DAY, zone, self.rng)
            done = at < self.worktime.start + (self.parameters.days + 30) * DAY
            self.staffing.busy(self.worktime.day_of(at[done]), pursuit[done])
            self._make(follow.answering[done], seller[done], at[done],
                       np.full(done.sum(), int(Kind.EMAIL)), day, answers=follow.acts[done])  # fmt: skip

    def _arrived(self, acts: Columns) -> Columns:
        """The acts as they come: who has been introduced is not introduced again, and blind mailboxes get no mail."""
        account = self.pursuits.account[acts["pursuit"]]
        brings = acts["kind"] == ACT["introduced"]
        _, earliest = np.unique(np.where(brings, account, -1 - np.arange(len(account))), return_index=True)
        known = self._introduced[account] | (acts["contact"] == account * CONTACTS + CONTACTS - 1)
        again = np.ones(len(account), dtype=np.bool_)
        again[earliest] = False
        known |= again
        self._introduced[account[brings & ~known]] = True
        acts = acts | {"kind": np.where(brings & known, ACT["replied"], acts["kind"])}
        if not self.parameters.blind:
            return acts
        seat, lost = self.pursuits.seat[acts["pursuit"]], np.zeros(len(acts["at"]), dtype=np.bool_)
        day = self.worktime.day_of(acts["at"])
        for seller, first, end in self.parameters.blind:
            lost |= (seat == self.parameters.seats.get(seller, seller)) & (day >= first) & (day < end)
        return acts | {"system": np.where(lost & (acts["system"] == MAIL), NONE, acts["system"])}

    def _plan(self, acts: Columns, day: int) -> None:
        """Acts that will happen: each on its day, those of a day that has begun on the next."""
        if not len(acts["at"]):
            return
        on = np.maximum(self.worktime.day_of(acts["at"]), day + 1)
        order = np.argsort(on, kind="stable")
        acts, days = taken(acts, order), on[order]
        begins = np.flatnonzero(np.diff(days, prepend=days[0] - 1))
        for begin, end in zip(begins.tolist(), [*begins[1:].tolist(), len(days)], strict=True):
            if days[begin] < self.parameters.days:
                self._due[int(days[begin])].append(taken(acts, slice(begin, end)))

    # What sellers do -----------------------------------------------------------------------------------------------

    def _touch(self, day: int) -> None:
        """The proactive efforts of a day."""
        self.courses.give_up(day)
        room = self.staffing.room(day)
        due = np.flatnonzero(~self.pursuits.ended & (self.pursuits.due <= day) & (room[self.pursuits.seat] > 0))
        ahead = self.rng.random(len(due)) - self.pursuits.step[due] + np.where(self.pursuits.touches[due] > 0, 0, 0.5)
        if self.parameters.chase_heat:
            ahead -= self.parameters.chase_heat * np.log(self.heat.now[self.pursuits.account[due]])
        ahead -= np.where(self._woken[self.pursuits.account[due]], _POUNCE, 0.0)
        chosen, left = _first_of_each(due, self.pursuits.seat[due], ahead, room)
        opened = self._open_new(left, day)
        pursuit = np.concatenate([chosen, opened])
        if len(pursuit):
            self._make_touches(pursuit, day)
        if day % WEEK == 2:
            self._managers_call(day)

    def _make_touches(self, pursuit: Ints, day: int) -> None:
        seat, step = self.pursuits.seat[pursuit], self.pursuits.step[pursuit]
        seller = self.staffing.holders(day)[seat]
        kind = self._kinds(pursuit, seller, step, day)
        at = self.worktime.instants(np.full(len(pursuit), day), self.staffing.zone[seat], self.rng)
        made = self._make(pursuit, seller, at, kind, day)
        self._woken[self.pursuits.account[pursuit]] = False
        self._plan(self.courses.touched(made, pursuit, seller, self.heat.now, day), day)

    def _kinds(self, pursuit: Ints, seller: Ints, step: NDArray[np.int8], day: int) -> Ints:
        """Which channel each touch takes."""
        dice = self.rng.random(len(pursuit))
        weights = _SHARES[step]
        weights[:, Kind.EMAIL] *= self.staffing.mail_share[seller]
        bounds = np.cumsum(weights, axis=1)
        kind = (dice[:, None] * bounds[:, -1:] >= bounds).sum(axis=1)
        fresh = self.pursuits.touches[pursuit] == 0
        kind = np.where(fresh & (step == int(Step.OFFER)), int(Kind.PROPOSAL), kind)
        by_sequence = (
            self.pursuits.sequence[pursuit] & (step == int(Step.APPROACH)) & (self.pursuits.touches[pursuit] < 3)
        )
        late = (step >= int(Step.OFFER)) & ~fresh & (self.rng.random(len(pursuit)) < _VISITS)
        kind = np.where(late, int(Kind.VISIT), np.where(by_sequence, int(Kind.EMAIL), kind))
        return self._as_dealt(pursuit, step, kind, day)

    def _as_dealt(self, pursuit: Ints, step: NDArray[np.int8], kind: Ints, day: int) -> Ints:
        """The channels as lots say, where a practice deals them to companies."""
        plan = self.parameters.practised
        if plan is None or not plan.first_day <= day < plan.end_day:
            return kind
        here = (step == int(plan.step)) & (self.pursuits.objection[pursuit] == OBJECTIONS.index(plan.after))
        here &= among(kind, (int(plan.new), int(plan.usual)))
        domains = account_domains(self.parameters, self.pursuits.account[pursuit])
        new = np.array([dealt(each, plan.seed) for each in domains], dtype=np.bool_)
        return np.where(here, np.where(new, int(plan.new), int(plan.usual)), kind)

    def _make(  # noqa: PLR0917 - who, by whom, when and how, column by column
        self, pursuit: Ints, seller: Ints, at: Ints, kind: Ints, day: int, answers: Ints | None = None
    ) -> Ints:
        """Writes efforts down, and plans what they trigger; their numbers."""
        reactive = np.zeros(len(pursuit), dtype=np.bool_) if answers is None else np.ones(len(pursuit), dtype=np.bool_)
        step, account = self.pursuits.step[pursuit].astype(np.int64), self.pursuits.account[pursuit]
        early = (step == int(Step.APPROACH)) & (self.pursuits.touches[pursuit] < _SENT_BY_SEQUENCE)
        sequence = ~reactive & early & self.pursuits.sequence[pursuit] & (kind == int(Kind.EMAIL))
        touches = Touches(seller, kind, step, self.buyers.segment[account], self.sources[account], sequence, reactive,
                          self.pursuits.objection[pursuit].astype(np.int64))  # fmt: skip
        p, slower = self.chances.of(touches, day)
        hidden = (kind == Kind.CALL) & (self.rng.random(len(kind)) < self.staffing.private[seller])
        # The other ear of a private call says nothing to a system: what came of it is known to the model alone.
        logged = hidden & (self.rng.random(len(kind)) < p * _LOGGED)
        system = np.where(logged, CRM, np.where(hidden, NONE, _SYSTEM_OF[kind]))
        meets = self._meeting_times(at, kind, self.staffing.zone[self.pursuits.seat[pursuit]])
        numbers = self.efforts.add({
            "at": at, "pursuit": pursuit, "seller": seller, "contact": self.pursuits.contact[pursuit], "kind": kind,
            "step": step, "sequence": sequence, "touch": self.pursuits.touches[pursuit].astype(np.int64),
            "answers": np.full(len(pursuit), -1) if answers is None else answers, "system": system,
            "meets_at": meets, "p": p,
            "minutes": (_MINUTES[kind] * self.rng.uniform(0.5, 1.8, len(kind))).astype(np.int64) + 1,
        })  # fmt: skip
        made = Made(numbers, pursuit, self.pursuits.contact[pursuit], self.buyers.zone[account], at, meets, system,
                    (self.pursuits.touches[pursuit] == 0) & (step == 0), touches)  # fmt: skip
        p = np.where(logged, 1.0, np.where(hidden, p * (1 - _LOGGED) / (1 - p * _LOGGED), p))
        refusals = Refusals(self.chances.refused(touches, day), self.chances.objection(touches, day))
        planned = self.replies.to(made, p, slower, refusals)
        self._count(made, planned, day)
        self._plan(planned, day)
        return numbers

    def _meeting_times(self, at: Ints, kind: Ints, zone: Ints) -> Ints:
        """When the meetings are that efforts invite to: in one to two weeks, at a full or half hour; else -1."""
        day = self.worktime.day_of(at) + self.rng.integers(5, 12, len(at))
        day = self.worktime.next_workday[zone, day]
        half_hours = self.rng.integers(18, 33, len(at)) * 1800
        return np.where(
            kind == Kind.MEETING, self.worktime.start + day * DAY + half_hours - self.worktime.offsets[zone, day], -1
        )

    def _count(self, made: Made, planned: Columns, day: int) -> None:
        np.add.at(self._moved[:, day, 0], made.touches.seller, 1)
        won = planned["cause"][~planned["refuses"] & ~among(planned["kind"], _NO_ANSWER)]
        np.add.at(self._moved[:, day, 1], made.touches.seller[np.searchsorted(made.number, np.unique(won))], 1)

    # Opening pursuits ----------------------------------------------------------------------------------------------

    def _open_new(self, left: dict[int, int], day: int) -> Ints:
        """New pursuits of the sellers who have time left: the next companies of their territories."""
        account, contact, seat, fresh = [], [], [], []
        for where, size in left.items():
            own = self._territory[where]
            places = self._opened[where] + np.arange(size)
            self._opened[where] += size
            company = own[places % len(own)]
            account.append(company)
            contact.append(company * CONTACTS + (places // len(own)) % _PEOPLE_ASKED)
            seat.append(np.full(size, where))
            fresh.append(places < len(own))
        if not account:
            return np.array([], dtype=np.int64)
        accounts, contacts, seats = (np.concatenate(each) for each in (account, contact, seat))
        new = np.concatenate(fresh)
        shares = self.parameters.lead_shares[max(each for each in self.parameters.lead_shares if each <= max(day, 0))]
        self.sources[accounts[new]] = self.rng.choice(len(LEAD_SOURCES), new.sum(), p=shares)
        if self.parameters.hub_share:
            hub = self.rng.random(len(accounts)) < self.parameters.hub_share
            accounts = np.where(hub, HUB, accounts)
            first = self.buyers.count * CONTACTS + self._hub_contacts
            contacts[hub] = first + np.arange(hub.sum())
            self._hub_contacts += int(hub.sum())
        by_sequence = self.rng.random(len(accounts)) < self.parameters.sequence_share
        return self.pursuits.open(accounts, contacts, seats, day=day, sequence=by_sequence)

    def _open_introduced(self, by: Ints, day: int) -> None:
        """The colleague whom a buyer brings in is approached next, by hand."""
        if len(by):
            account = self.pursuits.account[by]
            colleague = account * CONTACTS + CONTACTS - 1
            opened = self.pursuits.open(account, colleague, self.pursuits.seat[by], day=day + 1,
                                        sequence=np.zeros(len(by), dtype=np.bool_))  # fmt: skip
            self.pursuits.step[opened] = int(Step.DISCOVER)
            self.courses.open_deals(opened, np.full(len(by), self.worktime.start + day * DAY + 17 * 3600))

    # Managers ------------------------------------------------------------------------------------------------------

    def _managers_call(self, day: int) -> None:
        """Managers who talk with buyers themselves call some whose deals are far."""
        reps, coaching = self.parameters.reps, self.parameters.coaching_managers
        live = self._live()
        far = self.rng.permutation(live[self.pursuits.step[live] >= int(Step.OFFER)])
        manager = reps + self._team[self.pursuits.seat[far]]
        if coaching:
            far, manager = (each[among(manager, coaching)] for each in (far, manager))
        room = np.full(self.parameters.sellers, _MANAGER_CALLS)
        called, _ = _first_of_each(far, manager, np.arange(len(far), dtype=float), room)
        if len(called):
            zone = np.zeros(len(called), dtype=np.int64)
            at = self.worktime.instants(self.worktime.next_workday[zone, day + zone], zone, self.rng)
            by = reps + self._team[self.pursuits.seat[called]]
            self._make(called, by, at, np.full(len(called), int(Kind.CALL)), day)

    def _coach_the_worst(self, day: int) -> None:
        """The three reps with the worst four weeks are coached, whether or not that says anything of them."""
        recent = self._moved[: self.parameters.reps, day - 4 * WEEK : day].sum(axis=1)
        rate = recent[:, 1] / np.maximum(recent[:, 0], 1)
        busy = np.flatnonzero(recent[:, 0] >= 10)
        for seller in busy[np.argsort(rate[busy])][:3].tolist():
            self.talks.append((day + 1, seller, self.parameters.reps + team_of(seller, self.parameters)))

    def _live(self) -> Ints:
        return np.flatnonzero(~self.pursuits.ended)


def _first_of_each(which: Ints, group: Ints, ahead: NDArray[np.float64], room: Ints) -> tuple[Ints, dict[int, int]]:
    """Of each group as many as there is room for, the least `ahead` first; and the room that is left, by group."""
    order = np.lexsort((ahead, group))
    which, group = which[order], group[order]
    first = np.searchsorted(group, group, side="left")
    chosen = np.arange(len(group)) - first < room[group]
    taken_by = np.bincount(group[chosen], minlength=len(room))
    left = {int(each): int(room[each] - taken_by[each]) for each in np.flatnonzero(room > taken_by)}
    return which[chosen], left
