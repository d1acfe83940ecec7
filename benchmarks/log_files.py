"""The made-up year as files of a log: what a load leaves behind, ids and all, written in slices and bounded memory.

Keys are as good as random and have no secret; all else (columns, types, packing, strings apart) is as a load has it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from answerback.domain.playbook import Playbook, Stage
from answerback.domain.playbook_file import default_playbook
from answerback.domain.records import RECORDS
from answerback.workspace.entries import log_schema
from answerback.workspace.intake import CHUNK_ROWS, IDS, layout
from benchmarks.events import ACTS, DAY, DAYS, KINDS, LATE, MAIL, START, Bools, Efforts, Ints, World, mixed

SLICE = 500_000
STAGES = ("Qualify", "Show", "Offer", "Agree")
SOURCE = "made up"
END = START + DAYS * DAY
SPACES = {
    name: number for number, name in enumerate(("effort", "action", "account", "contact", "deal", "rep", "token"))
}
_ID_FORMS = {
    "effort": "00TQy",
    "action": "02sQy",
    "account": "001Qy",
    "contact": "003Qy",
    "deal": "006Qy",
    "rep": "005Qy",
}
_THREADS = 1 << 38
_OWN = {name: place << 36 for place, name in enumerate(("participant", "deal_change", "coverage"), 1)}
"""Where the keys of records without an id of their own begin, in the space of tokens."""


def playbook() -> Playbook:
    """The default plays, and stages."""
    return default_playbook().model_copy(update={"stage": tuple(Stage(name=name) for name in STAGES)})


def write_log(folder: Path, events: int, seed: int = 1) -> dict[str, int]:
    """Writes a year into `<record>.parquet` and `ids.parquet`; the rows of each file."""
    world = World(events, seed)
    with _Folder(folder, recorded_at=END + DAY) as out:
        _write_parties(out, world)
        for number in _slices(0, world.efforts):
            _write_efforts(out, world.some_efforts(number))
        for number in _slices(0, world.acts):
            _write_acts(out, world, number)
        return out.rows


def write_day(folder: Path, events: int, seed: int = 1, *, day: int = 0) -> dict[str, int]:
    """Writes one more day after the year: its efforts and acts, a few late arrivals, corrections and a deletion.

    The acts answer efforts of that day and of months before. One of a thousand efforts arrives up to a fortnight late;
    as many of the last month are corrected, and one of these is taken back.
    """
    world = World(events, seed)
    since = [DAYS + day, DAYS + day + 1]
    efforts, acts = (np.rint(world.shares(since) * count).astype(np.int64) for count in (world.efforts, world.acts))
    today = END + (day + 1) * DAY
    with _Folder(folder, recorded_at=today) as out:
        for number in _slices(*efforts):
            _write_efforts(out, world.some_efforts(number))
        for number in _slices(*acts):
            _write_acts(out, world, number)
        few = np.arange(max(2, (efforts[1] - efforts[0]) // 1_000)) + day * 1_000_000
        _write_efforts(out, world.some_efforts(LATE + few, at=today - DAY - world.dice("late", few) % (14 * DAY)))
        recent = efforts[0] - 1 - world.dice("corrected", few) % ((efforts[1] - efforts[0]) * 30)
        _write_efforts(out, world.some_efforts(np.unique(recent)), corrected_at=today - DAY)
        return out.rows


@dataclass
class _Folder:
    """The files of one batch."""

    path: Path
    recorded_at: int
    rows: dict[str, int] = field(default_factory=dict)
    _files: dict[str, pq.ParquetWriter] = field(default_factory=dict)

    def __enter__(self) -> _Folder:
        self.path.mkdir(parents=True, exist_ok=True)
        return self

    def __exit__(self, *_: object) -> None:
        for file in self._files.values():
            file.close()

    def add(self, record: str, columns: dict[str, pa.Array], count: int, *, version: Ints | None = None) -> None:
        """Rows of a record; `version` counts what tells versions of one key apart."""
        if not count:
            return
        schema = log_schema(RECORDS[record])
        key = columns[schema.names[0]].to_numpy()
        always = {
            "source": repeated(SOURCE, count),
            "version_at": columns.get("occurred_at", instants(np.full(count, START))),
            "recorded_at": instants(np.full(count, self.recorded_at)),
            "deleted": pa.array(np.zeros(count, bool)),
            "content_hash": pa.array(hashes(key, version)),
        }
        given = always | columns
        arrays = [given[each.name] if each.name in given else pa.nulls(count, each.type) for each in schema]
        cast = [array.cast(each.type) for array, each in zip(arrays, schema, strict=True)]
        self._write(record, pa.table(cast, schema=schema))

    def ids(self, space: str, number: Ints, id_form: str = "") -> None:
        """The ids behind the keys of these numbers: 18 characters, as CRMs have them."""
        shown = "event" if space in ("effort", "action") else space
        given = keys(space, number).to_numpy()
        form = id_form or _ID_FORMS[space]
        text = pc.binary_join_element_wise(form, pc.cast(pa.array(number + 1_000_000_000_000), pa.string()), "")
        columns = {
            "key": pa.array(given),
            "check": pa.array((given >> 7).astype(np.int32)),
            "id": text,
            "space": repeated(shown, len(number)),
            "source": repeated("" if space == "token" else SOURCE, len(number)),
        }
        if len(number):
            self._write(IDS.removesuffix(".parquet"), pa.table(columns))

    def _write(self, name: str, table: pa.Table) -> None:
        if name not in self._files:
            self._files[name] = pq.ParquetWriter(self.path / f"{name}.parquet", table.schema, **layout(table.schema))
        self._files[name].write_table(table, row_group_size=CHUNK_ROWS)
        self.rows[name] = self.rows.get(name, 0) + table.num_rows


def _write_efforts(out: _Folder, efforts: Efforts, corrected_at: int | None = None) -> None:
    """Efforts with what they bear and who was there; corrected ones are a later version, the first of them deleted."""
    number, count = efforts.number, len(efforts.number)
    version = np.full(count, 0 if corrected_at is None else corrected_at)
    columns = {
        "effort_key": keys("effort", number),
        "rep_key": keys("rep", efforts.rep),
        "account_key": keys("account", efforts.account),
        "contact_key": keys("contact", efforts.contact),
        "deal_key": keys("deal", efforts.deal, none=efforts.deal < 0),
        "occurred_at": instants(efforts.at),
        "kind": words(KINDS, efforts.kind),
        "origin": words(("hand", "sequence"), number % 10 == 0),
        "evidence": words(("captured", "claimed"), number % 20 == 0),
    }
    if corrected_at is not None:
        columns["version_at"] = instants(version)
        columns["subkind"] = repeated("corrected", count)
        columns["deleted"] = pa.array(np.arange(count) == 0)
    out.add("effort", columns, count, version=version)
    if corrected_at is None:
        out.ids("effort", number)
    mails, threads = np.flatnonzero(efforts.kind == MAIL), np.flatnonzero(number % 5 == 0)
    owners = hashes(columns["effort_key"].to_numpy(), version)
    bearers = _Events("effort", number, owners)
    _write_references(out, bearers, mails, number[mails], "is message")
    _write_references(out, bearers, threads, _THREADS + efforts.thread[threads], "about thread")
    _write_participants(out, efforts, owners, mails, version)


def _write_acts(out: _Folder, world: World, number: Ints) -> None:
    acts = world.some_acts(number)
    toward, count = acts.toward, len(number)
    columns = {
        "action_key": keys("action", number),
        "account_key": keys("account", toward.account),
        "contact_key": keys("contact", toward.contact, none=number % 3 == 0),
        "deal_key": keys("deal", toward.deal, none=(toward.deal < 0) | (number % 2 == 0)),
        "occurred_at": instants(acts.at),
        "kind": words(ACTS, acts.kind),
        "evidence": words(("captured", "claimed"), number % 50 == 0),
    }
    out.add("buyer_action", columns, count)
    out.ids("action", number)
    bearers = _Events("action", number, hashes(columns["action_key"].to_numpy()))
    answers = acts.parent >= 0
    by_mail = np.flatnonzero(answers & (number % 2 == 0) & (toward.kind == MAIL))
    by_thread = np.flatnonzero(answers & (number % 4 == 1))
    _write_references(out, bearers, by_mail, acts.parent[by_mail], "answers message")
    _write_references(out, bearers, by_thread, _THREADS + toward.thread[by_thread], "about thread")


@dataclass(frozen=True, slots=True)
class _Events:
    """Events of one sort, by number, and the content hash of the version that bears tokens."""

    space: str
    number: Ints
    hash: Ints


def _write_references(out: _Folder, events: _Events, rows: Ints, tokens: Ints, bears: str) -> None:
    """The events in these rows bear, answer or are about these tokens: `bears` is role and kind."""
    role, kind = bears.split()
    count, token = len(rows), keys("token", tokens)
    columns = {
        "reference_key": pa.array(mixed(events.hash[rows] ^ token.to_numpy() ^ np.int64(len(role)))),
        "event_key": keys(events.space, events.number[rows]),
        "event_type": repeated("effort" if events.space == "effort" else "buyer_action", count),
        "token_key": token,
        "role": repeated(role, count),
        "owner_hash": pa.array(events.hash[rows]),
        "token_kind": repeated(kind, count),
    }
    out.add("reference", columns, count)
    out.ids("token", np.unique(tokens), f"{kind}:CAF+b7")


def _write_participants(out: _Folder, efforts: Efforts, owners: Ints, mails: Ints, version: Ints) -> None:
    """Everybody on a mail: its own contact, and on a third of mails a colleague."""
    copied = mails[efforts.number[mails] % 3 == 0]
    row = np.concatenate([mails, copied])
    first = efforts.contact[copied] - efforts.contact[copied] % 3
    contact = np.concatenate([efforts.contact[mails], first + (efforts.contact[copied] + 1) % 3])
    own = mixed(efforts.number[row] * 2 + (np.arange(len(row)) >= len(mails)) + _OWN["participant"])
    columns = {
        "participant_key": pa.array(mixed(own ^ version[row])),
        "event_key": keys("effort", efforts.number[row]),
        "event_type": repeated("effort", len(row)),
        "contact_key": keys("contact", contact),
        "role": words(("to", "cc"), np.arange(len(row)) >= len(mails)),
        "owner_hash": pa.array(owners[row]),
    }
    out.add("participant", columns, len(row))


def _write_parties(out: _Folder, world: World) -> None:
    """Companies, people, deals with their stages, reps (the last of whom does nothing) and what was recorded."""
    for at in _slices(0, world.accounts):
        out.add("account", {"account_key": keys("account", at), "segment": words(("small", "large"), at % 2)}, len(at))
        out.ids("account", at)
    for record, per_account, total in (("contact", 3, world.contacts), ("deal", 2, world.deals)):
        for at in _slices(0, total):
            company = np.where(at < world.accounts * per_account, at // per_account, 0)
            out.add(record, {f"{record}_key": keys(record, at), "account_key": keys("account", company)}, len(at))
            out.ids(record, at)
    for at in _slices(0, world.deals * len(STAGES)):
        columns = {
            "deal_change_key": keys("token", at + _OWN["deal_change"]),
            "deal_key": keys("deal", at // 4),
            "occurred_at": instants(START + (at % 4) * 90 * DAY + world.dice("change", at) % (90 * DAY)),
            "field": repeated("stage", len(at)),
            "new": words(STAGES, at % 4),
        }
        out.add("deal_change", columns, len(at))
    reps = np.arange(world.sellers + 1)
    teams = tuple(f"team {each}" for each in range(50))
    out.add("rep", {"rep_key": keys("rep", reps), "team": words(teams, reps % 50)}, len(reps))
    out.ids("rep", reps)
    columns = {
        "coverage_key": keys("token", reps + _OWN["coverage"]),
        "rep_key": keys("rep", reps),
        "starts_at": instants(np.full(len(reps), START)),
        "ends_at": instants(np.full(len(reps), END - 5 * DAY)),
    }
    out.add("coverage", columns, len(reps))


def _slices(start: int, end: int) -> Iterator[Ints]:
    for each in range(int(start), int(end), SLICE):
        yield np.arange(each, min(each + SLICE, end))


def keys(space: str, number: Ints, *, none: Bools | None = None) -> pa.Array:
    """Keys as good as random, different in every space."""
    return pa.array(mixed(number + (SPACES[space] << 40)), mask=none)


def hashes(key: Ints, version: Ints | int | None = None) -> Ints:
    """Content hashes: others for every version."""
    return mixed(key ^ np.int64(0x5EED) ^ (0 if version is None else version))


def instants(seconds: Ints) -> pa.Array:
    """Seconds since 1970 as instants."""
    return pa.array(seconds * 1_000_000).cast(pa.timestamp("us"))


def words(choices: Sequence[str], index: Ints | Bools) -> pa.Array:
    """Text from a list by position."""
    return pa.DictionaryArray.from_arrays(pa.array(index.astype(np.int32)), pa.array(choices)).cast(pa.string())


def repeated(word: str, count: int) -> pa.Array:
    """One word for every row."""
    return words((word,), np.zeros(count, np.int64))
