"""The tables of `docs/methods/chains.md`, from what was counted in companies."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from calibration.chains.scoring import Row
from calibration.tables import Table
from calibration.worlds.running import Case

Counted = Mapping[Case, Row]

SCENARIOS = ("dropped", "service", "claims", "risk", "dirty", "pester")
"""What is planted where chains are counted."""


def tables(counted: Counted) -> list[Table]:
    """All tables of the page."""
    return [
        _balls(counted),
        _policies(counted),
        _reps(counted),
        _named(counted),
        _stages(counted),
        _owners(counted),
        _cases(counted),
    ]


def _rows(counted: Counted, told: Callable[[Sequence[Row]], Iterable[str]]) -> list[tuple[str, ...]]:
    """A row of each scenario, well specified and misspecified, with the number of companies."""
    rows = []
    for scenario in SCENARIOS:
        for wrong in (False, True):
            some = [row for case, row in counted.items() if (case.scenario, case.misspecified) == (scenario, wrong)]
            if some:
                rows.append((f"{scenario}{', misspecified' if wrong else ''}", f"{len(some)}", *told(some)))
    return rows


def _balls(counted: Counted) -> Table:
    header = (
        "planted", "companies", "let lie", "of these, not touched in time", "found (recall)", "called missed",
        "truly missed (precision)", "of these, touched where nobody saw it",
    )  # fmt: skip
    note = (
        "An act that two policies name counts once for each. `Not touched in time`: no touch by hand came in the "
        "pursuit within the policy's time, and it did not end. `Found`: a missed ball of the right rep. `Truly "
        "missed`: no touch that a system recorded came in time."
    )
    return Table("balls", header, _rows(counted, lambda some: _ball_cells(_per_policy(some))), note)


def _per_policy(some: Sequence[Row]) -> list[Row]:
    return [counts for row in some for counts in row["balls"].values()]


def _ball_cells(some: Sequence[Row]) -> tuple[str, ...]:
    total = _total(some)
    return (
        f"{total('let_lie')}",
        f"{total('missed')}",
        _share(total("found"), total("missed")),
        f"{total('told')}",
        _share(total("right"), total("told")),
        _share(total("unseen"), total("right")),
    )


def _policies(counted: Counted) -> Table:
    """By policy: every act that was truly missed, let lie or not."""
    names = list(dict.fromkeys(name for row in counted.values() for name in row["balls"]))
    rows = []
    for name in names:
        for wrong in (False, True):
            some = [row["balls"][name] for case, row in counted.items() if case.misspecified == wrong]
            total = _total(some)
            if some:
                rows.append((
                    f"{name}{', misspecified' if wrong else ''}", f"{len(some)}", f"{total('all_missed')}",
                    _share(total("all_found"), total("all_missed")), f"{total('told')}",
                    _share(total("right"), total("told")), _share(total("right_rep"), total("right")),
                ))  # fmt: skip
    header = (
        "policy", "companies", "truly missed", "found (recall)", "called missed", "truly missed (precision)",
        "with the right rep",
    )  # fmt: skip
    note = "All companies of all scenarios together; acts that were let lie, and those that were answered late."
    return Table("policies", header, rows, note)


def _reps(counted: Counted) -> Table:
    def cells(some: Sequence[Row]) -> tuple[str, ...]:
        planted, others = (_total([row["reps"][who] for row in some]) for who in ("planted", "others"))
        return tuple(
            _share(each(part), each(whole))
            for part, whole in (("let_lie", "asked"), ("missed", "held"))
            for each in (planted, others)
        )

    header = (
        "planted", "companies", "let lie by planted reps", "by others", "told missed of planted reps", "of others",
    )  # fmt: skip
    note = (
        "`Let lie`: share of replies, questions, inquiries and introductions. `Told missed`: share of the balls, of "
        "all policies, whose time is over. Where nobody is planted there is no share."
    )
    return Table("reps", header, _rows(counted, cells), note)


def _named(counted: Counted) -> Table:
    def cells(some: Sequence[Row]) -> tuple[str, ...]:
        rows = [row["named"] for row in some if "named" in row]
        total, reps = _total(rows), sum(row["planted"] for row in rows)
        named = [
            f"{sum(row[area][0] for row in rows)} of {reps}, {sum(row[area][1] for row in rows)}"
            for area in ("court", "stages", "risk")
        ]
        shares = [_share(total(f"large_{who}"), total(f"deals_{who}")) for who in ("planted", "others")]
        return *named, *shares

    header = (
        "planted", "companies", "missed balls: planted reps, others", "stages ahead: planted reps, others",
        "risk taken: planted reps, others", "large deals of planted reps", "of others",
    )  # fmt: skip
    note = (
        "Reps whom a finding names, in all companies. `Large`: share of deals larger than nine in ten of everybody's "
        "of the year before."
    )
    return Table("named", header, _rows(counted, cells), note)


def _stages(counted: Counted) -> Table:
    def cells(some: Sequence[Row]) -> tuple[str, ...]:
        total = _total([row["stages"] for row in some])
        return (
            f"{total('open')}",
            f"{total('claimed')}",
            _share(total("claimed_told"), total("claimed")),
            f"{total('claimed_unproved')}",
            _share(total("claimed_unproved_told"), total("claimed_unproved")),
            f"{total('told')}",
            _share(total("told_claimed"), total("told")),
            _share(total("told_unproved"), total("told")),
            _share(total("strictly_claimed"), total("claimed")),
            _share(total("strictly_claimed"), total("strictly")),
        )

    header = (
        "planted", "companies", "open deals", "claimed and not caught up", "told typed in (recall)",
        "of the claimed, without an act that the playbook accepts", "told typed in (recall)", "told typed in",
        "claimed and not caught up (precision)", "without such an act (precision)",
        "strict: recall", "strict: precision",
    )  # fmt: skip
    note = (
        "Open deals at the end. `Claimed`: the rep moved the deal to its present stage without any act of the buyer, "
        "and the buyer has not come so far since. The playbook may accept an act of the buyer for it all the same. "
        "`Strict`: with a playbook that takes for a negotiation what the model does, an offer that came back."
    )
    return Table("stages", header, _rows(counted, cells), note)


def _owners(counted: Counted) -> Table:
    def cells(some: Sequence[Row]) -> tuple[str, ...]:
        found = []
        for who in ("planted", "others"):
            deals, claimed, told = (sum(row["stages"][who][place] for row in some) for place in range(3))
            found += [_share(claimed, deals), _share(told, deals)]
        return tuple(found)

    header = (
        "planted", "companies", "claimed, of planted reps' deals", "told typed in", "claimed, of others' deals",
        "told typed in",
    )  # fmt: skip
    return Table("owners", header, _rows(counted, cells), "Shares of the open deals.")


def _cases(counted: Counted) -> Table:
    def cells(some: Sequence[Row]) -> tuple[str, ...]:
        total = _total([row["service"] for row in some])
        return (
            f"{total('open')}",
            f"{total('told')}",
            _share(total("both"), total("open")),
            _share(total("both"), total("told")),
        )

    header = ("planted", "companies", "open cases", "told open", "found (recall)", "truly open (precision)")
    return Table("cases", header, _rows(counted, cells), "Service cases at the end.")


def _total(some: Sequence[Row]) -> Callable[[str], int]:
    return lambda name: sum(row.get(name, 0) for row in some)


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.2f}" if whole else "-"
