"""A practice company of any size, straight into Parquet: the same model, told division by division.

A division is a company of its own with reps, buyers and a seed of its own, so that memory holds one division a process
and all processors work. Only the huge company is shared: one of a hundred pursuits of every division is with it. Files
are named as the folder source reads them (`effort.0007.parquet`); ids bear the number of their division.
"""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from answerback.simulate.assemble import CLAIMED, effort_purposes, told_events
from answerback.simulate.draft import drafted
from answerback.simulate.facts import SYSTEMS, coded, or_null
from answerback.simulate.ledger import Columns
from answerback.simulate.model import HUB, Model, Told
from answerback.simulate.parameters import KIND_NAMES, Parameters
from answerback.simulate.replies import ACTS, NONE

REPS = 1_000
"""Of a division."""
WEEKS = 52
WARM_UP_WEEKS = 4
REPS_A_MANAGER = 8
HUB_SHARE = 0.01
_EVENTS_A_REP_WEEK = 51.0
"""Efforts and acts that a system records, at forty efforts a week: holidays and the season taken off."""
_SEED_STEP = 100_003


@dataclass(frozen=True, slots=True)
class Division:
    """What one process is to write."""

    number: int
    parameters: Parameters
    folder: Path


def divisions(events: int, seed: int, folder: Path) -> list[Division]:
    """The divisions that have about so many events together."""
    reps = max(4, round(events / (_EVENTS_A_REP_WEEK * WEEKS)))
    sizes = [REPS] * (reps // REPS) + ([reps % REPS] if reps % REPS else [])
    return [
        Division(
            number,
            replace(
                Parameters(
                    weeks=WEEKS, warm_up_weeks=WARM_UP_WEEKS, hub_share=HUB_SHARE, seed=seed * _SEED_STEP + number
                ),
                reps=size,
                managers=max(1, size // REPS_A_MANAGER),
            ),
            folder,
        )
        for number, size in enumerate(sizes)
    ]


def write_volume(
    folder: Path, events: int, *, seed: int = 1, processes: int = 0, on_step: Callable[[int, int], None] | None = None
) -> int:
    """Writes a year of about so many events into a folder; how many it became.

    Args:
        folder: For the files; new, or empty. It is there when all of them are.
        events: Efforts and buyer actions together.
        seed: Of all divisions.
        processes: How many work at once; 0: one a processor.
        on_step: Told how many divisions are done, and how many there are.

    Raises UsageError where the folder holds something already.
    """
    count, spawn = 0, multiprocessing.get_context("spawn")
    with drafted(folder) as draft:
        work = divisions(events, seed, draft)
        with spawn.Pool(min(processes or os.cpu_count() or 1, len(work))) as pool:
            for done, written in enumerate(pool.imap_unordered(write_division, work), start=1):
                count += written
                if on_step is not None:
                    on_step(done, len(work))
    return count


def write_division(division: Division) -> int:
    """Tells one division and writes its efforts and acts; how many there are."""
    pa.set_cpu_count(1)
    told = Model(division.parameters).tell()
    efforts, acts = told_events(told)
    count = 0
    for name, table in (("effort", _efforts(division, told, efforts)), ("buyer_action", _acts(division, told, acts))):
        kept = table.filter(pc.not_equal(table["system"], SYSTEMS[NONE])).drop_columns(["system"])
        path = division.folder / f"{name}.{division.number:04d}.parquet"
        # Without the schema of the arrays, codes are read again as the text that they stand for.
        pq.write_table(kept, path, compression="snappy", store_schema=False, write_statistics=False)
        count += kept.num_rows
    return count


def _efforts(division: Division, told: Told, efforts: Columns) -> pa.Table:
    number = pa.array(np.arange(len(efforts["at"]))).cast(pa.string())
    return pa.table(
        {
            "effort_id": _ids(division, "e", number),
            "rep_id": _among(division, "r", efforts["seller"], told.parameters.sellers),
            **_parties(division, told, efforts),
            "occurred_at": _instants(efforts["at"]),
            "kind": coded(efforts["kind"], KIND_NAMES),
            "purpose": effort_purposes(efforts).dictionary_encode(),
            "origin": coded(efforts["sequence"].astype(np.int64), ("hand", "sequence")),
            "evidence": coded((efforts["system"] == CLAIMED).astype(np.int64), ("captured", "claimed")),
            "minutes": efforts["minutes"],
            "reference": _ids(division, "message:e", number),
            "refers_to": _ids(division, "message:a", _digits(efforts["answers"])),
            "system": coded(efforts["system"], SYSTEMS),
        }
    )


def _acts(division: Division, told: Told, acts: Columns) -> pa.Table:
    number = pa.array(np.arange(len(acts["at"]))).cast(pa.string())
    return pa.table(
        {
            "action_id": _ids(division, "a", number),
            **_parties(division, told, acts),
            "occurred_at": _instants(acts["at"]),
            "kind": coded(acts["kind"], ACTS),
            "stance": coded(np.where(acts["refuses"] & (acts["kind"] == ACTS.index("replied")), 0, -1), ("retreat",)),
            "evidence": coded((acts["system"] == CLAIMED).astype(np.int64), ("captured", "claimed")),
            "reference": _ids(division, "message:a", number),
            "refers_to": _ids(division, "message:e", _digits(acts["answers"])),
            "system": coded(acts["system"], SYSTEMS),
        }
    )


def _parties(division: Division, told: Told, events: Columns) -> dict[str, pa.Array]:
    account = told.pursuits.account[events["pursuit"]]
    names = pa.array([f"c{division.number}-{each}" for each in range(told.buyers.count)])
    names = pc.replace_with_mask(names, pa.array(np.arange(told.buyers.count) == HUB), pa.scalar("hub"))
    return {
        "account_id": pa.DictionaryArray.from_arrays(pa.array(account.astype(np.int32)), names),
        "contact_id": _ids(division, "p", _digits(events["contact"])),
    }


def _ids(division: Division, prefix: str, digits: pa.Array) -> pa.Array:
    """Ids such as `e7-12`; nothing where there is no number."""
    return pc.binary_join_element_wise(f"{prefix}{division.number}-", digits, "")


def _digits(numbers: NDArray[np.int64]) -> pa.Array:
    """Numbers as text; nothing for negative ones."""
    return or_null(numbers).cast(pa.string())


def _among(division: Division, prefix: str, codes: NDArray[Any], count: int) -> pa.Array:
    names = [f"{prefix}{division.number}-{each}" for each in range(count)]
    return coded(codes, names)


def _instants(at: NDArray[np.int64]) -> pa.Array:
    return pa.array(at).cast(pa.timestamp("s", tz="UTC"))
