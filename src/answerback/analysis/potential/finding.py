"""Findings on territories, targets and lost potential: of the system, so a leader has them first; nobody is ranked."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from math import exp

from answerback.analysis.potential.lost import Amount, Books, Lost, Potential, potential
from answerback.analysis.potential.quota import Quota, quota_realism
from answerback.analysis.potential.seats import SeatAnswer, seats
from answerback.analysis.reader import Reader
from answerback.domain.findings import (
    Evidence,
    Finding,
    FindingKind,
    Measure,
    Role,
    Size,
    Subject,
    SureBy,
    Verdict,
)
from answerback.domain.refusals import CannotTell
from answerback.domain.scope import Scope
from answerback.stats.compare import Compared
from answerback.stats.seat import Seat, Whose

_RATIOS = (Measure.ON_BASE, Measure.EFFORTS_PER_WIN, Measure.EXPENSE_PER_WIN)


def findings(reader: Reader, scope: Scope) -> tuple[Finding, ...]:
    """Seats in which all fare alike, targets out of reach, and what is lost; nothing for who sees some reps only.

    All three are about everybody: a part of the reps says nothing of them.
    """
    if not scope.everybody:
        return ()
    books = Books.of(reader, scope)
    if not books.weeks.weeks:
        return ()
    until = books.until(reader)
    found: list[Finding] = []
    held = seats(reader, books.weeks, scope, until=until)
    if not isinstance(held, CannotTell):
        alike = [(each, each.found) for each in held if each.whose is Whose.SEAT]
        found += [_of_seat(each, said, until) for each, said in alike if isinstance(said, Seat)]
    currency = reader.playbook.organisation.currency
    quota = quota_realism(books.weeks, books.deals, books.targets, scope, until=until, currency=currency)
    if isinstance(quota, Quota) and quota.out_of_reach is True:
        found.append(_of_quota(quota, until))
    lost = potential(reader, scope, books, until=until)
    if isinstance(lost, Potential):
        found += _of_potential(lost, until)
    return tuple(found)


def _of_seat(answer: SeatAnswer, said: Seat, until: date) -> Finding:
    holders = answer.holders
    return Finding(
        kind=FindingKind.SEAT,
        subject=Subject("seat", key=holders[0].rep_key),
        measure=Measure.ON_BASE,
        direction="fall" if said.common < 0.0 else "rise",
        good_news=said.common > 0.0,
        since=holders[0].start,
        raised_on=until,
        size=Size(None, None, exp(said.common), exp(said.low), exp(said.high), "ratio"),
        sure_by=SureBy.P_VALUE,
        sure=answer.p_value,
        verdict=Verdict.SYSTEMIC,
        evidence=Evidence(
            efforts=round(sum(each.efforts for each in holders)), answers=round(sum(each.on_base for each in holders))
        ),
        first_for=Role.LEADER,
        next_step="look_at_territory",
        expires=until + timedelta(days=365),
        details={
            "holders": len(holders),
            "accounts": answer.accounts,
            "log_odds": said.common,
            "rates": ", ".join(f"{each.rate:.0%}" for each in holders),
            "peers": ", ".join(f"{each.peers:.0%}" for each in holders),
            "changes": ", ".join(f"{each.start}" for each in holders[1:]),
        },
    )


def _of_quota(quota: Quota, until: date) -> Finding:
    share = quota.likely_at_good_rate / quota.held
    return Finding(
        kind=FindingKind.QUOTA,
        subject=Subject("organisation"),
        measure=Measure.TARGET,
        where={"period": quota.period.label},
        direction="",
        since=quota.period.start,
        raised_on=until,
        size=Size(None, None, share, share, share, "share"),
        sure_by=SureBy.POSTERIOR,
        sure=quota.sure,
        verdict=Verdict.SYSTEMIC,
        first_for=Role.LEADER,
        next_step="set_targets_again",
        expires=until + timedelta(days=365),
        details={
            "metric": quota.metric,
            "reps": quota.held,
            "likely": quota.likely,
            "likely_at_good_rate": quota.likely_at_good_rate,
        },
    )


def _of_potential(answer: Potential, until: date) -> Iterator[Finding]:
    for each in answer.figures:
        if each.claimed and isinstance(each.compared, Compared) and each.lost is not None:
            yield Finding(
                kind=FindingKind.POTENTIAL,
                subject=Subject("organisation"),
                measure=each.measure,
                direction="fall" if each.compared.change < 0.0 else "rise",
                since=answer.now.start,
                raised_on=until,
                size=_size(each.measure, each.compared),
                sure_by=SureBy.INTERVAL,
                verdict=None,
                first_for=Role.LEADER,
                next_step="look_at_potential",
                expires=until + timedelta(days=365),
                details=_details(answer, each, each.lost),
            )


def _size(measure: Measure, said: Compared) -> Size:
    if measure in _RATIOS:  # the change is in parts of what it was
        return Size(said.before, said.after, 1.0 + said.change, 1.0 + said.low, 1.0 + said.high, "ratio")
    unit = "money_minor" if measure in (Measure.DEAL_VALUE, Measure.MARGIN) else "share"
    return Size(said.before, said.after, said.change, said.low, said.high, unit)


def _details(answer: Potential, each: Lost, lost: Amount) -> dict[str, object]:
    found: dict[str, object] = {
        "lost": lost.value,
        "lost_low": lost.low,
        "lost_high": lost.high,
        "period": answer.now.label,
        "currency": answer.currency,
    }
    if not isinstance(answer.hit, CannotTell):
        found |= {"number_hit": answer.hit, "reached": answer.reached, "wanted": answer.wanted}
    if each.measure is Measure.ON_BASE and answer.worth is not None:
        found |= {
            "worth": answer.worth.value,
            "worth_low": answer.worth.low,
            "worth_high": answer.worth.high,
        }
    return found
