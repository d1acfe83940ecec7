"""To whom a buyer's mail goes, and after which mail of a seller it comes: what facts leave open where ids were lost."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from typing import Any

from answerback.simulate.facts import Facts

Row = dict[str, Any]


class Routes:
    """The ways of the mails of some facts."""

    def __init__(self, facts: Facts) -> None:
        self._efforts = {row["effort"]: row for row in facts.rows("effort")}
        self._first_seller = min((row["seller"] for row in facts.rows("seller")), default=0)
        self._owners = {row["deal"]: row["seller"] for row in facts.rows("deal")}
        self._holders: dict[int, list[Row]] = defaultdict(list)
        for row in facts.rows("assignment"):
            self._holders[row["account"]].append(row)
        self._known: dict[tuple[str, int], tuple[list[int], list[Row]]] = defaultdict(lambda: ([], []))
        for row in sorted(self._efforts.values(), key=lambda row: (row["at"], row["effort"])):
            for name in ("thread", "contact", "account"):
                if row[name] is not None and (name != "thread" or is_mail(row)):
                    times, rows = self._known[name, row[name]]
                    times.append(row["at"])
                    rows.append(row)

    def effort_before(self, action: Row) -> Row | None:
        """The effort that a buyer's mail has in view: the one it names, else the latest of its conversation before."""
        if action["answers"] is not None:
            return self._efforts[action["answers"]]
        return self._latest("thread", action["thread"], action["at"])

    def recipient(self, action: Row) -> int:
        """The seller to whom a buyer's mail goes.

        Whoever wrote last in the conversation, or moved them to write; else who looks after the company at that time,
        was in touch with this person, owns the deal, or was in touch with the company, in this order.
        """
        at = action["at"]
        seen = self.effort_before(action) or self._efforts.get(action["cause"])
        if seen is not None:
            return int(seen["seller"])
        for row in self._holders.get(action["account"], ()):
            if row["seller"] is not None and (row["from"] or 0) <= at and (row["to"] is None or at < row["to"]):
                return int(row["seller"])
        seen = self._latest("contact", action["contact"], at)
        if seen is None and action["deal"] in self._owners:
            return int(self._owners[action["deal"]])
        seen = seen or self._latest("account", action["account"], at)
        return self._first_seller if seen is None else int(seen["seller"])

    def _latest(self, name: str, number: int | None, at: int) -> Row | None:
        times, rows = self._known.get((name, number if number is not None else -1), ([], []))
        place = bisect_right(times, at)
        return rows[place - 1] if place else None


def is_mail(row: Row) -> bool:
    """Whether it is a mail: also one that no system recorded, which has its place in a conversation."""
    return row["system"] == "mail" or (row["system"] == "none" and row["thread"] is not None)
