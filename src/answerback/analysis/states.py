"""What came of an effort, as of an instant: the one place that says it.

Relations store instants; the state follows from them, in SQL and, for rows that were looked up, in numpy. An effort
outside all coverage is `unseen`. Else, as far as was visible: moved forward in time (`on_base`), answered otherwise
(`answered`), too young (`open`), or `unanswered`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from answerback.domain.kinds import OutcomeState

DAY_SECONDS = 86_400


def state_sql(instant: str, *, proved: bool = False) -> str:
    """The state as an SQL expression over `outcome`, as of an SQL instant; only by proof (E1, E2) if `proved`.

    >>> print(state_sql("now").splitlines()[0])
    case when seen_seconds is null then 'unseen'
    """
    moved, other = ("proved_at", "other_proved_at") if proved else ("on_base_at", "other_at")
    if proved:  # an act that is only plausible still shows that there was an answer
        other = f"least({other}, on_base_at, other_at)"
    return f"""case when seen_seconds is null then '{OutcomeState.UNSEEN}'
     when {moved} <= {instant} then '{OutcomeState.ON_BASE}'
     when {other} <= {instant} then '{OutcomeState.ANSWERED}'
     when {observed_sql(instant)} < waiting_seconds then '{OutcomeState.OPEN}'
     else '{OutcomeState.UNANSWERED}' end"""


def observed_sql(instant: str) -> str:
    """For how many seconds after the effort an answer could be seen, as of an instant."""
    return f"least(epoch({instant}) - epoch(occurred_at), seen_seconds)"


def age_days_sql(instant: str) -> str:
    """The whole days among them, at most the waiting time."""
    return f"cast(floor(least({observed_sql(instant)}, waiting_seconds) / {DAY_SECONDS}) as bigint)"


def states_of(rows: Mapping[str, NDArray[Any]], as_of: datetime, *, proved: bool = False) -> NDArray[np.str_]:
    """`state_sql` of rows in memory: by name the columns of `outcome`; shape (n,) each and of the result.

    >>> rows = {"occurred_at": np.array(["2026-03-02", "2026-03-02"], "datetime64[s]")}
    >>> rows |= {name: np.array(["NaT", "NaT"], "datetime64[s]") for name in ("other_at", "proved_at")}
    >>> rows |= {"on_base_at": np.array(["NaT", "2026-03-04"], "datetime64[s]"), "waiting_seconds": np.array([9, 9])}
    >>> rows |= {"seen_seconds": np.array([np.nan, 9.0])}
    >>> states_of(rows, datetime(2026, 3, 9, tzinfo=UTC)).tolist()
    ['unseen', 'on_base']
    """
    now = _instant(as_of)
    moved, other = (rows["proved_at"], "other_proved_at") if proved else (rows["on_base_at"], "other_at")
    answered = rows[other] <= now
    if proved:
        answered |= (rows["on_base_at"] <= now) | (rows["other_at"] <= now)
    cases = [
        (np.isnan(rows["seen_seconds"].astype(np.float64)), OutcomeState.UNSEEN),
        (moved <= now, OutcomeState.ON_BASE),
        (answered, OutcomeState.ANSWERED),
        (observed_of(rows, as_of) < rows["waiting_seconds"], OutcomeState.OPEN),
    ]
    found: NDArray[np.str_] = np.select(
        [case for case, _ in cases],
        [np.array(str(state)) for _, state in cases],
        np.array(str(OutcomeState.UNANSWERED)),
    )
    return found


def observed_of(rows: Mapping[str, NDArray[Any]], as_of: datetime) -> NDArray[np.float64]:
    """`observed_sql` of rows in memory, in seconds."""
    since: NDArray[np.float64] = np.subtract(_instant(as_of), rows["occurred_at"]) / np.timedelta64(1, "s")
    seen: NDArray[np.float64] = np.fmin(since, rows["seen_seconds"].astype(np.float64))
    return seen


def age_days_of(rows: Mapping[str, NDArray[Any]], as_of: datetime) -> NDArray[np.int64]:
    """`age_days_sql` of rows in memory."""
    waited = np.fmin(observed_of(rows, as_of), rows["waiting_seconds"].astype(np.float64))
    return np.floor(waited / DAY_SECONDS).astype(np.int64)


def _instant(at: datetime) -> np.datetime64:
    return np.datetime64(at.astimezone(UTC).replace(tzinfo=None), "s")  # whole seconds, as `sql_instant` has it
