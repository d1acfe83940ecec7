"""A snapshot that an earlier version made has fewer relations: whoever asks for one is told to build."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from answerback.domain.errors import WorkspaceError
from answerback.engine.protocol import QueryError
from tests.analysis.asking import looking, workspace_of
from tests.analysis.team import Row

EFFORT: Row = {
    "effort_id": "e1",
    "rep_id": "ann",
    "account_id": "acme",
    "occurred_at": "2026-03-01T09:00:00Z",
    "kind": "email",
}


def test_a_relation_of_a_later_version_is_asked_for(tmp_path: Path) -> None:
    workspace = workspace_of(tmp_path, {"effort": [EFFORT]})
    with looking(workspace) as reader:
        assert reader.query("select sum(n) as n from effort_count")["n"].to_pylist() == [1]
        without = {name: files for name, files in reader.snapshot.relations.items() if name != "effort_count"}
        earlier = replace(reader, snapshot=replace(reader.snapshot, relations=without))
        earlier.duck.drop("effort_count")
        with pytest.raises(WorkspaceError, match=r"earlier version.*no effort_count.*answerback build"):
            earlier.query("select sum(n) from effort_count")


def test_a_relation_that_never_was_is_a_mistake_of_the_query(tmp_path: Path) -> None:
    workspace = workspace_of(tmp_path, {"effort": [EFFORT]})
    with looking(workspace) as reader, pytest.raises(QueryError):
        reader.query("select 1 from efort_count")
