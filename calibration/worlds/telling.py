"""The tables of `docs/methods/worlds.md`, from what was found in worlds."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from statistics import median
from types import MappingProxyType

from calibration.tables import Table
from calibration.worlds.asking import Row
from calibration.worlds.running import Case
from calibration.worlds.scoring import TRUTHS, Label, Score, score, truth_of

Worlds = Mapping[Case, list[Row]]

EXPECTED: Mapping[str, str] = MappingProxyType(
    {
        "one-of-many": "that rep (power .35 to .9 by 16 weeks)",
        "new-hire": "the new rep, a question to them, or what helped",
        "system": "the segment (power 1.0)",
        "manager": "that manager",
        "mix": "the lead source, and nobody",
        "wasted": "everybody (power .94)",
        "seat": "the territory",
        "quota": "the targets",
        "pester": "the two reps",
        "repeat": "that rep's repeated loss",
        "tool": "what cannot be seen, else cannot tell",
        "slow": "slower answers, and nothing else",
        "calm": "nothing",
        "hot": "nothing",
        "pounce": "nothing",
        "regression": "nothing",
    }
)
"""What should be named, by scenario."""
WRONG_VERDICTS = 0.08
"""Expected of looks where nothing happened, and the same for one look of several."""


def tables(worlds: Worlds) -> list[Table]:
    """All tables of the page."""
    scores = {case: score(case, looks) for case, looks in worlds.items()}
    return [_named(scores), _false(scores), _increments(worlds), _times(worlds)]


def _of(scores: Mapping[Case, Score], scenario: str, misspecified: bool) -> list[Score]:
    return [
        each
        for case, each in scores.items()
        if (case.scenario, case.misspecified) == (scenario, misspecified)
    ]  # fmt: skip


def _both(scenario: str, told: Callable[[bool], str]) -> tuple[str, str]:
    del scenario
    return told(False), told(True)


def _named(scores: Mapping[Case, Score]) -> Table:
    rows = []
    for scenario in EXPECTED:
        if not truth_of(Case(scenario, 1, False))[1].wanted:
            continue
        told = [_share_named(_of(scores, scenario, wrong)) for wrong in (False, True)]
        rows.append((scenario, EXPECTED[scenario], *told))
    note = (
        "Share of companies in which the planted cause was named at some look, how many companies, and the median "
        "weeks from the change to the first look that named it; looks are 4 and 8 weeks after it and at the end."
    )
    return Table("named", ("planted", "to be named", "well specified", "misspecified"), rows, note)


def _share_named(some: Sequence[Score]) -> str:
    if not some:
        return "-"
    weeks = [each.weeks for each in some if each.weeks is not None]
    after = f", after {median(weeks):.0f} weeks" if weeks and max(weeks) < _ALL_ALONG else ""
    return f"{sum(each.named for each in some) / len(some):.2f} of {len(some)}{after}"


_ALL_ALONG = 36
"""What was there from the start is named at the end: no delay."""


def _false(scores: Mapping[Case, Score]) -> Table:
    rows = []
    for scenario in TRUTHS:
        cells = []
        for wrong in (False, True):
            some = _of(scores, scenario, wrong)
            cells += [_per_look(some, "verdict"), _per_look(some, "change"), _others(some)]
        rows.append((scenario, *cells))
    header = [
        f"{what}, {how}"
        for how in ("well specified", "misspecified")
        for what in ("false verdicts", "false changes", "other false findings")
    ]
    note = (
        "Verdicts: companies with any name that is not there at one of three looks (expected of a single look where "
        "nothing happened: .08). Changes and other findings: how many that are not there in a company of 30 reps over "
        "40 weeks, `-` where they were not asked yet."
    )
    return Table("false", ("planted", *header), rows, note)


def _per_look(some: Sequence[Score], area: str) -> str:
    some = [each for each in some if each.looks.get(area)]
    if not some:
        return "-"
    if area == "verdict":
        worlds = sum(bool(each.false.get(area)) for each in some)
        return f"{worlds} of {len(some)} companies"
    return f"{sum(len(set(each.false.get(area, ()))) for each in some) / len(some):.2f}"


def _others(some: Sequence[Score]) -> str:
    some = [each for each in some if each.looks.keys() - {"verdict", "change"}]
    if not some:
        return "-"
    count = 0
    for each in some:
        names: set[Label] = {label for area in each.false.keys() - {"verdict", "change"} for label in each.false[area]}
        count += len(names)
    return f"{count / len(some):.2f}"


def _increments(worlds: Worlds) -> Table:
    rows = []
    for scenario in TRUTHS:
        for wrong in (False, True):
            found = [
                row
                for case, looks in worlds.items()
                if (case.scenario, case.misspecified) == (scenario, wrong)
                for look in looks
                if look["area"] == "increment"
                for row in look["found"]
            ]
            if found:
                rows.append((f"{scenario}{', misspecified' if wrong else ''}", *_increment_row(found)))
    header = (
        "planted",
        "companies",
        "true share",
        "told: proof and plausible",
        "interval holds the truth",
        "cannot tell",
    )
    note = "Shares of all acts that would not have come without a touch. `Cannot tell` leaves only the proof standing."
    return Table("increment", header, rows, note)


def _increment_row(found: Sequence[Row]) -> tuple[str, ...]:
    told = [row for row in found if row["reason"] is None]
    true = sum(row["true_caused"] / row["true_acts"] for row in found) / len(found)
    if not told:
        return f"{len(found)}", f"{true:.2f}", "-", "-", "1.00"
    share = sum((row["proof"] + row["plausible"][0]) / row["acts"] for row in told) / len(told)
    holds = sum(_holds(row) for row in told) / len(told)
    return f"{len(found)}", f"{true:.2f}", f"{share:.2f}", f"{holds:.2f}", f"{1 - len(told) / len(found):.2f}"


def _holds(row: Row) -> bool:
    """Whether the truth lies in the interval, unknown acts being either."""
    share = row["true_caused"] / row["true_acts"]
    low, high = ((row["proof"] + row["plausible"][end]) / row["acts"] for end in (1, 2))
    return bool(low <= share <= high + row["unknown"] / row["acts"])


def _times(worlds: Worlds) -> Table:
    seconds: dict[str, list[float]] = {}
    for looks in worlds.values():
        for look in looks:
            seconds.setdefault(look["area"], []).append(look["seconds"])
    rows = [(area, f"{len(each)}", f"{median(each):.2f}", f"{max(each):.2f}") for area, each in seconds.items()]
    return Table("times", ("asked", "looks", "median seconds", "longest"), rows, "Of one look, on one core.")
