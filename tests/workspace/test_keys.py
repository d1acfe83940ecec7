"""Keys: made with a secret, never the same for two ids, and a build finds out if they were."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from answerback.domain.errors import PromiseBroken, WorkspaceError
from answerback.workspace.home import Home, create_home
from answerback.workspace.keys import Keys, read_secret
from answerback.workspace.snapshots import read_snapshot
from tests.workspace.world import act, effort, ids, make, relations, take

ONE, OTHER = Keys(bytes(32)), Keys(bytes(31) + b"\x01")
_id = st.text(max_size=6)


@given(st.tuples(_id, _id), st.tuples(_id, _id))
def test_a_key_tells_ids_sources_spaces_and_secrets_apart(one: tuple[str, str], other: tuple[str, str]) -> None:
    source, own = one
    assert ONE.key("rep", source, own) != OTHER.key("rep", source, own)
    assert ONE.key("rep", source, own) != ONE.key("account", source, own)
    if "\0" not in source + other[0]:
        assert (ONE.key("rep", *one) == ONE.key("rep", *other)) == (one == other)
    assert ONE.key("token", "", own) == ONE.key("token", source, own)


@given(st.lists(_id | st.none(), max_size=8))
def test_a_column_has_the_keys_of_its_ids(column: list[str | None]) -> None:
    keys, table = ONE.keyed("rep", "crm", pa.array(column, pa.string()))
    assert keys.to_pylist() == [None if each is None else ONE.key("rep", "crm", each) for each in column]
    assert sorted(table["id"].to_pylist()) == sorted({each for each in column if each is not None})


def test_two_workspaces_give_the_same_id_different_keys(home: Home) -> None:
    other = create_home(home.root.parent / "other")
    assert home.keys().key("rep", "crm", "r1") != other.keys().key("rep", "crm", "r1")


def test_a_build_refuses_two_ids_on_one_key(home: Home) -> None:
    take(home, [effort("e1"), act("b1")], name="crm")
    first = make(home)
    batch = take(home, [effort("e1"), effort("e2")], name="mail")
    path = home.log / batch.folder / "ids.parquet"
    table = pq.read_table(path)
    taken = next(key for key, own in ids(home).items() if own == "b1")
    forged = [taken if row["id"] == "e2" else row["key"] for row in table.to_pylist()]
    pq.write_table(table.set_column(0, "key", pa.array(forged, pa.int64())), path)
    with pytest.raises(PromiseBroken, match="different ids share a key: 1"):
        make(home)
    assert read_snapshot(home) == first.snapshot
    assert "e2" not in str(relations(home, first))


def test_another_secret_or_none_is_refused(home: Home) -> None:
    secret = home.root / "secret"
    mine = secret.read_bytes()
    for content, said in ((b"\x00" * 32, "not the secret"), (mine[:-1], "damaged")):
        secret.write_bytes(content)
        with pytest.raises(WorkspaceError, match=said):
            home.keys()
    secret.unlink()
    with pytest.raises(WorkspaceError, match="missing"):
        home.keys()
    create_home(home.root)
    assert not secret.exists(), "a workspace that lost its secret must not get a new one unnoticed"
    secret.write_bytes(mine)
    assert home.keys().fingerprint == read_secret(secret).fingerprint
