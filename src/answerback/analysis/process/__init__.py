"""How chains run: what follows what, the ways they take, how long they last, and where they stop."""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa

from answerback.analysis.process.following import LABELS, Chains, Flow, Follows, Variant, behind, flow, laid_out
from answerback.analysis.process.stopping import Stop, stops
from answerback.domain.errors import NotFoundError

__all__ = [
    "LABELS",
    "Chains",
    "Flow",
    "Follows",
    "Process",
    "Stop",
    "Variant",
    "behind_arrow",
    "flow",
    "laid_out",
    "process",
]


@dataclass(frozen=True, slots=True)
class Process:
    """How chains run, and where they stop: all of them, and by the quarter in which they began and by segment."""

    flow: Flow
    stops: tuple[Stop, ...]


def process(chains: Chains, *, most: int = 20) -> Process:
    """How the chains that are asked for run; `most` says how many variants are told."""
    with laid_out(chains):
        return Process(flow(chains, most=most), stops(chains.reader))


def behind_arrow(chains: Chains, before: str, after: str) -> pa.Table:
    """Each time that one thing came directly after another. Raises NotFoundError where it never did."""
    with laid_out(chains):
        rows = behind(chains, before, after)
    if not rows.num_rows:
        raise NotFoundError(
            f"{after!r} never came directly after {before!r}", next_step="take both as answerback process prints them"
        )
    return rows
