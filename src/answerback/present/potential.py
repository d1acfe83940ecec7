"""Territories, targets and lost potential in plain words and as rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from answerback.analysis.potential.lost import Amount, Lost, Potential
from answerback.analysis.potential.quota import Quota
from answerback.analysis.potential.seats import Holder, SeatAnswer, what_settles
from answerback.domain.findings import Measure
from answerback.domain.money import from_minor
from answerback.domain.refusals import CannotTell
from answerback.present.refusals import refusal_text
from answerback.present.words import FIGURES
from answerback.stats.compare import Compared
from answerback.stats.quota import Shortfall
from answerback.stats.seat import Seat, Whose


@dataclass(frozen=True, slots=True)
class Told:
    """The answer first, then rows for eyes and for machines, then what is not known."""

    sentences: tuple[str, ...]
    eyes: tuple[Mapping[str, object], ...]
    rows: tuple[Mapping[str, object], ...]
    notes: tuple[str, ...] = ()


def money(minor: float, currency: str) -> str:
    """An amount of minor units, in whole units.

    >>> money(123_456_789, "EUR"), money(-50, "JPY")
    ('1,234,568 EUR', '-50 JPY')
    """
    return f"{from_minor(round(minor), currency):,.0f} {currency}"


def unknown(missing: CannotTell) -> Told:
    """Nothing but why it cannot be told."""
    row = {"reason": str(missing.reason), "reason_text": refusal_text(missing)}
    return Told((refusal_text(missing),), (), (row,))


def tell_seats(answer: tuple[SeatAnswer, ...] | CannotTell, names: Mapping[int, str]) -> Told:
    """Whose a difference is: the territory's, or that of one who held it."""
    if isinstance(answer, CannotTell):
        return unknown(answer)
    sentences = tuple(_seat_sentence(each, names) for each in answer)
    rows = tuple(row for number, each in enumerate(answer, 1) for row in _seat_rows(number, each, names))
    eyes = tuple(
        {
            "territory": row["territory"],
            "held by": row["rep"],
            "from": row["held_from"],
            "to": row["held_until"],
            "touches": f"{row['efforts']:,.0f}",
            "moved forward": f"{row['on_base']:,.0f}",
            "rate": f"{row['rate']:.0%}",
            "peers, same weeks": f"{row['peers_rate']:.0%}",
        }
        for row in rows
    )
    return Told(sentences, eyes, rows, _SEAT_NOTES)


_SEAT_NOTES = (
    "The first four weeks of a new holder are left out: a new rep has to get to know the buyers.",
    "Peers are compared for the same kinds of touch, segments and weeks, by proved answers alone.",
    "A territory that one rep handed over in parts, or to somebody who sold before, is not looked at.",
)


def _seat_sentence(each: SeatAnswer, names: Mapping[int, str]) -> str:
    who = [names.get(holder.rep_key, "somebody") for holder in each.holders]
    place = f"The territory of {' → '.join(who)} ({each.accounts} companies handed over)"
    said = each.found
    match each.whose:
        case Whose.SEAT if isinstance(said, Seat):
            way = "fewer" if said.common < 0.0 else "more"
            span = f"{_odds(said.low)} to {_odds(said.high)}"
            return (
                f"{place}: it is the territory. Whoever holds it moves {way} buyers than peers do in the same weeks: "
                f"{_odds(said.common)} times the odds ({span})."
            )
        case Whose.PERSON if isinstance(said, Seat):
            after = each.holders[said.step_place + 1]
            way = "rose" if said.step > 0.0 else "fell"
            return (
                f"{place}: it changed with the holder. When it changed hands on {after.start}, results {way} to "
                f"{_odds(said.step)} times the odds ({_odds(said.step_low)} to {_odds(said.step_high)})."
            )
        case _:
            return f"{place}: cannot tell seat from person. {refusal_text(what_settles(each))}"


def _odds(log_odds: float) -> str:
    from math import exp

    return f"{exp(log_odds):.2g}"


def _seat_rows(number: int, each: SeatAnswer, names: Mapping[int, str]) -> Iterable[Mapping[str, object]]:
    said = each.found if isinstance(each.found, Seat) else None
    for place, holder in enumerate(each.holders, 1):
        yield {
            "territory": number,
            "holder": place,
            **_holder(holder, names),
            "whose": str(each.whose),
            "log_odds": said.common if said else None,
            "low": said.low if said else None,
            "high": said.high if said else None,
            "p_value": each.p_value if said else None,
            "p_step": each.p_step if said else None,
        }


def _holder(holder: Holder, names: Mapping[int, str]) -> dict[str, object]:
    return {
        "rep": names.get(holder.rep_key, str(holder.rep_key)),
        "held_from": holder.start.isoformat(),
        "held_until": holder.end.isoformat(),
        "efforts": holder.efforts,
        "on_base": holder.on_base,
        "rate": holder.rate,
        "peers_rate": holder.peers,
    }


