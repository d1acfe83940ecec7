"""What is the seller's turn without an act of a buyer: what a rep promised for a day, and service cases that are open.

A promise is a ball from its day on, due when that working day is over; any touch of the deal by hand after it was made
keeps it. A record of a promise that is dated after its day says not when it was made, so it is held against nobody. A
case is a ball from when it was opened until it is closed; nothing says how long that may take.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from answerback.analysis.clocks.book import ClockBook
from answerback.analysis.clocks.due import due, elapsed
from answerback.analysis.reader import Reader
from answerback.stats.arrays import IntArray
from answerback.stats.working_time import NEVER

PROMISE = "promise"
SERVICE = "service case"
BESIDE = (PROMISE, SERVICE)
"""What these balls are called where others have the name of their policy."""

_PROMISED = """
select promise.promise_key as event_key, promise.deal_key as chain_key, true as is_deal, life.account_key,
       cast(null as bigint) as contact_key, 'promised' as kind, cast(null as varchar) as subkind,
       promise.made_at as occurred_at, min(touch.occurred_at) as settled_at,
       min_by(touch.event_key, touch.occurred_at) as settled_key, cast(null as timestamp) as refused_at,
       life.ends_at, promise.due_at as promised_for, false as contested, {promise} as policy
from promise
join deal_span as life on life.deal_key = promise.deal_key
left join chain_event as touch
  on touch.chain_key = promise.deal_key and touch.is_deal and touch.side = 'seller' and touch.turns
 and touch.occurred_at >= promise.made_at and touch.occurred_at <= {instant}
where promise.by_side = 'seller' and {promises} and promise.made_at <= promise.due_at
  and date_trunc('day', promise.due_at) <= {instant} and promise.made_at <= {instant}
  and life.ends_at > promise.due_at
group by all
"""
_SERVED = """
select case_key as event_key, coalesce(deal_key, account_key) as chain_key, deal_key is not null as is_deal,
       account_key, cast(null as bigint) as contact_key, 'service_case' as kind, kind as subkind,
       opened_at as occurred_at, case when closed_at <= {instant} then closed_at end as settled_at,
       cast(null as bigint) as settled_key, cast(null as timestamp) as refused_at, cast(null as timestamp) as ends_at,
       cast(null as timestamp) as promised_for, false as contested, {service} as policy
from service_case
where opened_at <= {instant} and coalesce(deal_key, account_key) is not null
"""


def beside_sql(reader: Reader, first: int) -> list[str]:
    """Queries with the columns of `asked_sql`; the numbers of these balls' sorts follow those of the policies."""
    promises = "true" if reader.playbook.court.promises else "false"
    named = {"instant": reader.instant, "promise": first, "service": first + 1, "promises": promises}
    return [query.format(**named) for query in (_PROMISED, _SERVED)]


def end_of_day(book: ClockBook, zone: ZoneInfo, rep_keys: IntArray, promised_for: IntArray) -> IntArray:
    """By row, the last instant at which what was promised for a day is in time: its working time is not exceeded.

    Where the rep does not work on that day, the next day on which they do stands for it.
    """
    starts, ends = _day(promised_for, zone)
    work = elapsed(book, rep_keys, starts, ends)
    off = np.flatnonzero(work == 0)
    if off.size:
        opens = due(book, rep_keys[off], starts[off], 0)
        known = off[opens != NEVER]
        starts[known], ends[known] = _day(opens[opens != NEVER], zone)
        work[known] = elapsed(book, rep_keys[known], starts[known], ends[known])
        starts[off[opens == NEVER]] = NEVER
    found = np.full(len(starts), NEVER, np.int64)
    some = starts != NEVER
    found[some] = due(book, rep_keys[some], starts[some], work[some])
    return np.maximum(found, promised_for)


def _day(instants: IntArray, zone: ZoneInfo) -> tuple[IntArray, IntArray]:
    """The beginning and the end of the day of each instant, in a time zone."""
    days, place = np.unique(instants // 900, return_inverse=True)  # no zone is off by less than a quarter of an hour
    local = [datetime.fromtimestamp(int(each) * 900, UTC).astimezone(zone).date() for each in days]
    bounds = [
        [int(datetime(on.year, on.month, on.day, tzinfo=zone).timestamp()) for on in (day, day + timedelta(days=1))]
        for day in local
    ]
    found = np.array(bounds, np.int64).reshape(-1, 2)[place]
    return found[:, 0].copy(), found[:, 1].copy()
