"""What every source promises, held against each that is registered.

A source inherits this suite by being in the registry; it brings a small fixture with one spoilt item in it, whose
content is the word `zzsecretzz`.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, ClassVar, Final

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from answerback.domain.errors import MappingError, SourceError, UsageError
from answerback.domain.reading import Item, Kept, Note, Progress, Reading, Recognition, Reject, Source, Table
from answerback.domain.records import CARRIED, RECORDS, TOKEN_FIELDS
from answerback.sources import registry
from tests.sources.readings import EXPORTED_AT, OURS, Loaded, rows_of, take

HERE: Final = Path(__file__).parent
SECRET: Final = "zzsecretzz"


@dataclass(frozen=True)
class Case:
    """A source's fixture."""

    path: Path
    items: int
    """How many items it holds; 0 where the source itself decides what an item is."""
    victim: str = ""
    """The file of the folder that is damaged in turn; empty where the fixture is one file."""
    mapping: Path | None = None
    spoilt_here: bool = True
    """Whether the source itself finds the spoilt item; a source that hands text over leaves it to the workspace."""

    def damaged(self, folder: Path, content: bytes) -> Path:
        """A copy of the fixture with this content in its victim."""
        if not self.victim:
            copy = folder / self.path.name
            copy.write_bytes(content)
            return copy
        shutil.copytree(self.path, folder, dirs_exist_ok=True)
        (folder / self.victim).write_bytes(content)
        return folder

    @property
    def content(self) -> bytes:
        """What the victim holds."""
        return (self.path / self.victim if self.victim else self.path).read_bytes()


CASES: Final = {
    "folder": Case(HERE / "fixtures/folder", 4, "effort.csv", spoilt_here=False),
    "mapping": Case(HERE / "fixtures/mapping/dialler.csv", 3, mapping=HERE / "fixtures/mapping/dialler.toml"),
    "xes": Case(HERE / "fixtures/xes/log.xes", 2, mapping=HERE / "fixtures/xes/log.toml"),
    "mailbox": Case(HERE / "fixtures/mailbox/ann.mbox", 3),
    "calendar": Case(HERE / "fixtures/calendar/ann.ics", 0),
    "salesforce": Case(HERE / "salesforce/fixtures/api", 55, "TASK.csv"),
    "hubspot": Case(HERE / "hubspot/fixtures/screens", 26, "hubspot-crm-exports-all-calls-2026-03-21.csv"),
    "trace": Case(HERE / "trace/fixtures/message_trace.csv", 13),
}

FOREIGN: Final = [b"", b"\n", b"\x00" * 400, b"\xff\xfe", b"\x1f\x8b\x08\x00", b"PK\x03\x04", b"PAR1"]

every_source = pytest.mark.parametrize("name", registry.NAMES)


def read(name: str, path: Path) -> list[Item]:
    case = CASES[name]
    reading = Reading(OURS, EXPORTED_AT, knows=lambda _field, _text: True, mapping=case.mapping)
    return list(registry.by_name(name).read(path, reading))


def loaded(name: str) -> Loaded:
    return take(read(name, CASES[name].path))


def rows(item: Item) -> Iterator[tuple[str, dict[str, Any]]]:
    """The records of an item, as type and fields."""
    if isinstance(item, Table):
        for row in rows_of(item):
            yield item.type, row
    for record in getattr(item, "records", ()):
        yield record.type, dict(record.fields)


def test_every_registered_source_is_there_and_has_a_fixture() -> None:
    assert set(CASES) == set(registry.NAMES)
    for name in registry.NAMES:
        source = registry.by_name(name)
        assert source.name == name
        assert source.meaning
        assert source.meaning[0].islower()


@every_source
def test_items_are_of_the_declared_types(name: str) -> None:
    items = read(name, CASES[name].path)
    assert all(isinstance(item, Item) for item in items)
    assert any(isinstance(item, (Kept, Table)) for item in items)
    for item in items:
        if isinstance(item, Progress):
            assert 0 <= item.done <= item.total
        if isinstance(item, Table):
            assert pa.table(item.columns).num_rows > 0
            if item.rows is not None:
                assert pa.table(item.rows).num_rows == pa.table(item.columns).num_rows
                assert pa.table(item.rows).column(0).type == pa.int64()


@every_source
def test_records_and_fields_exist_and_choices_are_allowed(name: str) -> None:
    for item in read(name, CASES[name].path):
        for kind, fields in rows(item):
            record = RECORDS[kind]
            allowed = {*record.index, *CARRIED, *(TOKEN_FIELDS if record.tokens else ())}
            assert set(fields) <= allowed, kind
            for field, value in fields.items():
                if field in record.index and record.index[field].choices and value is not None:
                    assert value in record.index[field].choices, (kind, field)


@every_source
def test_typed_times_are_aware_and_utc(name: str) -> None:
    for item in read(name, CASES[name].path):
        for kind, fields in rows(item):
            for field, value in fields.items():
                if hasattr(value, "utcoffset"):
                    assert value.utcoffset() == timedelta(0), (kind, field)


@every_source
def test_tokens_name_their_sort(name: str) -> None:
    for item in read(name, CASES[name].path):
        for _, fields in rows(item):
            for column in TOKEN_FIELDS:
                for token in str(fields.get(column) or "").split():
                    sort, _, rest = token.partition(":")
                    assert sort.isalpha(), column
                    assert rest, column
                    assert not {"<", ">"} & set(token), column


