"""A finding to the rep who goes for large deals clearly more often than the others: an attempt is worth telling.

It is good news whatever came of it, and stays with the rep until they share it.
"""

from __future__ import annotations

from datetime import UTC, date, timedelta

import numpy as np

from answerback.analysis.reader import Reader
from answerback.analysis.risk.attempts import WINDOW, large
from answerback.analysis.risk.taken import deals_opened
from answerback.domain.findings import EXPIRES_DAYS, Evidence, Finding, FindingKind, Measure, Size, Subject, SureBy
from answerback.domain.scope import Scope
from answerback.stats.arrays import BoolArray, IntArray, weighted_count
from answerback.stats.intervals import jeffreys
from answerback.stats.more_than_usual import more_than_usual

LEAST_DEALS, LEAST_OTHERS = 20, 5
"""Nobody is told of fewer deals, or beside fewer others."""


def findings(reader: Reader, scope: Scope) -> tuple[Finding, ...]:
    """Reps with clearly more deals that are large for everybody; nothing for who sees some reps only."""
    if not scope.everybody:
        return ()
    since = reader.as_of - WINDOW
    deals, _ = deals_opened(reader, since - WINDOW)
    held = large(deals, since)
    return _of(deals.rep_key[held.place], held.is_attempt, since.date(), reader.as_of.astimezone(UTC).date())


def _of(rep_key: IntArray, is_large: BoolArray, since: date, today: date) -> tuple[Finding, ...]:
    """Findings from the deals that were looked at: whose each is, and whether it is large."""
    reps, place_of = np.unique(rep_key, return_inverse=True)
    deals = weighted_count(place_of, np.ones(len(place_of)), len(reps))
    large_ones = weighted_count(place_of, is_large.astype(np.float64), len(reps))
    enough = deals >= LEAST_DEALS
    if enough.sum() <= LEAST_OTHERS:
        return ()
    compared = more_than_usual(large_ones, deals, may_be_named=enough)
    interval = jeffreys(large_ones, deals)
    return tuple(
        Finding(
            kind=FindingKind.RISK,
            subject=Subject("rep", key=int(rep)),
            measure=Measure.RISK_TAKEN,
            good_news=True,
            since=since,
            raised_on=today,
            size=_size(
                float(compared.usual[place]),
                large_ones[place] / deals[place],
                interval.low[place],
                interval.high[place],
            ),
            sure_by=SureBy.P_VALUE,
            sure=float(compared.p_value[place]),
            evidence=Evidence(efforts=int(deals[place]), answers=int(large_ones[place])),
            next_step="tell_what_was_tried",
            expires=today + timedelta(days=EXPIRES_DAYS),
        )
        for place, rep in enumerate(reps)
        if compared.named[place]
    )


def _size(usual: float, share: float, low: float, high: float) -> Size:
    return Size(usual, float(share), float(share - usual), float(low - usual), float(high - usual))
