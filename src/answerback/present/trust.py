"""How far the data can be relied on, in words. It is about data, never about people."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from types import MappingProxyType

import pyarrow as pa

from answerback.analysis.trust.filled import Filled
from answerback.analysis.trust.reasons import Agreed, Ending, Reasons
from answerback.analysis.trust.trusting import COVER_DAYS, LEAST_FILLED, STALE_DAYS, Fresh, Trust, pooled
from answerback.analysis.trust.typed_in import CHANNEL, TypedIn, added
from answerback.present.refusals import percent
from answerback.present.words import counted

BY = ("source", "rep", "field")
_RELATIONS = MappingProxyType({"effort": "touch", "buyer_action": "act"})
_MANY = MappingProxyType({"effort": "touches", "buyer_action": "acts", "account": "companies"})
_MOST_NAMED = 3


def answer_lines(found: Trust) -> list[str]:
    """How old, how complete, how well loaded, and how far rep and buyer agree."""
    if not found.filled:
        return ["Nothing is loaded that could be relied on."]
    lines = []
    if found.sources:
        old = [each for each in found.sources if each.age_days > STALE_DAYS]
        newest = min(each.age_days for each in found.sources)
        lines.append(
            f"The newest record is {_age_text(newest)} old."
            + "".join(f" {each.of} has had nothing new for {each.age_days:.0f} days." for each in old)
        )
    if found.loaded:
        lines.append(f"Loaded of the last {COVER_DAYS} days: {_loaded_text(found)}.")
    if before := before_text("what needs them", pooled(found.filled)):
        lines.append(before)
    else:
        lines.append(f"Every field that is used is filled in {percent(LEAST_FILLED)} of its records or more.")
    lines += [text for sort in CHANNEL if (text := typed_in_text(added(found.typed_in, sort)))]
    return [*lines, *reason_lines(found.reasons)]


def _age_text(days: float) -> str:
    return counted(round(days), "day", "days") if round(days) else "less than a day"


def before_text(what: str, rows: Iterable[Filled]) -> str:
    """One line: what to know before resting on something; empty where there is nothing to say.

    >>> before_text("the pipeline", [Filled("deal", "amount_minor", "", 0, 10, 4)])
    'Before you rest on the pipeline: amount of deals is filled in 40 %.'
    >>> before_text("the pipeline", [])
    ''
    """
    seldom = sorted((row for row in rows if row.share < LEAST_FILLED), key=lambda row: (row.share, row.field))
    if not seldom:
        return ""
    named = [
        f"{field_text(row.field)} of {_many(row.relation)} is filled in {percent(row.share)}"
        for row in seldom[:_MOST_NAMED]
    ]
    more = f", and {len(seldom) - _MOST_NAMED} more" if len(seldom) > _MOST_NAMED else ""
    return f"Before you rest on {what}: {', '.join(named)}{more}."


def _many(relation: str) -> str:
    return _MANY.get(relation, f"{relation}s")


def of_text(relation: str) -> str:
    """What a field is of, as it is shown.

    >>> of_text("effort"), of_text("deal")
    ('touch', 'deal')
    """
    return _RELATIONS.get(relation, relation)


def field_text(field: str) -> str:
    """A field as it is shown.

    >>> field_text("amount_minor"), field_text("contact_key")
    ('amount', 'contact')
    """
    return field.removesuffix("_key").removesuffix("_minor").replace("_", " ")


def _loaded_text(found: Trust) -> str:
    shares: dict[str, list[float]] = {}
    for each in found.loaded:
        shares.setdefault(each.channel, []).append(each.share)
    return ", ".join(f"{channel} {percent(sum(each) / len(each))}" for channel, each in shares.items())


def typed_in_text(row: TypedIn) -> str:
    """How many typed-in calls or meetings a record confirms, and how many recorded ones are also typed in."""
    if not row.typed and not row.unseen:
        return ""
    unseen = f" ({row.unseen} more on days that were not loaded)" if row.unseen else ""
    return (
        f"Typed-in {row.sort}s: a record within a day confirms {row.confirmed:,} of {row.typed:,}{unseen};"
        f" of {row.recorded:,} recorded ones {row.also_typed:,} were also typed in."
    )


def reason_lines(found: Reasons) -> list[str]:
    """Whether rep and buyer name the same reason, and how lost deals ended."""
    if not found.lost:
        return []
    agreed = found.agreed
    if not isinstance(agreed, Agreed):
        both = counted(int(agreed.have), "lost deal has", "lost deals have")
        unsure = "Why deals were lost: cannot tell yet whether reps and buyers name the same."
        return [f"{unsure} {both} a reason by both, {agreed.need:.0f} are needed."]
    kappa = "" if agreed.kappa is None else f"; beyond chance (kappa) {agreed.kappa.kappa:.2f}"
    left = sum(deals for (_, how), deals in found.endings.items() if how is Ending.LEFT_WAITING)
    said = f"{percent(agreed.share)} ({percent(agreed.low)} to {percent(agreed.high)}){kappa}"
    both = f"Of {agreed.deals:,} lost deals with a reason by both"
    return [
        f"{both}, rep and buyer name the same for {agreed.same:,}: {said}.",
        f"By the events, {left:,} of {found.lost:,} lost deals ended with a buyer who was left waiting.",
    ]


def rows_for_eyes(found: Trust, by: str, ids: Mapping[int, str]) -> pa.Table:
    """Sources, reps by name, or fields in their order."""
    rows = _MAKERS[by](found, ids)
    names = list(rows[0]) if rows else [by]
    return pa.table({name: pa.array([row[name] for row in rows], pa.string()) for name in names})


def _of_sources(found: Trust, ids: Mapping[int, str]) -> list[dict[str, str]]:
    del ids
    return [
        _fresh_cells("source", str(each.of), each)
        | _filled_cells([row for row in found.filled if row.source == each.of])
        for each in found.sources
    ]


def _of_reps(found: Trust, ids: Mapping[int, str]) -> list[dict[str, str]]:
    channels = list(dict.fromkeys(each.channel for each in found.loaded))
    share = {(each.rep_key, each.channel): each.share for each in found.loaded}
    typed = {(row.rep_key, row.sort): row for row in found.typed_in}
    rows = []
    for each in sorted(found.reps, key=lambda one: ids.get(int(one.of), str(one.of))):
        key = int(each.of)
        row = _fresh_cells("rep", ids.get(key, str(key)), each)
        row |= {channel: percent(share.get((key, channel), 0.0)) for channel in channels}
        row |= _filled_cells([one for one in found.filled if one.rep_key == key])
        for sort in CHANNEL:
            told = typed.get((key, sort), TypedIn(key, sort, 0, 0, 0, 0, 0))
            row[f"{sort}s confirmed"] = f"{told.confirmed} of {told.typed}" if told.typed else ""
        rows.append(row)
    return rows


def _of_fields(found: Trust, ids: Mapping[int, str]) -> list[dict[str, str]]:
    del ids
    return [
        {
            "of": of_text(row.relation),
            "field": field_text(row.field),
            "records": f"{row.rows:,}",
            "filled": percent(row.share),
            "used for": row.used_for,
        }
        for row in pooled(found.filled)
    ]


_MAKERS: Mapping[str, Callable[[Trust, Mapping[int, str]], list[dict[str, str]]]] = MappingProxyType(
    {"source": _of_sources, "rep": _of_reps, "field": _of_fields}
)


def _fresh_cells(by: str, name: str, each: Fresh) -> dict[str, str]:
    return {
        by: name,
        "records": f"{each.records:,}",
        "newest": f"{each.newest:%Y-%m-%d}",
        "days old": f"{each.age_days:.0f}",
    }


def _filled_cells(rows: Sequence[Filled]) -> dict[str, str]:
    fields = pooled(rows)
    least = min(fields, key=lambda row: row.share, default=None)
    total = sum(row.rows for row in fields)
    return {
        "filled": percent(sum(row.filled for row in fields) / total) if total else "",
        "least filled": "" if least is None or least.share == 1.0 else f"{_field(least)} {percent(least.share)}",
    }


def _field(row: Filled) -> str:
    return f"{field_text(row.field)} of {_many(row.relation)}"


def endings_for_eyes(found: Reasons) -> pa.Table:
    """By the rep's reason: how often the buyer names the same, and how those deals ended by their events."""
    reasons = sorted({rep for rep, _ in found.endings}, key=lambda each: (not each, each))
    table: dict[str, list[str]] = {"reason by the rep": [each or "none named" for each in reasons]}
    table["lost"] = [f"{sum(found.endings.get((each, how), 0) for how in Ending):,}" for each in reasons]
    table["buyer names the same"] = [_same_text(found, each) for each in reasons]
    for how in Ending:
        table[str(how)] = [f"{found.endings.get((each, how), 0):,}" for each in reasons]
    return pa.table(table)


