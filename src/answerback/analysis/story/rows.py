"""The rows behind one chain, looked up by its key: how it lived, its events and what they answer, what stands beside.

A page shows one chain of hundreds of thousands, so nothing is scanned and no engine is asked.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from answerback.analysis.disputes import sees
from answerback.analysis.reader import Reader, ids_of
from answerback.domain.court import Side
from answerback.domain.scope import Scope
from answerback.engine.lookup import During

Row = dict[str, Any]

FOR_EVER = datetime(2200, 1, 1, tzinfo=UTC)
ALWAYS = datetime(1900, 1, 1, tzinfo=UTC)
"""What relations have where no end, and no beginning, is known."""
LIFE = ("deal_key", "account_key", "owner_key", "starts_at", "ends_at", "outcome")
_EVENT = (
    *(
        "chain_key",
        "event_key",
        "account_key",
        "occurred_at",
        "side",
        "step",
        "kind",
        "subkind",
        "stance",
        "evidence",
        "origin",
    ),
    *("turns", "rep_key", "contact_key", "contested"),
)
_CASE = ("deal_key", "opened_at", "closed_at", "kind", "case_key")


@dataclass(frozen=True, slots=True)
class ChainRows:
    """What a snapshot has of one chain by an instant. Instants are naive and in UTC.

    Attributes:
        life: Account, owner, start, end and outcome of a deal; of a company none of it but itself.
        events: Touches and acts in order, each with the effort that it answers (`effort_key`) and the link's `grade`.
        beside: Stages, obstacles, promises and cases in order: `occurred_at`, `sort`, `what`, `detail`, `evidence`,
            and the `key` of a promise or case.
        ids: The ids behind all keys of these.
    """

    life: Row
    events: tuple[Row, ...]
    beside: tuple[Row, ...]
    ids: dict[int, str]


def chain_rows(reader: Reader, scope: Scope, key: int, *, is_deal: bool) -> ChainRows | None:
    """The rows of a deal's chain or a company's; None where there is none in the scope."""
    life = _life(reader, key, is_deal=is_deal)
    if life is None:
        return None
    now = reader.as_of.astimezone(UTC).replace(tzinfo=None)
    every = [row for row in reader.rows("chain_event", "chain_key", [key], _EVENT) if row["occurred_at"] <= now]
    if key not in opened(reader, scope, [key], are_deals=is_deal, events=every):
        return None
    seen = sorted((row for row in every if sees(scope, row)), key=_place)
    events = _answering(reader, seen)
    beside = sorted(
        (row for row in _beside(reader, scope, life, key, is_deal=is_deal) if row["occurred_at"] <= now),
        key=lambda row: (row["occurred_at"], row["sort"], row["what"], row["detail"]),
    )
    keys = {key, life["account_key"], life["owner_key"]}
    keys |= {row[name] for row in events for name in ("event_key", "effort_key", "rep_key", "contact_key")}
    ids = ids_of(reader, keys - {None}, "deal", "account", "rep", "contact", "event")
    return ChainRows(life, tuple(events), tuple(beside), ids)


def _life(reader: Reader, key: int, *, is_deal: bool) -> Row | None:
    """Of a company it is enough that it is known, or that something happened with it."""
    if is_deal:
        return next(iter(reader.rows("deal_span", "deal_key", [key], LIFE)), None)
    known = (
        reader.rows("account", "account_key", [key], ("account_key",))
        or reader.rows("effort", "account_key", [key], ("account_key",))
        or any(row["counts"] for row in reader.rows("buyer_action", "account_key", [key], ("counts",)))
    )
    return dict.fromkeys(LIFE) | {"account_key": key} if known else None


def opened(
    reader: Reader, scope: Scope, keys: Collection[int], *, are_deals: bool, events: Iterable[Row] | None = None
) -> set[int]:
    """Of some chains those that open in a scope: somebody of it worked on the chain by now, or once owned the deal.

    `events` are theirs by now, where these have been read.
    """
    if scope.everybody or not keys:
        return set(keys)
    if events is None:
        every = reader.rows("chain_event", "chain_key", keys, ("chain_key", "side", "rep_key", "occurred_at"))
        events = [row for row in every if aware(row["occurred_at"]) <= reader.as_of]
    found = {
        row["chain_key"]
        for row in events
        if row["side"] == Side.SELLER and scope.holds(row["rep_key"], aware(row["occurred_at"]))
    }
    owned = reader.rows("deal_owner", "deal_key", keys, ("deal_key", "owner_key", "occurred_at")) if are_deals else []
    return found | {row["deal_key"] for row in owned if scope.holds(row["owner_key"], aware(row["occurred_at"]))}


def _place(row: Row) -> tuple[datetime, bool, int]:
    """At one instant the seller's before the buyer's, then by key."""
    return row["occurred_at"], row["side"] == Side.BUYER, row["event_key"]


def _answering(reader: Reader, events: Iterable[Row]) -> list[Row]:
    """Each event, in order, with what it answers. Links lie by account and time of the act, which its event names."""
    events = list(events)
    acts = [row for row in events if row["side"] == Side.BUYER]
    columns = ("action_key", "effort_key", "grade")
    links: list[Row] = []
    if acts:
        while_acting = During("occurred_at", acts[0]["occurred_at"], acts[-1]["occurred_at"])
        links = reader.rows("link", "account_key", {row["account_key"] for row in acts}, columns, while_acting)
    of = {row["action_key"]: row for row in links}
    nothing: Row = dict.fromkeys(columns)
    linked = (of.get(row["event_key"], nothing) if row["side"] == Side.BUYER else nothing for row in events)
    return [
        row | {"effort_key": link["effort_key"], "grade": link["grade"]}
        for row, link in zip(events, linked, strict=True)
    ]


def _beside(reader: Reader, scope: Scope, life: Row, key: int, *, is_deal: bool) -> list[Row]:
    """What the records say: of a company only the cases that are of no deal.

    What a rep named as standing in the way of a deal of theirs, our own mistakes among it, is for them: others have it
    in sums alone.
    """
    if not is_deal:
        cases = reader.rows("service_case", "account_key", [key], _CASE)
        return _cases(row for row in cases if row["deal_key"] is None)
    stages = reader.rows("deal_stage", "deal_key", [key], ("occurred_at", "stage"))
    obstacles = reader.rows("obstacle", "deal_key", [key], ("occurred_at", "kind", "said_by", "evidence"))
    if not scope.everybody and (scope.viewer_key is None or scope.viewer_key != life["owner_key"]):
        obstacles = [row for row in obstacles if row["said_by"] != "rep"]
    promises = reader.rows("promise", "deal_key", [key], ("due_at", "by_side", "promise_key"))
    found = [_row(row["occurred_at"], "stage", row["stage"]) for row in stages]
    found += [_row(row["occurred_at"], "obstacle", row["kind"], row["said_by"], row["evidence"]) for row in obstacles]
    found += [_row(row["due_at"], "promised", row["by_side"]) | {"key": row["promise_key"]} for row in promises]
    dated = [row for row in found if row["occurred_at"] is not None]
    return dated + _cases(reader.rows("service_case", "deal_key", [key], _CASE))


def _cases(cases: Iterable[Row]) -> list[Row]:
    found = []
    for row in cases:
        found.append(_row(row["opened_at"], "case_opened", row["kind"]) | {"key": row["case_key"]})
        if row["closed_at"] is not None:
            found.append(_row(row["closed_at"], "case_closed", row["kind"]))
    return found


def _row(at: datetime | None, sort: str, what: str | None, detail: str | None = "", evidence: str | None = "") -> Row:
    return {
        "occurred_at": at,
        "sort": sort,
        "what": what or "",
        "detail": detail or "",
        "evidence": evidence or "",
        "key": 0,
    }


def aware(at: datetime) -> datetime:
    """An instant of a row, which is naive and in UTC, as an aware one."""
    return at.replace(tzinfo=UTC)


def known(at: datetime | None) -> datetime | None:
    """The same, None where it stands for no end or no known beginning.

    >>> known(datetime(2200, 1, 1)) is None
    True
    """
    if at is None:
        return None
    instant = aware(at)
    return None if instant in (ALWAYS, FOR_EVER) else instant
