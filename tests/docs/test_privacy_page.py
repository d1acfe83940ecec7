"""What docs/understand/privacy.md says of a workspace holds for one that was loaded and built."""

from __future__ import annotations

import re
import stat
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import ClassVar

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from answerback.domain.playbook_file import default_playbook
from answerback.domain.reading import Item, Kept, Place, Reading, Recognition, Record, Reject, Value
from answerback.engine.duckdb import Limits, engine
from answerback.workspace.access import note_use
from answerback.workspace.batches import LoadRequest, load
from answerback.workspace.build import build
from answerback.workspace.home import Home, create_home

PAGE = Path(__file__).resolve().parents[2] / "docs" / "understand" / "privacy.md"
NOW = datetime(2026, 5, 1, tzinfo=UTC)
PEOPLE = re.compile(r"kim|ann\b|acme|zq-", re.IGNORECASE)
"""Whatever names a person or company in the records below, the source's own ids among them."""


class Small:
    name: ClassVar[str] = "small"
    meaning: ClassVar[str] = "one of everything that names people"

    def recognise(self, path: Path) -> Recognition:
        return Recognition(1.0, path.name)

    def read(self, path: Path, reading: Reading) -> Iterator[Item]:
        del reading
        event: dict[str, Value] = {
            "source_id": "zq-1",
            "rep_id": "ann@acme.test",
            "contact_id": "zq-kim",
            "occurred_at": NOW,
        }
        records = (
            Record("rep", {"source_id": "ann@acme.test", "name": "Ann Example", "email": "ann@acme.test"}),
            Record("account", {"source_id": "zq-acme", "name": "Acme Example", "domain": "acme.test"}),
            Record(
                "contact", {"source_id": "zq-kim", "account_id": "zq-acme", "name": "Kim", "email": "kim@acme.test"}
            ),
            Record("effort", event | {"kind": "email", "reference": "message:zq-1@acme.test"}),
        )
        yield Kept(Place(path.name, 1), records)
        yield Reject(Place(path.name, 2), "bad_time", "occurred_at", "a date")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    folder = tmp_path_factory.mktemp("privacy")
    home = create_home(folder / "home")
    (folder / "export.txt").write_text("-", encoding="utf-8")
    request = LoadRequest(
        source=Small(),
        path=folder / "export.txt",
        name="small",
        ids_of="small",
        playbook=default_playbook(),
        loaded_at=NOW,
        exported_at=NOW,
        mapping=None,
        options={},
    )
    load(home, request, lambda _: None)
    build(home, default_playbook(), now=NOW, limits=Limits(), on_step=lambda *_: None)
    note_use(home, "names", "show efforts", now=NOW)
    return home


def words(path: Path) -> str:
    """All that a file says in words."""
    if path.suffix != ".parquet":
        return path.read_text(encoding="utf-8", errors="replace")
    table = pq.read_table(path)
    texts = [
        name for name, kind in zip(table.schema.names, table.schema.types, strict=True) if pa.types.is_string(kind)
    ]
    return str(table.select(texts).to_pylist())


def test_names_and_ids_are_in_the_files_named_and_nowhere_else(home: Home) -> None:
    naming = {
        re.sub("^ids-.*", "ids-….arrow", path.relative_to(home.root).as_posix().split("/")[-1])
        for path in home.root.rglob("*")
        if path.is_file() and path.name != "secret" and PEOPLE.search(words(path))
    }
    files = {"ids.parquet", "ids-….arrow", "rep.names.parquet", "account.names.parquet", "contact.names.parquet"}
    assert naming == files
    assert all(
        name in PAGE.read_text(encoding="utf-8") for name in files - {"rep.names.parquet", "account.names.parquet"}
    )


def test_the_folder_and_the_log_are_the_owners_alone(home: Home) -> None:
    assert stat.S_IMODE(home.root.stat().st_mode) == 0o700
    files = [path for folder in (home.log, home.snapshots) for path in folder.rglob("*") if path.is_file()]
    assert files
    assert {stat.S_IMODE(path.stat().st_mode) for path in [*files, home.usage, home.root / "secret"]} == {0o600}


def test_the_pages_queries_run_and_show_what_it_says(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(home.root)
    block = re.search(r"```sql\n(.*?)```", PAGE.read_text(encoding="utf-8"), flags=re.DOTALL)
    assert block is not None
    queries = [each for each in block[1].split(";") if each.strip()]
    with engine() as duck:
        contacts, efforts, rejects = (duck.query(query).to_pylist() for query in queries)
    assert [each["name"] for each in contacts] == ["Kim"]
    assert not PEOPLE.search(str(efforts))
    assert efforts[0]["kind"] == "email"
    assert rejects == [{"file": "export.txt", "at": 2, "field": "occurred_at", "reason": "bad_time", "hint": "a date"}]


def test_every_file_of_a_workspace_is_on_the_page(home: Home) -> None:
    page = PAGE.read_text(encoding="utf-8")
    known = {"workspace.json", "build.lock", "load.lock"}
    for path in home.root.iterdir():
        assert path.name in known or f"`{path.name}" in page or f"`{path.name}/" in page, path.name