_PARTS = MappingProxyType(
    {
        "target": "the targets themselves",
        "efforts": "fewer touches",
        "mix": "other kinds of touch and buyers",
        "rate": "fewer buyers moved per touch",
        "wins": "fewer wins per moved buyer",
        "value": "smaller deals",
        "luck": "luck",
    }
)


def tell_quota(answer: Quota | CannotTell, names: Mapping[int, str]) -> Told:
    """Whether targets are in reach, and what is missing."""
    if isinstance(answer, CannotTell):
        return unknown(answer)
    rows = tuple(
        {
            "rep": names.get(each.rep_key, str(each.rep_key)),
            "metric": answer.metric,
            "period": answer.period.label,
            "target": each.target,
            "expected": each.expected,
            "chance": each.chance,
            "chance_at_good_rate": each.at_good_rate,
            "efforts_per_week": each.efforts_per_week,
            "period_before": answer.before.label if answer.before else None,
            "target_before": each.target_before,
            "reached_before": each.reached_before,
            "currency": answer.currency,
        }
        for each in sorted(answer.reps, key=lambda each: names.get(each.rep_key, ""))
    )
    eyes = tuple(
        {
            "rep": row["rep"],
            "target": _much(row["target"], answer),
            "to expect": _much(row["expected"], answer),
            "chance to hit": f"{row['chance']:.0%}",
            "at a good rate": f"{row['chance_at_good_rate']:.0%}",
            "touches a week": f"{row['efforts_per_week']:.1f}",
            "reached before": _much(row["reached_before"], answer),
        }
        for row in rows
    )
    return Told(tuple(_quota_sentences(answer)), eyes, rows, _quota_notes(answer))


def _much(value: object, answer: Quota) -> str:
    if not isinstance(value, int | float):
        return ""
    return money(value, answer.currency) if answer.currency else f"{value:,.0f}"


def _quota_sentences(answer: Quota) -> Iterable[str]:
    label, held = answer.period.label, answer.held
    good = f"at the rate of the team's upper quarter {answer.likely_at_good_rate} would"
    counts = f"{answer.likely} of {held} reps are more likely than not to hit their target for {label}; {good}"
    if answer.out_of_reach is True:
        yield f"The targets for {label} are out of reach: {counts}. It is the targets, not the reps."
    elif answer.out_of_reach is False:
        yield f"The targets for {label} are in reach: {counts}."
    else:
        yield f"Cannot tell whether the targets for {label} are in reach: {counts}; that is too close to call."
    if answer.before is not None and answer.wanted is not None and answer.reached is not None:
        way = "reached" if answer.reached >= answer.wanted else "missed"
        yield (
            f"In {answer.before.label} the number was {way}: {_much(answer.reached, answer)} of "
            f"{_much(answer.wanted, answer)}."
        )
    if answer.missed is not None and answer.missed.missing > 0.0:
        yield _missed_sentence(answer, answer.missed)


def _missed_sentence(answer: Quota, missed: Shortfall) -> str:
    parts = sorted(zip(missed.names, missed.parts.tolist(), strict=True), key=lambda each: -each[1][0])
    said = [
        f"{_much(amount, answer)} {_PARTS[name]} ({_much(low, answer)} to {_much(high, answer)})"
        for name, (amount, low, high) in parts
        if amount > 0.0
    ]
    less = [f"{_much(-amount, answer)} {_PARTS[name]}" for name, (amount, _, _) in parts if amount < 0.0]
    against = f" The other way: {', '.join(less)}." if less else ""
    return f"Who missed it missed {_much(missed.missing, answer)} together: {'; '.join(said)}.{against}"


def _quota_notes(answer: Quota) -> tuple[str, ...]:
    notes = [
        "A chance is worked out from the touches, answers, wins and amounts of the last 26 weeks, each with its error.",
        "Luck is large among those who missed, because bad luck is one way to be among them.",
    ]
    if answer.too_new:
        notes.append(f"{answer.too_new} reps are too new for a forecast and left out.")
    return tuple(notes)


_SHARES = (Measure.ON_BASE, Measure.WIN_RATE, Measure.SILENT_EFFORT)
_MONEY = (Measure.DEAL_VALUE, Measure.EXPENSE_PER_WIN, Measure.MARGIN)


def tell_potential(answer: Potential | CannotTell) -> Told:
    """What is lost, number hit or not."""
    if isinstance(answer, CannotTell):
        return unknown(answer)
    rows = tuple(_figure(each, answer) for each in answer.figures)
    eyes = tuple(_figure_for_eyes(each, answer) for each in answer.figures)
    missing = [each for each in answer.figures if isinstance(each.compared, CannotTell)]
    notes = [f"{FIGURES[each.measure]}: {refusal_text(each.compared)}" for each in missing
             if isinstance(each.compared, CannotTell)]  # fmt: skip
    notes.append(
        f"Compared with {answer.before.start} to {answer.before.end}; intervals are 95 %. Called lost is only what "
        "also holds at the stricter level that looking at seven figures asks for."
    )
    return Told(tuple(_potential_sentences(answer)), eyes, rows, tuple(notes))


