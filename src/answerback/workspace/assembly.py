"""From the log to the files of all relations: the whole of a build but its publishing.

What the build before left is used where the log only grew and the code is the same; `engine.making` then makes again
what changes can show in.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from answerback.domain.playbook import Playbook
from answerback.engine.blocks import EVENTS_IN_BLOCK, Blocks, cut
from answerback.engine.catalogue import PLACED_INPUTS, catalogue
from answerback.engine.making import WHOLE, Files, Making, OnStep
from answerback.engine.protocol import Engine
from answerback.engine.settings import durations, playbook_relations
from answerback.workspace.compaction import groups_due
from answerback.workspace.home import Home
from answerback.workspace.identity import identify
from answerback.workspace.ids import IDS_NAME, LogIds, MadeIds, ids_in, write_ids
from answerback.workspace.intake import IDS
from answerback.workspace.log import Batch, check_files, files_of
from answerback.workspace.placing import Placing, placed_columns
from answerback.workspace.promises import check_ids, check_promises
from answerback.workspace.standing import EVENTS, Standing, State

_PEOPLE = {"rep": "email_key", "contact": "email_key", "account": "domain_key", "deal": "cast(null as bigint)"}
"""By space: what two records of one and the same share."""
_STATE = (*(f"several_{name}" for name in EVENTS), "shared_token")


@dataclass(frozen=True, slots=True)
class Basis:
    """What the build before left."""

    batches: frozenset[str] = frozenset()
    """What it was made of; none where everything is to be made."""
    blocks: Blocks = field(default_factory=lambda: Blocks(()))
    files: Mapping[str, Mapping[str, list[Path]]] = field(default_factory=dict)
    """By relation and label of the block."""
    state: State = field(default_factory=dict)
    ids: Sequence[Path] = ()
    """The ids of these batches, laid out."""


@dataclass(frozen=True, slots=True)
class Assembled:
    """What a build lists."""

    blocks: Blocks
    files: Files
    state: State
    made: tuple[str, ...]
    """The blocks of months in which something was made again, by their first months."""
    ids: Sequence[Path]


def assemble(
    engine: Engine,
    home: Home,
    playbook: Playbook,
    batches: Sequence[Batch],
    *,
    basis: Basis,
    scratch: Path,
    on_step: OnStep,
    events_in_block: int = EVENTS_IN_BLOCK,
) -> Assembled:
    """Makes every relation, or those in which something changed since `basis`; new files lie in `scratch`.

    Raises PromiseBroken where a promise does not hold.
    """
    on_step("reading the log", "", 0, 0)
    check_files(home, batches)
    ids = _ids(engine, home, batches, basis, scratch)
    standing = Standing(engine, home, batches, basis.batches, basis.state)
    differs = standing.open()
    months = _months(engine)
    blocks = cut(months, events_in_block, basis.blocks.starts)
    making = Making(
        engine,
        catalogue(),
        scratch,
        durations(playbook),
        blocks,
        was=_by_block(basis, blocks) if basis.batches else None,
        columns={name: placed_columns(name.removeprefix("current_")) for name in PLACED_INPUTS},
        on_step=on_step,
    )
    making.differs |= differs
    _settle_playbook(making, playbook)
    _settle_identities(making)
    making.make_whole()
    placing = Placing(engine, blocks, scratch)
    placing.open(months)
    placing.join_twins()
    dirty = set(range(len(blocks)))
    if basis.batches:
        dirty = {blocks.of(month) for month in standing.touched_months()} | blocks.unlike(basis.blocks)
    making.make_monthly(placing.place, dirty, _checking(making))
    on_step("writing", "", 1, 1)
    state = {name: engine.write(name, scratch / name, ()) for name in _STATE}
    made = making.changed_blocks(relation.name for relation in making.relations)
    return Assembled(blocks, making.files, state, tuple(blocks.labels[block] for block in sorted(made)), ids)


def _checking(making: Making) -> Callable[[frozenset[str]], None]:
    """Checks after each pass what can be checked then."""
    there: frozenset[str] = frozenset()

    def check(made: frozenset[str]) -> None:
        nonlocal there
        check_promises(making, made, there)
        there = made

    return check


def _ids(engine: Engine, home: Home, batches: Sequence[Batch], basis: Basis, scratch: Path) -> list[Path]:
    """The ids of all batches laid out, in files of which those of like size have become one.

    Raises PromiseBroken where two different ids fell on one key.
    """
    known = basis.batches if basis.ids else frozenset()
    old = [file.path for file in files_of(home, [each for each in batches if each.batch_id in known], IDS)]
    new = [file.path for file in files_of(home, [each for each in batches if each.batch_id not in known], IDS)]
    made = list(basis.ids) if known else []
    if new:
        if old:
            check_ids(engine, old, new)
        made.append(write_ids(LogIds(new), scratch / f"{IDS_NAME}-new"))
    for number, group in enumerate(groups_due([(path, ids_in(path)) for path in made])):
        merged = write_ids(MadeIds(group), scratch / f"{IDS_NAME}-merged-{number}")
        made = [*(path for path in made if path not in group), merged]
    return made


def _months(engine: Engine) -> dict[datetime, int]:
    """How many events the log has of each month. What only says that an event is gone may not say when it was."""
    table = engine.query(
        "select date_trunc('month', occurred_at) as month, count(*) as n from ("
        "select occurred_at from log_effort union all select occurred_at from log_buyer_action) as event "
        "where occurred_at is not null group by date_trunc('month', occurred_at)"
    )
    return dict(zip(*(column.to_pylist() for column in table.columns), strict=True))


def _by_block(basis: Basis, blocks: Blocks) -> Files:
    """The files of the build before, by the number that their block has now; a block that was cut anew has none."""
    number = {label: n for n, label in enumerate(blocks.labels) if n not in blocks.unlike(basis.blocks)}
    number[""] = WHOLE
    return {
        name: {number[label]: paths for label, paths in found.items() if label in number}
        for name, found in basis.files.items()
    }


def _settle_playbook(making: Making, playbook: Playbook) -> None:
    for name, table in playbook_relations(playbook).items():
        making.engine.put(name, table)
        making.settle(name)


def _settle_identities(making: Making) -> None:
    """`same_as` and `doubtful`: who is one and the same, as far as that is known."""
    engine = making.engine
    if making.was is not None and not any(making.differs[f"current_{name}"] for name in (*_PEOPLE, "decision")):
        making.stand("same_as")
        making.stand("doubtful")
        return
    people = {
        space: engine.query(f"select {space}_key as key, {match} as match_key, source from current_{space}")
        for space, match in _PEOPLE.items()
    }
    decisions = engine.query(
        """select subject_kind, subject_key, other_key, kind from current_decision
           where kind in ('merge', 'separate')
           qualify row_number() over (
               partition by subject_kind, least(subject_key, other_key), greatest(subject_key, other_key)
               order by occurred_at desc, content_hash desc, decision_key
           ) = 1"""
    )
    identity = identify(people, decisions)
    engine.put("same_as", identity.same_as)
    engine.put("doubtful", identity.doubtful)
    making.settle("same_as", ("key",))
    making.settle("doubtful")
