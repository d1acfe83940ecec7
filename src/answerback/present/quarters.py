"""What changed since the quarter before, in sentences: counts first, then rates with how sure they are, then money."""

from __future__ import annotations

from answerback.analysis.stages.standing import Backing
from answerback.analysis.together.quarters import Quarter, TwoQuarters
from answerback.present.stages import amount_text
from answerback.present.verdicts import percent
from answerback.stats.compare import shares

TOO_FEW = "fewer than five people are behind one of the figures"


def heading(found: TwoQuarters) -> str:
    """Which quarters.

    >>> from datetime import date
    >>> def quarter(label):
    ...     return Quarter(label, date(2026, 1, 1), date(2026, 3, 31), None, None, None, None)
    >>> heading(TwoQuarters(quarter("2026Q1"), quarter("2026Q2"), "EUR"))
    '2026Q2 beside 2026Q1'
    """
    return f"{found.now.label} beside {found.before.label}"


def story_lines(found: TwoQuarters) -> list[str]:
    """The story from one quarter to the next."""
    before, now, currency = found.before, found.now, found.currency
    return [
        _touches(before, now),
        _moved(before, now),
        _won(before, now),
        _worth(before, now, currency),
        _open(before, now, currency),
        _backed(before, now),
    ]


def _touches(before: Quarter, now: Quarter) -> str:
    if before.touches is None or now.touches is None:
        return f"Touches are not told: {TOO_FEW}."
    return f"Touches: {now.touches:,}, {_against(before.touches, now.touches)}."


def _against(before: int, now: int) -> str:
    """How a count compares with the one before.

    >>> _against(200, 150), _against(150, 200), _against(0, 4), _against(7, 7)
    ('25 % fewer than the 200 before', '33 % more than the 150 before', 'none before', 'as many as before')
    """
    if not before:
        return "none before"
    if before == now:
        return "as many as before"
    return f"{abs(now / before - 1.0) * 100:.0f} % {'more' if now > before else 'fewer'} than the {before:,} before"


def _moved(before: Quarter, now: Quarter) -> str:
    if before.weighed is None or now.weighed is None:
        return f"Buyers moved are not told: {TOO_FEW}."
    told = f"Moved a buyer by proof: {now.weighed.moved:,.0f}, {before.weighed.moved:,.0f} before"
    if min(before.weighed.touches, now.weighed.touches) <= 0.0:
        return f"{told}."
    pairs = [(min(each.moved, each.touches), each.touches) for each in (before.weighed, now.weighed)]
    return f"{told}; that is {_shares(pairs[0], pairs[1])}"


def _won(before: Quarter, now: Quarter) -> str:
    if before.ended is None or now.ended is None:
        return f"Deals that ended are not told: {TOO_FEW}, or none ended."
    told = f"Deals that ended: {now.ended.deals:,}, {now.ended.won:,} of them won ({before.ended.deals:,} and "
    told += f"{before.ended.won:,} before)"
    if not before.ended.deals or not now.ended.deals:
        return f"{told}."
    pairs = [(each.won, each.deals) for each in (before.ended, now.ended)]
    return f"{told}; won were {_shares(pairs[0], pairs[1])}"


def _shares(before: tuple[float, float], now: tuple[float, float]) -> str:
    """Two shares, and whether they differ by more than chance does.

    >>> _shares((100, 400), (60, 400))
    '15.0 % against 25.0 %, 10.0 points fewer (between 4.5 and 15.5): more than chance does.'
    >>> _shares((10, 40), (11, 40))
    '27.5 % against 25.0 %: no more than chance does.'
    """
    found = shares(before, now)
    told = f"{percent(found.after, 1)} against {percent(found.before, 1)}"
    if not found.sure:
        return f"{told}: no more than chance does."
    low, high = sorted(abs(each) * 100 for each in (found.low, found.high))
    way = "more" if found.change > 0.0 else "fewer"
    return (
        f"{told}, {abs(found.change) * 100:.1f} points {way} (between {low:.1f} and {high:.1f}): more than chance does."
    )


def _worth(before: Quarter, now: Quarter, currency: str) -> str:
    if before.ended is None or now.ended is None or before.ended.worth is None or now.ended.worth is None:
        return f"What was won is not told as money: {TOO_FEW}, or a rate of exchange is missing."
    worth = [amount_text(each.worth or 0, currency) for each in (now.ended, before.ended)]
    return f"Won: {worth[0]}, {worth[1]} before."


def _open(before: Quarter, now: Quarter, currency: str) -> str:
    if before.standing is None or now.standing is None:
        return f"The pipeline is not told: {TOO_FEW}, or no deal was open."
    if before.standing.total.missing or now.standing.total.missing:
        return f"Open at the end: {now.standing.total.deals:,} deals, {before.standing.total.deals:,} before."
    worth = [amount_text(each.total.worth, currency) for each in (now.standing, before.standing)]
    counts = [each.total.deals for each in (now.standing, before.standing)]
    return f"Open at the end: {worth[0]} in {counts[0]:,} deals, {worth[1]} in {counts[1]:,} before."


def _backed(before: Quarter, now: Quarter) -> str:
    told = []
    for each in (now, before):
        standing = each.standing
        if standing is None or standing.covered.refused is not None or standing.total.missing:
            return "How much of it is buyer-backed cannot be told for both quarters: too little was loaded."
        whole = standing.total.worth
        told.append(standing.parts[Backing.BACKED].worth / whole if whole else 0.0)
    return f"Buyer-backed of that: {percent(told[0])} by worth, {percent(told[1])} before."
