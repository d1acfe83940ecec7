"""What came of an effort, as of an instant: the one place that says it.

Relations store instants; the state follows from them. An effort outside all coverage is `unseen`. Else, as far as was
visible: moved forward in time (`on_base`), answered otherwise (`answered`), too young (`open`), or `unanswered`.
"""

from __future__ import annotations

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
