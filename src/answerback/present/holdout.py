"""Lots and what came of them, in words and as rows."""

from __future__ import annotations

import pyarrow as pa

from answerback.analysis.increment.drawing import Drawing
from answerback.analysis.increment.report import DAYS, Arm, Report
from answerback.domain.refusals import CannotTell
from answerback.present.refusals import refusal_text

LOT_SCHEMA = pa.schema(
    [
        ("row", pa.int64()), ("rep_id", pa.string()), ("account_id", pa.string()), ("contact_id", pa.string()),
        ("play", pa.string()), ("intended_at", pa.string()), ("lot", pa.string()), ("until", pa.string()),
        ("field", pa.string()), ("reason", pa.string()),
    ]
)  # fmt: skip
"""Every row of the file: `lot` says touch, hold, asked_for or rejected."""
LOT_EYES = ("rep_id", "account_id", "contact_id", "play", "lot", "until")
_REAL = (
    "acts_touched", "acts_held", "extra", "low", "high", "on_compliers", "compliers_low", "compliers_high",
    "weeks_more",
)  # fmt: skip
REPORT_SCHEMA = pa.schema(
    [("play", pa.string()), ("companies", pa.int64()), ("waiting", pa.int64())]
    + [(name, pa.int64()) for name in ("touched", "held", "overruled", "left_out")]
    + [(name, pa.float64()) for name in _REAL]
    + [("reason", pa.string()), ("have", pa.float64()), ("need", pa.float64())]
)
"""All kinds of touch together (`play` empty), and each."""


def lot_rows(drawn: Drawing) -> list[dict[str, object]]:
    """Every row of the file as a row by `LOT_SCHEMA`, in the file's order."""
    until = f"{drawn.plan.until:%Y-%m-%dT%H:%M:%SZ}"
    rows: list[dict[str, object]] = []
    for touch, lot in [*((each.touch, "hold" if each.held else "touch") for each in drawn.lots),
                       *((each, "asked_for") for each in drawn.asked)]:  # fmt: skip
        rows.append(
            {
                "row": touch.row, "rep_id": touch.rep_id, "account_id": touch.account_id,
                "contact_id": touch.contact_id, "play": touch.play,
                "intended_at": f"{touch.intended_at:%Y-%m-%dT%H:%M:%SZ}", "lot": lot,
                "until": until if lot == "hold" else "",
            }
        )  # fmt: skip
    rows += [{"row": each.row, "lot": "rejected", "field": each.field, "reason": each.reason} for each in drawn.faults]
    return sorted(rows, key=lambda row: int(str(row["row"])))


def lot_sentences(drawn: Drawing) -> list[str]:
    """What was drawn, in plain words."""
    held = [each for each in drawn.lots if each.held]
    if not drawn.lots:
        return ["No lots were drawn: none of the rows is a touch that could wait.", *_faults(drawn)]
    buyers = len({each.touch.unit_key for each in held})
    ahead = len(drawn.lots) - len(held)
    first = f"Of {len(drawn.lots):,} intended touches {ahead:,} go ahead; {len(held):,} wait until "
    lines = [first + f"{drawn.plan.until:%Y-%m-%d} ({buyers:,} companies, drawn by lot)."]
    if not held:
        lines.append("So few companies were drawn that none waits this time; that is part of the lot, too.")
    if drawn.asked:
        lines.append(f"{len(drawn.asked):,} go ahead without a lot: the buyer waits for an answer.")
    overruled = sum(each.touch.overruled and each.held for each in drawn.lots)
    if overruled:
        lines.append(f"{overruled:,} of those that should wait go ahead, because the rep said so; that is kept.")
    return [*lines, *_faults(drawn)]


def lot_notes(drawn: Drawing) -> list[str]:
    """What to know of them."""
    return [
        f"Drawn with seed {drawn.plan.seed}: the same file and seed give the same lots.",
        "A touch that cannot wait is made all the same; it counts where the lot put it, so nobody needs to hide it.",
        "The next build takes the lots in. After two weeks: answerback holdout report",
    ]


