"""A finding to the rep who goes for large deals clearly more often than the others: an attempt is worth telling.

It is good news whatever came of it, and stays with the rep until they share it.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, date, timedelta

import numpy as np

from answerback.analysis.reader import Reader
from answerback.analysis.risk.attempts import Look, Tried
from answerback.analysis.risk.taken import Risk, risk_taken
from answerback.domain.findings import EXPIRES_DAYS, Evidence, Finding, FindingKind, Measure, Size, Subject, SureBy
from answerback.domain.scope import Scope
from answerback.stats.intervals import jeffreys
from answerback.stats.more_than_usual import more_than_usual

LEAST_DEALS, LEAST_OTHERS = 20, 5
"""Nobody is told of fewer deals, or beside fewer others."""


def findings(reader: Reader, scope: Scope) -> tuple[Finding, ...]:
    """Reps with clearly more deals that are large for everybody; nothing for who sees some reps only."""
    return _of(risk_taken(reader, scope), reader.as_of.astimezone(UTC).date()) if scope.everybody else ()


def _of(found: Risk, today: date) -> tuple[Finding, ...]:
    by_rep: defaultdict[int, list[Look]] = defaultdict(list)
    for each in found.looks:
        if each.tried is Tried.LARGE:
            by_rep[each.rep_key].append(each)
    reps = sorted(by_rep)
    deals = np.array([len(by_rep[rep]) for rep in reps], np.float64)
    large = np.array([sum(each.is_attempt for each in by_rep[rep]) for rep in reps], np.float64)
    enough = deals >= LEAST_DEALS
    if enough.sum() <= LEAST_OTHERS:
        return ()
    compared = more_than_usual(large, deals, may_be_named=enough)
    interval = jeffreys(large, deals)
    return tuple(
        Finding(
            kind=FindingKind.RISK,
            subject=Subject("rep", key=rep),
            measure=Measure.RISK_TAKEN,
            good_news=True,
            since=found.since.date(),
            raised_on=today,
            size=_size(
                float(compared.usual[place]), large[place] / deals[place], interval.low[place], interval.high[place]
            ),
            sure_by=SureBy.P_VALUE,
            sure=float(compared.p_value[place]),
            evidence=Evidence(efforts=int(deals[place]), answers=int(large[place])),
            next_step="tell_what_was_tried",
            expires=today + timedelta(days=EXPIRES_DAYS),
        )
        for place, rep in enumerate(reps)
        if compared.named[place]
    )


def _size(usual: float, share: float, low: float, high: float) -> Size:
    return Size(usual, float(share), float(share - usual), float(low - usual), float(high - usual))
