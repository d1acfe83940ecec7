"""What counts as an answer where changes are watched: proof, or the very buyer's acts too, while these pass a placebo.

A buyer who is touched may have acted anyway. So acts of the very contact count beside proof only where the playbook
says so and two comparisons agree, both among touches without proof: more of them are followed by such an act within the
waiting time than are preceded by one within as long (a mirror), and more than where the same touches are moved by whole
weeks to both sides, beyond their own windows. Both differences must be above 0 at the 95 % level, one-sided, with
errors that let one buyer's touches depend on each other. Acts that prove another touch count nowhere.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from answerback.analysis.detect.reading import read_cells
from answerback.analysis.detect.weekly import Cells
from answerback.analysis.reader import Reader
from answerback.analysis.states import DAY_SECONDS
from answerback.domain.refusals import CannotTell, Refused
from answerback.domain.scope import Scope
from answerback.stats.special import normal_quantile

NEED = normal_quantile(0.95)
"""Standard errors by which both differences must be above 0."""
FEWEST_TOUCHES = 100
MOST_TOUCHES = 200_000
"""The newest so many are looked at."""
_WEEK = 7 * DAY_SECONDS
_FAR = 1 << 40
"""More seconds than any log spans."""


@dataclass(frozen=True, slots=True)
class Mirror:
    """Shares of touches with an act of the contact after them, before them, and when moved; and how sure that is.

    `over_before` and `over_moved` are the differences to `after` in standard errors; 0 where there are too few touches.
    """

    touches: int
    after: float
    before: float
    moved: float
    over_before: float
    over_moved: float

    @property
    def passes(self) -> bool:
        """Whether acts of the contact may count."""
        return min(self.over_before, self.over_moved) >= NEED


def cells_for_alarms(reader: Reader, scope: Scope) -> tuple[Cells, CannotTell | None]:
    """The counts that alarms rest on, and why acts of the contact are not in them although the playbook asks for it."""
    if "contact" not in reader.playbook.alarms.basis:
        return read_cells(reader, scope), None
    found = contact_placebo(reader)
    if found.passes:
        return read_cells(reader, scope, basis="contact"), None
    worst = min(found.over_before, found.over_moved)
    return read_cells(reader, scope), CannotTell(Refused.PLACEBO_FAILED, have=worst, need=NEED)


def contact_placebo(reader: Reader) -> Mirror:
    """The placebo of a workspace, over everybody's touches."""
    touches = reader.query(f"""
        select contact_key, cast(epoch(occurred_at) as bigint) as at, waiting_seconds
        from outcome
        where contact_key is not null and evidence = 'captured' and origin = 'hand' and not contested
          and seen_seconds = waiting_seconds and proved_at is null and occurred_at <= {reader.instant}
        order by occurred_at desc, effort_key limit {MOST_TOUCHES}""")
    acts = reader.query(f"""
        select act.contact_key, cast(epoch(act.occurred_at) as bigint) as at
        from buyer_action as act
        left join link on link.action_key = act.action_key and link.grade in ('E1', 'E2')
        where link.action_key is null and act.contact_key is not null and act.counts and act.evidence = 'captured'
          and act.stance <> 'retreat' and not act.contested and act.occurred_at <= {reader.instant}""")
    until = int(reader.as_of.timestamp())
    columns = (touches["contact_key"], touches["at"], touches["waiting_seconds"], acts["contact_key"], acts["at"])
    return mirror(*(column.to_numpy() for column in columns), until=until)


def mirror(
    contact: NDArray[np.int64],
    at: NDArray[np.int64],
    waiting: NDArray[np.int64],
    acting: NDArray[np.int64],
    acted: NDArray[np.int64],
    *,
    until: int,
) -> Mirror:
    """The two comparisons, from instants in whole seconds.

    Args:
        contact: of each touch.
        at: when.
        waiting: for how long it may wait.
        acting: the contact of each act.
        acted: when.
        until: the end of what is known. A touch whose moved window reaches beyond it, or begins before all data, is
            left out.

    >>> day = 86_400
    >>> touched, at = np.arange(200), np.full(200, 100 * day)
    >>> asked = (np.full(200, 7 * day), np.arange(0, 200, 4), np.full(50, 102 * day))
    >>> edge = (np.append(touched, 999), np.append(at, 0))
    >>> found = mirror(*edge, np.append(asked[0], 0), *asked[1:], until=300 * day)
    >>> found.after, found.before, found.passes
    (0.25, 0.0, True)
    """
    first = min((int(each.min()) for each in (at, acted) if each.size), default=0)
    shift = (waiting // _WEEK + 1) * _WEEK
    own = (at - shift - waiting >= first) & (at + shift + waiting <= until)
    contact, at, waiting, shift = (column[own] for column in (contact, at, waiting, shift))
    if contact.size < FEWEST_TOUCHES:
        return Mirror(int(contact.size), 0.0, 0.0, 0.0, 0.0, 0.0)
    keys, place = np.unique(np.concatenate([contact, acting]), return_inverse=True)
    of, by = place[: contact.size].astype(np.int64), place[contact.size :].astype(np.int64)
    acts = np.sort(by * _FAR + acted - first)

    def any_from(begin: NDArray[np.int64]) -> NDArray[np.float64]:
        """Whether there is an act after an instant and within the waiting time from it."""
        ends = (np.searchsorted(acts, of * _FAR + each - first, side="right") for each in (begin, begin + waiting))
        low, high = ends
        return (high > low).astype(np.float64)

    after, before = any_from(at), any_from(at - waiting - 1)
    moved = (any_from(at - shift) + any_from(at + shift)) / 2.0
    over = [_over(after - other, of, keys.size) for other in (before, moved)]
    return Mirror(int(of.size), float(after.mean()), float(before.mean()), float(moved.mean()), *over)


def _over(difference: NDArray[np.float64], of: NDArray[np.int64], size: int) -> float:
    """The mean of differences in standard errors; those of one contact may depend on each other."""
    beyond = difference - difference.mean()
    error = float(np.sqrt((np.bincount(of, beyond, size) ** 2).sum()))
    total = float(difference.sum())
    return total / error if error > 0.0 else 0.0
