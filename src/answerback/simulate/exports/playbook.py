"""The practice company's playbook: who it is, its stages with the buyers' acts that prove them, its rules and rates.

Plays, policies and everything else that it leaves out are as they always are. Public holidays are those of the places
where people sit: the whole law's, a few more than the story closes on, so that nobody is late who is not.
"""

from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType

from answerback.domain.playbook_file import playbook_from
from answerback.simulate.exports.directory import Row
from answerback.simulate.facts import Facts
from answerback.simulate.worktime import SPANS, ZONES

_INTEREST = ("replied", "asked", "introduced", "inquired", "answered_call", "called")
STAGES: tuple[tuple[str, str, tuple[str, ...], str], ...] = (
    ("Qualification", "approach", _INTEREST, ""),
    ("Discovery", "discover", (*_INTEREST, "accepted_meeting", "attended", "requested_offer"), ""),
    ("Proposal", "offer", ("requested_offer", "attended", "returned_offer", "viewed_document"), ""),
    ("Negotiation", "close", ("returned_offer",), ""),
    ("Closed Won", "close", ("signed", "paid"), "won"),
    ("Closed Lost", "close", (), "lost"),
)
"""Name in the CRM, step of the chain, acts of which one must be there, how a deal ends in it."""
HOLIDAYS = MappingProxyType(dict(zip(ZONES, ("DE", "PT", "US"), strict=True)))
"""Whose public holidays are kept where people sit."""
DOLLARS = MappingProxyType(
    {"EUR": 1.1, "USD": 1.0, "GBP": 1.3, "CHF": 1.2, "SEK": 0.1, "DKK": 0.15, "NOK": 0.1, "PLN": 0.27, "JPY": 0.0065}
)
"""What a unit of a currency is worth in a story."""
_HEAD = """\
# The playbook of a practice company. All settings: docs/lookup/playbook.md

version = 1

[organisation]
name = {name}
own_domains = {domains}
time_zone = {zone}
currency = {currency}
holidays = {holidays}
# A day with a break at noon is two shifts.
working_hours = [
{shifts}
]

[privacy]
# Only mail and meetings with people and companies of the CRM: so the CRM is loaded first.
outside = "known"
# Replies are read, in memory, to tell a refusal or a question. Only that one word is kept.
read_replies = true
"""
_REP = """
[[rep]]
email = {email}
name = {name}
aliases = {aliases}
time_zone = {zone}
holidays = {holidays}
"""
_STAGE = """
[[stage]]
name = {name}
step = {step}
requires = {requires}
outcome = {outcome}
"""
_TAIL = """
[[dimension]]
name = "lead_source"
of = "account"
"""
_SHIFT = '  {{ days = ["mon", "tue", "wed", "thu", "fri"], from = {start}, to = {end} }},'
_RATE = """
[[rate]]
currency = {currency}
on = {on}
rate = {rate}
"""


def playbook_text(facts: Facts) -> str:
    """The playbook as TOML, checked.

    Raises ValueError where deals are in a currency whose worth nobody stated, PlaybookError where something that the
    facts say cannot stand in a playbook.
    """
    zone = _commonest([row["time_zone"] for row in facts.rows("seller")], "UTC")
    currencies = [row["currency"] for row in facts.rows("deal")] + [row["currency"] for row in facts.rows("expense")]
    own = _commonest(currencies, "EUR")
    head: dict[str, str | list[str]] = {"name": facts.company, "domains": [facts.domain], "currency": own}
    head |= {"zone": zone, "holidays": HOLIDAYS.get(zone, "")}
    shifts = [_SHIFT.format(start=_clock_time(start), end=_clock_time(end)) for start, end in SPANS]
    parts = [
        _HEAD.format(shifts="\n".join(shifts), **{name: _toml(value) for name, value in head.items()}),
        "\n# Who sits elsewhere, or wrote from other addresses before.\n",
        *(_REP.format(**rep) for rep in _reps(facts, zone)),
        "\n# The stages of the CRM, and the buyers' acts of which one must be there before a stage is believed.\n",
        *(
            _STAGE.format(name=_toml(name), step=_toml(step), requires=_toml(list(acts)), outcome=_toml(outcome))
            for name, step, acts, outcome in STAGES
        ),
        _TAIL,
        *_rates(facts, own, sorted({each for each in currencies if each} - {own})),
    ]
    text = "".join(parts)
    playbook_from(text)
    return text


def write_playbook(facts: Facts, folder: Path) -> Path:
    """Writes `playbook.toml`. Raises as `playbook_text` does."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "playbook.toml"
    path.write_text(playbook_text(facts), encoding="utf-8")
    return path


def _reps(facts: Facts, usual: str) -> list[dict[str, str]]:
    """Sellers of whom the playbook must say something: another time zone, or an address that they no longer have."""
    versions: dict[int, list[Row]] = {}
    for row in sorted(facts.rows("seller"), key=lambda row: (row["seller"], row["valid_from"] or 0)):
        versions.setdefault(row["seller"], []).append(row)
    found = []
    for rows in versions.values():
        last = rows[-1]
        aliases = list(dict.fromkeys(row["email"] for row in rows if row["email"] != last["email"]))
        zone = "" if last["time_zone"] in (None, usual) else last["time_zone"]
        if last["email"] and (aliases or zone):
            said = {"email": last["email"], "name": last["name"] or "", "aliases": aliases, "zone": zone}
            said["holidays"] = HOLIDAYS.get(zone, "")
            found.append({name: _toml(value) for name, value in said.items()})
    return found


def _rates(facts: Facts, own: str, others: list[str]) -> list[str]:
    if unknown := {own, *others} - DOLLARS.keys():
        raise ValueError(f"nobody stated what {min(unknown)} is worth")
    first = min([facts.start, *(row["created_at"] for row in facts.rows("deal"))])
    on = f"{datetime.fromtimestamp(first, UTC).year}-01-01"
    return [_RATE.format(currency=_toml(each), on=on, rate=round(DOLLARS[each] / DOLLARS[own], 6)) for each in others]


def _commonest(words: list[str | None], otherwise: str) -> str:
    counts = Counter(each for each in words if each)
    return min(counts, key=lambda each: (-counts[each], each)) if counts else otherwise


def _clock_time(second: int) -> str:
    """A second of the day as TOML writes it."""
    return f"{second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}"


def _toml(value: str | list[str]) -> str:
    """A text or a list of texts. JSON's escapes are TOML's, but for DEL, which JSON leaves bare."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
