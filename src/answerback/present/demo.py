"""What the demo says: question, figures and envelope, in words. Every figure is handed in; none is written here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import Any

from answerback.analysis.guided import Coached, Replaced
from answerback.analysis.unlike import Unlike, beyond_chance
from answerback.present.rehearsal import percent, weeks_text

INTRODUCTION = (
    "A sales team of twelve, two managers and a leader; nine months. It is made up, and what is true of it lies in a "
    "sealed envelope. First its systems write what they recorded; then everything is loaded as yours would be."
)
GUESSES = ("one of the reps", "one of the regions", "worse leads", "the prices that rose", "nobody can tell")
DIMENSIONS = MappingProxyType(
    {
        "rep": "rep",
        "team": "team",
        "region": "region",
        "size_band": "size of company",
        "industry": "industry",
        "lead_source": "where the lead came from",
    }
)
"""What is looked at, and what it is called."""
_NEAR_DAYS = 14


def loaded(efforts: int, actions: int, links: int) -> str:
    """What there is."""
    return (
        f"{efforts:,} touches, {actions:,} things that buyers did, {links:,} of them in answer to a touch. Opens and "
        "clicks are not among them; what reps typed in about buyers is kept apart."
    )


def question(quarter: str, won: int, target: int, currency: str) -> str:
    """What a leader sees: the number, in minor units of the currency."""
    share = won / target - 1 if target else 0.0
    how = f"missed by {percent(round(-share, 2))}" if share < 0 else f"exceeded by {percent(round(share, 2))}"
    won_of = f"{won / 1e8:.2f} million {currency} won of {target / 1e8:.2f}"
    return f"{quarter}: {won_of}, as the CRM has it. The target was {how}. Why?"


def shuffling(turn: date, ways: int) -> str:
    """What is looked at, and how chance is told from change."""
    return (
        f"What the data say. The weeks before {turn.day} {turn:%B} against those after, cut in {ways} ways: who "
        "changed most unlike the others? Then the companies, with their answers, are dealt out anew, a thousand "
        "times, as if nobody differed: how often is somebody as unlike by chance?"
    )


def unlike_rows(found: Sequence[Unlike], names: Mapping[str, str]) -> list[dict[str, Any]]:
    """The group of each dimension that changed most unlike the others."""
    return [
        {
            "by": DIMENSIONS[each.dimension],
            "most unlike": names.get(each.group, each.group),
            "touches": f"{each.own.efforts_before:,} → {each.own.efforts_after:,}",
            "on base": f"{_whole(each.own.before)} → {_whole(each.own.after)}",
            "the others": f"{_whole(each.others.before)} → {_whole(each.others.after)}",
            "as unlike by chance": f"{each.as_large * 1000:.0f} of 1,000",
        }
        for each in found
    ]


def verdict(found: Sequence[Unlike], names: Mapping[str, str]) -> str:
    """What may be said after the shuffling."""
    sure = beyond_chance(found)
    if not sure:
        return "Nothing stands out from what chance makes. Nobody can tell yet, and so nobody is to be blamed."
    said = "; ".join(
        f"{names.get(each.group, each.group)} ({DIMENSIONS[each.dimension]}: {_whole(each.own.before)} → "
        f"{_whole(each.own.after)}, the others {_whole(each.others.before)} → {_whole(each.others.after)})"
        for each in sure
    )
    return (
        f"What chance would hardly have made: {said}. In the other {len(found) - len(sure)} cuts the most unlike is "
        "not told from chance, all cuts together: nothing is to be said of anybody there."
    )


def replaced(quarter: str, found: Replaced) -> str:
    """What it would change to replace people, and what a kind of company moved less than before."""
    lowest = found.lowest
    said = (
        f"And if the {lowest.replaced} reps with the lowest rates were replaced by average ones? In {quarter} about "
        f"{lowest.more:.0f} more touches would have moved a buyer ({max(lowest.low, 0.0):.0f} to {lowest.high:.0f}), "
        f"{_whole(lowest.share)} more."
    )
    for (dimension, group), less in found.missed.items():
        said += f" Had {group} ({DIMENSIONS[dimension]}) answered as before: about {less:.0f} more."
    return said


def rebound(name: str, when: date, quarter: str, found: Coached) -> str:
    """What coaching did, beside what chance alone would have returned: the rate before, drawn to the peers'."""
    before, after = found.before, found.after
    return (
        f"On {when.day} {when:%B} a peer talked with {name}. Until then {before.successes:.0f} of "
        f"{before.exposure:.0f} touches had moved a buyer, {percent(round(before.raw or 0.0, 3))}. Who is coached at "
        "their worst rises anyway: after such a start, and with these peers, chance alone would lead one to expect "
        f"{_whole(before.rate)}. In {quarter} it was {_whole(after.rate)} ({_whole(after.low)} to "
        f"{_whole(after.high)}). One person and no lottery: a sign that it helped, no proof."
    )


def envelope(planted: Sequence[Mapping[str, Any]], found: Sequence[Unlike], turn: date) -> list[str]:
    """What was planted and whether the figures above named it; and what they named that nobody planted."""
    groups, cut = {each.group for each in beyond_chance(found)}, {each.dimension for each in found}
    lines, explained = [], set()
    for each in planted:
        who = ", ".join(person["name"] for person in each["who"]) or "everybody"
        of = {"rep": {person["rep_id"] for person in each["who"]}, "size_band": {each.get("size_band")} - {None}}
        touched = {group for dimension, of_it in of.items() if dimension in cut for group in of_it}
        since, until = (date.fromisoformat(each[name][:10]) for name in ("from", "to"))
        judged = "Not looked for above."
        if touched and abs((since - turn).days) <= _NEAR_DAYS:
            judged = "Named above." if touched & groups else "Looked for above, and not told from chance."
            explained |= touched
        lines.append(f"{who}: {each['what']}, {since} to {until}. {judged}")
    lines += [f"{group} was named above, and nothing was planted there: a false alarm." for group in groups - explained]
    return lines


ASKED = "And in your team? "
EFFORTS, FALSE_ALARM_WEEKS = 20, 104
"""Of the team whose limit is told: touches a week, weeks between false alarms."""


def limit(weeks: float, efforts: int) -> str:
    """What no method can beat."""
    return (
        f"{ASKED}At {efforts} touches a week, a rep's fall from 10 % to 3 % takes about "
        f"{weeks_text(round(weeks))} to show, whatever the method. "
        "Other numbers: answerback rehearse --from 0.10 --to 0.03"
    )


def whats_there(folder: Path) -> str:
    """Where everything lies, and how to go on."""
    return (
        f"Everything is in {folder}: the exports in exports/, the workspace in home/. To look at it in the browser, "
        f"through the eyes of each of its people: answerback --home {folder / 'home'} serve. On the command line: "
        f"answerback --home {folder / 'home'} show on-base --by rep,quarter. "
        "Your own mailbox: answerback mine YOUR.mbox. A team's own systems, once they are loaded and built: "
        "answerback findings says what to look at this week, answerback lookback what last year would have shown."
    )


def _whole(share: float) -> str:
    return f"{share * 100:.0f} %"