def _faults(drawn: Drawing) -> list[str]:
    return [f"Row {each.row}, {each.field}: {each.reason}." for each in drawn.faults]


def report_rows(found: Report) -> list[dict[str, object]]:
    """All together and each kind of touch as rows by `REPORT_SCHEMA`."""
    return [_row(each) for each in (found.total, *found.plays)]


def _row(arm: Arm) -> dict[str, object]:
    row: dict[str, object] = {
        "play": arm.play, "companies": arm.units, "waiting": arm.waiting, "weeks_more": arm.weeks,
    }  # fmt: skip
    said = arm.said
    if isinstance(said, CannotTell):
        return row | {"reason": str(said.reason), "have": said.have, "need": said.need}
    row |= {
        "touched": said.touched, "held": said.held, "overruled": said.overruled, "left_out": said.left_out,
        "acts_touched": said.touched_mean, "acts_held": said.held_mean, "extra": said.value, "low": said.low,
        "high": said.high,
    }  # fmt: skip
    if said.on_compliers is not None:
        row |= dict(zip(("on_compliers", "compliers_low", "compliers_high"), said.on_compliers, strict=True))
    return row


def report_eyes(found: Report) -> list[dict[str, str]]:
    """The same for eyes."""
    lines = []
    for arm in (found.total, *found.plays):
        said, name = arm.said, arm.play or "all"
        if isinstance(said, CannotTell):
            lines.append({"kind of touch": name, "touched": "", "held back": "", "more by touching": "cannot tell"})
            continue
        lines.append(
            {
                "kind of touch": name,
                "touched": f"{said.touched_mean:.2f} acts each ({said.touched:,})",
                "held back": f"{said.held_mean:.2f} acts each ({said.held:,})",
                "more by touching": f"{said.value:.2f} ({said.low:.2f} to {said.high:.2f})",
            }
        )
    return lines


REPORT_EYES = ("kind of touch", "touched", "held back", "more by touching")


def report_sentences(found: Report) -> list[str]:
    """What the hold-out says, in plain words."""
    total, said = found.total, found.total.said
    if isinstance(said, CannotTell):
        lines = [refusal_text(said)]
        if total.waiting:
            lines.append(f"{total.waiting:,} companies are in a drawing whose {DAYS} days are not over.")
        return lines + _more(total)
    sure = said.low > 0 or said.high < 0
    more = "more" if said.value >= 0 else "fewer"
    first = f"In {DAYS} days, buyers who were to be touched did {abs(said.value):.2f} things {more} each than those "
    first += f"held back ({said.low:.2f} to {said.high:.2f}): {said.touched_mean:.2f} against {said.held_mean:.2f}."
    second = "Whether touching brings anything cannot be told yet."
    if sure:
        second = "So touching brings something." if said.low > 0 else "So touching does harm."
    lines = [first, second]
    return lines if sure else lines + _more(total)


def _more(arm: Arm) -> list[str]:
    if arm.weeks is None:
        return []
    weeks = f"{max(arm.weeks, 1.0):,.0f}"
    return [f"To see one act more for ten companies takes about {weeks} weeks more of drawings like these."]


def report_notes(found: Report) -> list[str]:
    """What the figures rest on."""
    said = found.total.said
    if isinstance(said, CannotTell):
        return []
    lines = ["Counted as the lots fell: who was touched all the same counts among those held back."]
    if said.overruled:
        lines.append(f"{said.overruled:,} of {said.held:,} held back were touched all the same.")
    if said.left_out:
        lines.append(f"{said.left_out:,} of {said.touched:,} who were to be touched were not.")
    if said.on_compliers is not None and (said.overruled or said.left_out):
        value, low, high = said.on_compliers
        lines.append(f"For those who did as the lot said: {value:.2f} ({low:.2f} to {high:.2f}).")
    if found.total.waiting:
        lines.append(f"{found.total.waiting:,} companies are in a drawing whose {DAYS} days are not over.")
    return lines