def _same_text(found: Reasons, reason: str) -> str:
    both = sum(deals for (rep, _), deals in found.beside.items() if rep == reason)
    return f"{found.beside.get((reason, reason), 0):,} of {both:,}" if both else ""


_MACHINE = pa.schema(
    [
        ("sort", pa.string()),
        ("source", pa.string()),
        ("rep_id", pa.string()),
        ("of", pa.string()),
        ("what", pa.string()),
        ("records", pa.int64()),
        ("confirmed", pa.int64()),
        ("share", pa.float64()),
        ("low", pa.float64()),
        ("high", pa.float64()),
        ("newest", pa.timestamp("s", tz="UTC")),
        ("age_days", pa.float64()),
        ("unseen", pa.int64()),
    ]
)


def rows_for_machines(found: Trust, ids: Mapping[int, str]) -> pa.Table:
    """One row per thing measured: freshness, coverage, completeness, agreement, loss reasons."""
    rows: list[dict[str, object]] = []
    for each in (*found.sources, *found.reps):
        whose = {"source": each.of} if isinstance(each.of, str) else {"rep_id": ids.get(each.of, str(each.of))}
        rows.append(
            {"sort": "freshness", "records": each.records, "newest": each.newest, "age_days": each.age_days} | whose
        )
    rows += [
        {"sort": "coverage", "rep_id": ids.get(each.rep_key), "what": each.channel, "share": each.share}
        for each in found.loaded
    ]
    rows += [
        {"sort": "completeness", "source": row.source or None, "rep_id": ids.get(row.rep_key), "of": row.relation,
         "what": row.field, "records": row.rows, "confirmed": row.filled, "share": row.share}
        for row in found.filled
    ]  # fmt: skip
    for row in found.typed_in:
        own = {"rep_id": ids.get(row.rep_key), "what": row.sort}
        rows.append({"sort": "typed_in", "records": row.typed, "confirmed": row.confirmed, "unseen": row.unseen} | own)
        rows.append({"sort": "recorded", "records": row.recorded, "confirmed": row.also_typed} | own)
    rows += [
        {"sort": "loss_reason", "of": rep or None, "what": str(how), "records": deals}
        for (rep, how), deals in sorted(found.reasons.endings.items())
    ]
    if isinstance(agreed := found.reasons.agreed, Agreed):
        rows.append({"sort": "loss_reason_agreement", "records": agreed.deals, "confirmed": agreed.same,
                     "share": agreed.share, "low": agreed.low, "high": agreed.high})  # fmt: skip
    return pa.Table.from_pylist(rows, schema=_MACHINE)


def notes(found: Trust) -> list[str]:
    """What it does not say."""
    said = []
    if any(row.typed for row in found.typed_in):
        said.append(
            "What is typed in and not confirmed may have happened all the same: on a private phone, on a visit."
        )
    if found.loaded:
        said.append("Loaded means that a source says it covers those days; answerback doctor says what to load.")
    return said