def _potential_sentences(answer: Potential) -> Iterable[str]:
    number = _number(answer)
    lost = [each for each in answer.figures if each.claimed]
    if lost:
        yield (
            f"{number} And potential was lost in {answer.now.label}:"
            if answer.hit is True
            else (f"{number} Potential was lost in {answer.now.label}:")
        )
        for each in lost:
            if isinstance(each.compared, Compared) and each.lost is not None:
                yield f"- {_lost_sentence(each.measure, each.compared, each.lost, answer)}"
    else:
        yield f"{number} Nothing was lost in {answer.now.label} beyond what chance does."
    if answer.at_good_rate is not None:
        good = answer.at_good_rate
        yield (
            f"At the level of the team's upper quarter the same touches would have moved {good.value:,.0f} buyers more "
            f"({good.low:,.0f} to {good.high:,.0f})."
        )


def _number(answer: Potential) -> str:
    if isinstance(answer.hit, CannotTell):
        return "Whether the number was hit is not known."
    way = "hit" if answer.hit else "missed"
    return (
        f"The number was {way} in {answer.now.label}: {money(answer.reached, answer.currency)} of "
        f"{money(answer.wanted, answer.currency)}."
    )


def _lost_sentence(measure: Measure, said: Compared, lost: Amount, answer: Potential) -> str:
    before, now = (_value(measure, each, answer) for each in (said.before, said.after))
    text = f"{FIGURES[measure]}: {before} before, {now} now; that is {_amount(measure, lost, answer)}"
    if measure is Measure.ON_BASE and answer.worth is not None:
        worth = answer.worth
        text += (
            f", worth about {money(worth.value, answer.currency)} at earlier wins and values "
            f"({money(worth.low, answer.currency)} to {money(worth.high, answer.currency)})"
        )
    return text + "."


def _value(measure: Measure, value: float, answer: Potential) -> str:
    if measure in _SHARES:
        return f"{100 * value:.1f} %"
    return money(value, answer.currency) if measure in _MONEY else f"{value:,.0f}"


_UNITS = MappingProxyType(
    {
        Measure.ON_BASE: "moved touches fewer",
        Measure.WIN_RATE: "wins fewer",
        Measure.DEAL_VALUE: "less",
        Measure.EFFORTS_PER_WIN: "touches more for the same wins",
        Measure.SILENT_EFFORT: "touches more where nothing answers",
        Measure.EXPENSE_PER_WIN: "more for the same wins",
        Measure.MARGIN: "less",
    }
)


def _amount(measure: Measure, amount: Amount, answer: Potential) -> str:
    def one(value: float) -> str:
        return money(value, answer.currency) if measure in _MONEY else f"{value:,.0f}"

    return f"{one(amount.value)} {_UNITS[measure]} ({one(amount.low)} to {one(amount.high)})"


def _figure(each: Lost, answer: Potential) -> Mapping[str, object]:
    said = each.compared if isinstance(each.compared, Compared) else None
    missing = each.compared if isinstance(each.compared, CannotTell) else None
    return {
        "measure": str(each.measure),
        "before": said.before if said else None,
        "after": said.after if said else None,
        "change": said.change if said else None,
        "low": said.low if said else None,
        "high": said.high if said else None,
        "lost": each.lost.value if each.lost else None,
        "lost_low": each.lost.low if each.lost else None,
        "lost_high": each.lost.high if each.lost else None,
        "claimed": each.claimed,
        "currency": answer.currency if each.measure in _MONEY else None,
        "period": answer.now.label,
        "number_hit": None if isinstance(answer.hit, CannotTell) else answer.hit,
        "reason": str(missing.reason) if missing else None,
        "reason_text": refusal_text(missing) if missing else None,
    }


def _figure_for_eyes(each: Lost, answer: Potential) -> Mapping[str, object]:
    said = each.compared
    if isinstance(said, CannotTell):
        return {"figure": FIGURES[each.measure], "before": "", "now": "", "change (95 %)": "cannot tell", "lost": ""}
    ratio = each.measure in (Measure.ON_BASE, Measure.EFFORTS_PER_WIN, Measure.EXPENSE_PER_WIN)

    def one(value: float) -> str:
        if ratio:
            return f"{value:+.0%}"
        return f"{100 * value:+.1f} points" if each.measure in _SHARES else money(value, answer.currency)

    return {
        "figure": FIGURES[each.measure],
        "before": _value(each.measure, said.before, answer),
        "now": _value(each.measure, said.after, answer),
        "change (95 %)": f"{one(said.change)} ({one(said.low)} to {one(said.high)})",
        "lost": _amount(each.measure, each.lost, answer) if each.claimed and each.lost is not None else "",
    }
