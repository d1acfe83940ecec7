"""What a build promises, checked block by block, in the blocks it made, before it publishes."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from types import MappingProxyType

from answerback.domain.errors import PromiseBroken
from answerback.domain.log import ColumnType
from answerback.engine.catalogue import catalogue, tables_read
from answerback.engine.making import Making
from answerback.engine.protocol import Engine
from answerback.workspace.ids import shared_keys

_PROMISES: dict[str, str] = {
    "every effort of the log is an effort, or another record of one, or settled as wrong": """
        select (select count(*) from current_effort) - (select count(*) from effort)
             - (select count(*) from current_effort as record semi join same_event as same
                  on same.event_key = record.effort_key and same.event_type = 'effort')
             - (select count(*) from current_effort as record semi join contest
                  on contest.event_key = record.effort_key and contest.event_type = 'effort' and contest.state = 'void')
               as broken""",
    "every buyer action of the log is a buyer action, or another record of one": """
        select (select count(*) from current_buyer_action) - (select count(*) from buyer_action)
             - (select count(*) from current_buyer_action as record semi join same_event as same
                  on same.event_key = record.action_key and same.event_type = 'buyer_action') as broken""",
    "every effort has exactly one play": """
        select abs((select count(*) from effort) - (select count(*) from effort_play))
             + (select count(*) - count(distinct effort_key) from effort_play) as broken""",
    "a buyer action answers at most one effort": "select count(*) - count(distinct action_key) as broken from link",
    "no link points from an answer back in time": "select count(*) as broken from link where lag_seconds < 0",
    "every link is of a known act": """
        select count(*) as broken from link anti join buyer_action as act on act.action_key = link.action_key""",
    "every effort that counts has exactly one outcome": """
        select abs((select count(*) from outcome)
                 - (select count(*) from effort_play join playbook_play on playbook_play.play_id = effort_play.play_id
                    where playbook_play.counts and not effort_play.registration))
             + (select count(*) - count(distinct effort_key) from outcome) as broken""",
}
_OF_ALL_BLOCKS: dict[str, str] = {
    "every link is to a known effort": """
        select (select count(distinct effort_key) from new_link)
             - (select count(*) from effort semi join new_link on new_link.effort_key = effort.effort_key) as broken""",
}

READS: MappingProxyType[str, frozenset[str]] = MappingProxyType(
    {promise: tables_read(sql) for promise, sql in _PROMISES.items()}
)
"""Every promise that each block keeps by itself, and the relations that show whether it does."""


def check_ids(engine: Engine, known: Sequence[Path], new: Sequence[Path]) -> None:
    """Raises PromiseBroken where an id of a new file fell on the key of another in a known one.

    Those of known files have been checked among themselves, and so have those of new ones.
    """
    columns = {"key": ColumnType.BIGINT, "check": ColumnType.BIGINT}
    engine.over_files("known_id", known, columns)
    engine.over_files("new_id", new, columns)
    collisions = engine.query(
        "select count(distinct new_id.key) as n from new_id join known_id on known_id.key = new_id.key "
        'where known_id."check" <> new_id."check"'
    )
    if number := collisions.column(0)[0].as_py():
        raise shared_keys(number)


def check_promises(making: Making, made: frozenset[str], before: frozenset[str]) -> None:
    """Raises PromiseBroken if a block that was made breaks a promise, and says in how many rows.

    Looks at promises that could not be looked at when only the relations `before` were there.
    """
    due = {promise: reads for promise, reads in READS.items() if _there(reads, made) and not _there(reads, before)}
    for block in sorted(making.changed_blocks(set().union(*due.values()))):
        for promise, reads in due.items():
            if block in making.changed_blocks(reads) and making.has_block(reads, block):
                making.show_block(reads, block)
                _check(making.engine, promise, _PROMISES[promise])
    if "link" in made - before and (changed := making.changed_blocks(["link"])):
        making.show_blocks("effort", range(len(making.blocks)))
        making.show_blocks("link", changed)
        making.engine.view("new_link", "select * from link")
        for promise, sql in _OF_ALL_BLOCKS.items():
            _check(making.engine, promise, sql)


def _there(reads: frozenset[str], made: frozenset[str]) -> bool:
    monthly = {relation.name for relation in catalogue() if relation.monthly}
    return reads & monthly <= made


def _check(engine: Engine, promise: str, sql: str) -> None:
    broken = engine.query(sql).column(0)[0].as_py()
    if broken:
        raise PromiseBroken(
            f"the build broke a promise in {broken} rows: {promise}",
            next_step="nothing was published; please report this with the output of `answerback doctor`",
        )