@every_source
def test_every_item_is_counted_once(name: str) -> None:
    came = loaded(name)
    assert came.read >= 1
    if CASES[name].items:
        assert came.read == CASES[name].items


@every_source
def test_reading_twice_gives_the_same(name: str) -> None:
    one, other = loaded(name), loaded(name)
    assert one.records == other.records
    assert one.also == other.also
    assert (one.kept, one.non_events, one.rejects, one.notes) == (
        other.kept,
        other.non_events,
        other.rejects,
        other.notes,
    )


@every_source
def test_rejects_and_notes_name_the_place_and_never_the_content(name: str) -> None:
    came = loaded(name)
    if CASES[name].spoilt_here:
        assert came.rejects, "the spoilt item was not found"
    told: list[Reject | Note] = [*came.rejects, *came.notes]
    for each in told:
        assert SECRET not in repr(each)
        assert each.reason.replace("_", "").isalpha()
    for reject in came.rejects:
        assert reject.place.file
        assert not Path(reject.place.file).is_absolute()


def attempt(name: str, path: Path) -> None:
    """Reads to the end. Nothing but a SourceError may come of it, and no secret with it."""
    said: list[object] = []
    try:
        said += [item for item in read(name, path) if isinstance(item, (Reject, Note))]
    except (SourceError, MappingError) as error:
        # A mapping that was made for other columns says so itself.
        assert isinstance(error, SourceError) or CASES[name].mapping  # noqa: PT017 - either may come, and nothing else
        said += [str(error), error.what]
    assert SECRET not in repr(said)
    assert "" not in said


@every_source
@pytest.mark.parametrize("part", [0.02, 0.3, 0.6, 0.95, 0.999])
def test_a_truncated_file_raises_at_most_a_source_error(name: str, part: float, tmp_path: Path) -> None:
    content = CASES[name].content
    attempt(name, CASES[name].damaged(tmp_path, content[: int(len(content) * part)]))


@every_source
@pytest.mark.parametrize("content", FOREIGN)
def test_an_empty_or_foreign_file_raises_at_most_a_source_error(name: str, content: bytes, tmp_path: Path) -> None:
    attempt(name, CASES[name].damaged(tmp_path, content))


@every_source
def test_other_paths_raise_at_most_a_source_error(name: str, tmp_path: Path) -> None:
    case = CASES[name]
    attempt(name, tmp_path)  # an empty folder
    attempt(name, tmp_path / "missing")
    file_name = case.victim or case.path.name
    (tmp_path / "inside" / file_name).mkdir(parents=True)
    attempt(name, tmp_path / "inside" / file_name)  # a folder where a file is expected
    attempt(name, tmp_path / "inside")
    closed = case.damaged(tmp_path / "closed" if case.victim else tmp_path, case.content)
    (closed / case.victim if case.victim else closed).chmod(0)
    attempt(name, closed)
    (tmp_path / "dangling.csv").symlink_to(tmp_path / "nowhere")
    attempt(name, tmp_path / "dangling.csv")


@every_source
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_random_bytes_raise_at_most_a_source_error(name: str, data: st.DataObject) -> None:
    content = CASES[name].content
    at = data.draw(st.integers(0, len(content)), label="at")
    noise = data.draw(st.binary(min_size=1, max_size=40), label="noise")
    cut = data.draw(st.integers(0, 60), label="cut")
    with tempfile.TemporaryDirectory() as folder:
        attempt(name, CASES[name].damaged(Path(folder), content[:at] + noise + content[at + cut :]))


@every_source
def test_it_knows_its_own_fixture_better_than_all_others(name: str) -> None:
    answers = registry.recognised_by(CASES[name].path)
    assert registry.recognise(CASES[name].path).name == name, answers


@every_source
@settings(max_examples=15)
@given(noise=st.binary(max_size=300))
def test_recognising_never_fails(name: str, noise: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = CASES[name].damaged(Path(folder), noise)
        for answer in (registry.by_name(name).recognise(path), registry.by_name(name).recognise(path / "missing")):
            assert 0.0 <= answer.sure <= 1.0
            assert answer.why


class Undecided:
    """A source that would take anything."""

    name: ClassVar[str] = "undecided"
    meaning: ClassVar[str] = "anything"

    def recognise(self, path: Path) -> Recognition:
        return Recognition(0.5, f"{path.name} may be anything")

    def read(self, path: Path, reading: Reading) -> Iterator[Item]:
        raise NotImplementedError


def test_an_unknown_name_is_refused_with_the_known_ones() -> None:
    with pytest.raises(UsageError, match="mailbox"):
        registry.by_name("outlook")


def test_what_nobody_knows_is_refused_with_what_each_said(tmp_path: Path) -> None:
    (tmp_path / "notes.bin").write_bytes(b"\x01\x02")
    with pytest.raises(SourceError, match="trace: "):
        registry.recognise(tmp_path / "notes.bin")
    with pytest.raises(SourceError, match="no such file"):
        registry.recognise(tmp_path / "missing")


def test_a_draw_between_two_sources_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    sources: list[Source] = [Undecided(), Undecided()]
    monkeypatch.setattr(registry, "all_sources", lambda: iter(sources))
    with pytest.raises(SourceError, match="equally sure"):
        registry.recognise(tmp_path)
