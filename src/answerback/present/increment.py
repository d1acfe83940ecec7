"""What would not have come anyway, in words and as rows: the answer first, then the figures, then what is not known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pyarrow as pa

from answerback.analysis.increment.answer import Increment, Parts, PlayIncrement, Span, Way
from answerback.domain.refusals import CannotTell, Refused
from answerback.present.refusals import refusal_text

_COUNTS = (
    "touches", "acts", "proof", "plausible", "plausible_low", "plausible_high", "anyway", "anyway_low", "anyway_high",
    "unknown",
)  # fmt: skip
_A_TOUCH = ("extra_a_touch", "extra_low", "extra_high")
SCHEMA = pa.schema(
    [("about", pa.string()), ("play", pa.string()), ("eligible", pa.bool_())]
    + [(name, pa.int64()) for name in _COUNTS]
    + [(name, pa.float64()) for name in _A_TOUCH]
    + [("reason", pa.string()), ("have", pa.float64()), ("need", pa.float64())]
)
"""Rows for machines: `about` says total, eligible, play or no_touch; `extra` are acts beyond proof a touch."""
EYES = ("kind of touch", "touches", "buyers did", "by proof", "plausible", "would have come anyway", "unknown")
_WAYS = {
    Way.EARLY_AND_LATE: "by what buyers did in the days after touches against one and two weeks later",
    Way.BEFORE_AND_AFTER: "by what buyers did after touches against before them",
}


def sentences(found: Increment) -> list[str]:
    """The answer in plain words."""
    total = found.total
    if not total.acts:
        return [
            "Cannot tell: nothing that a buyer did was recorded and counts. Load a mailbox, a calendar or a dialler."
        ]
    before = found.untouched.acts
    lines = [f"Of {total.acts:,} things that buyers did, {total.proof:,} answer a touch by proof."]
    if before:
        lines[0] += f" No touch went before {before:,}: nobody had asked."
    if found.reason is not None:
        lines.append(f"Of the other {total.unknown:,}: {_lower(refusal_text(found.reason))}")
        return lines
    lines.append(
        f"About {_spoken(total.plausible)} more came because of touches; about {_spoken(total.anyway)} would have come "
        f"anyway{', those before any touch among them' if before else ''}"
        + (f"; of {total.unknown:,} nobody can tell." if total.unknown else ".")
    )
    if after := total.acts - before:
        ours = total.proof + total.plausible.value
        lines.append(
            "Most of what buyers did after a touch, they would have done anyway."
            if ours < after / 2
            else "Most of what buyers did after a touch would not have come without it."
        )
    return lines


def rows(found: Increment) -> list[dict[str, object]]:
    """Every line as a row by `SCHEMA`."""
    touches = sum(row.touches for row in found.plays)
    told = [_row("total", "", True, touches, found.total)]
    eligible = [row for row in found.plays if not isinstance(row.a_touch, CannotTell)]
    told.append(_row("eligible", "", True, sum(row.touches for row in eligible), found.eligible))
    for each in found.plays:
        told.append(_row("play", each.play, not isinstance(each.a_touch, CannotTell), each.touches, each.parts))
        told[-1] |= _a_touch(each)
    told.append(_row("no_touch", "", found.reason is None, 0, found.untouched))
    if found.reason is not None:
        told[0] |= {"reason": str(found.reason.reason), "have": found.reason.have, "need": found.reason.need}
    return told


def eyes(found: Increment) -> list[dict[str, str]]:
    """The kinds of touch for eyes, those of which something is told first, then the rest."""
    told = [row for row in found.plays if not isinstance(row.a_touch, CannotTell)]
    rest = [row for row in found.plays if isinstance(row.a_touch, CannotTell)]
    lines = [_line(row.play, row.touches, row.parts) for row in (*told, *(row for row in rest if row.parts.acts))]
    if idle := [row for row in rest if not row.parts.acts]:
        silent = replace(found.untouched, acts=0, proof=0, plausible=_NONE, anyway=_NONE, unknown=0)
        lines.append(_line("kinds that nothing came after", sum(row.touches for row in idle), silent))
    if found.untouched.acts:
        lines.append(_line("no touch before", 0, found.untouched))
    lines.append(_line("all", sum(row.touches for row in found.plays), found.total))
    return lines


def notes(found: Increment) -> list[str]:
    """What the figures rest on, and what is not known."""
    lines = []
    checks = found.checks
    if checks is not None and checks.way is not None:
        lines.append(f"Plausible: {_WAYS[checks.way]}. Brackets hold the truth in 95 of 100 cases.")
        lines.append("Refusals, clicks and what reps typed in are not among what buyers did.")
        if abs(checks.pre_gain) > _PRE_GAIN:
            lines.append(
                "Touches tend to come when buyers stir already, or just after they did. The figures allow for it, and "
                "lean on that more than usual."
            )
        if checks.differ is not None and abs(checks.differ) > _DIFFER:
            lines.append(
                "Two ways of reckoning differ: the lower one is told, and the brackets hold both. "
                "A hold-out would settle it: answerback holdout draw"
            )
    lines += [f"{play}: {_lower(refusal_text(why))}" for play, why in _spoken_of(found.plays)]
    few = _too_few(found.plays)
    if few and found.reason is None:
        lines.append(f"{few:,} kinds of touch were made too seldom to tell; what answers them not by proof is unknown.")
    return lines


_PRE_GAIN, _DIFFER = 3.0, 2.0
_NONE = Span(0, 0, 0)


def _too_few(plays: Sequence[PlayIncrement]) -> int:
    reasons = [each.a_touch.reason for each in plays if isinstance(each.a_touch, CannotTell)]
    return reasons.count(Refused.TOO_FEW_TOUCHES)


def _spoken_of(plays: Sequence[PlayIncrement]) -> list[tuple[str, CannotTell]]:
    """One kind of touch for each channel of which nothing can be told, and why."""
    found: dict[tuple[str, ...], tuple[str, CannotTell]] = {}
    for each in plays:
        why = each.a_touch
        if isinstance(why, CannotTell) and why.reason is Refused.REACTIVE_UNKNOWN:
            found.setdefault(why.names, (each.play, why))
    return list(found.values())


def _row(about: str, play: str, eligible: bool, touches: int, parts: Parts) -> dict[str, object]:
    return {
        "about": about,
        "play": play,
        "eligible": eligible,
        "touches": touches,
        "acts": parts.acts,
        "proof": parts.proof,
        "plausible": parts.plausible.value,
        "plausible_low": parts.plausible.low,
        "plausible_high": parts.plausible.high,
        "anyway": parts.anyway.value,
        "anyway_low": parts.anyway.low,
        "anyway_high": parts.anyway.high,
        "unknown": parts.unknown,
    }


def _a_touch(each: PlayIncrement) -> dict[str, object]:
    said = each.a_touch
    if isinstance(said, CannotTell):
        return {"reason": str(said.reason), "have": said.have, "need": said.need}
    return {"extra_a_touch": said.value, "extra_low": said.low, "extra_high": said.high}


def _line(name: str, touches: int, parts: Parts) -> dict[str, str]:
    known = parts.acts - parts.proof > parts.unknown or parts.acts == parts.proof
    values = (
        name,
        f"{touches:,}" if touches else "",
        f"{parts.acts:,}",
        f"{parts.proof:,}",
        _spoken(parts.plausible) if known else "?",
        _spoken(parts.anyway) if known else "?",
        f"{parts.unknown:,}" if parts.unknown else "",
    )
    return dict(zip(EYES, values, strict=True))


def _spoken(span: Span) -> str:
    """A number and its interval.

    >>> _spoken(Span(120, 60, 180)), _spoken(Span(4, 4, 4))
    ('120 (60-180)', '4')
    """
    return f"{span.value:,}" if span.low == span.high else f"{span.value:,} ({span.low:,}-{span.high:,})"


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]
