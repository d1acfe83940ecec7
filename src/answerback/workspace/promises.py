"""What a build promises, checked before it publishes."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from types import MappingProxyType

from answerback.domain.errors import PromiseBroken
from answerback.domain.log import ColumnType
from answerback.engine.catalogue import tables_read
from answerback.engine.duckdb import DuckDB

_PROMISES: dict[str, str] = {
    "every effort of the log is an effort, or another record of one, or settled as wrong": """
        select (select count(*) from current_effort)
             - (select count(*) from effort)
             - (select count(*) from same_event where event_type = 'effort')
             - (select count(*) from contest where event_type = 'effort' and state = 'void')""",
    "every buyer action of the log is a buyer action, or another record of one": """
        select (select count(*) from current_buyer_action)
             - (select count(*) from buyer_action)
             - (select count(*) from same_event where event_type = 'buyer_action')""",
    "every effort has exactly one play": """
        select abs((select count(*) from effort) - (select count(*) from effort_play))
             + (select count(*) - count(distinct effort_key) from effort_play)""",
    "a buyer action answers at most one effort": "select count(*) - count(distinct action_key) from link",
    "no link points from an answer back in time": "select count(*) from link where lag_seconds < 0",
    "every link joins a known act to a known effort": """
        select (select count(*) from link anti join buyer_action using (action_key))
             + (select count(*) from link anti join effort using (effort_key))""",
    "every effort that counts has exactly one outcome": """
        select abs((select count(*) from outcome)
                 - (select count(*) from effort_play join playbook_play using (play_id)
                    where playbook_play.counts and not effort_play.registration))
             + (select count(*) - count(distinct effort_key) from outcome)""",
}


def check_ids(duck: DuckDB, files: Sequence[Path]) -> None:
    """Raises PromiseBroken where two different ids fell on one key: their records could not be told apart."""
    duck.over_files("id_check", files, {"key": ColumnType.BIGINT, "check": ColumnType.BIGINT})
    sql = 'select key from id_check group by key having min("check") <> max("check")'
    collisions = duck.query(f"select count(*) from ({sql})").column(0)[0].as_py()
    if collisions:
        raise PromiseBroken(
            f"different ids share a key: {collisions} of them",
            where="log",
            next_step="nothing was published; start a new workspace, whose secret makes other keys, and load again",
        )


PROMISES: MappingProxyType[str, frozenset[str]] = MappingProxyType(
    {promise: tables_read(sql) for promise, sql in _PROMISES.items()}
)
"""Every promise, and the relations that show whether it holds."""


def check_promise(duck: DuckDB, promise: str) -> None:
    """Raises PromiseBroken if a promise does not hold, and says in how many rows."""
    broken = duck.query(_PROMISES[promise]).column(0)[0].as_py()
    if broken:
        raise PromiseBroken(
            f"the build broke a promise in {broken} rows: {promise}",
            next_step="nothing was published; please report this with the output of `answerback doctor`",
        )
