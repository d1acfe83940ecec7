"""A made-up log of any size, in the form in which a workspace keeps one: Parquet files by record, keys for ids.

Four of five events are efforts. Accounts are skewed: the largest of 100,000 has about two of a hundred events. Three of
five efforts are mails with a message id, one of five has a thread; half the acts name the mail that they answer, a
quarter only its thread, and the rest nothing. Mails list everybody they went to. The same size and seed give the same
files.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from answerback.domain.playbook import Playbook, Stage
from answerback.domain.playbook_file import default_playbook
from answerback.domain.records import RECORDS
from answerback.workspace.entries import log_schema

Ints = NDArray[np.int64]

CHUNK = 1_000_000
START = 1_735_689_600  # 2025-01-01
DAY = 86_400
DAYS = 365
STAGES = ("Qualify", "Show", "Offer", "Agree")
KINDS = ("email", "call", "meeting", "proposal")
MAIL, MEETING, OFFER = 0, 2, 3
SPACES = {
    name: number for number, name in enumerate(("effort", "action", "account", "contact", "deal", "rep", "token"))
}


@dataclass(frozen=True, slots=True)
class Efforts:
    """What acts must know of the efforts that they answer, by the effort's number."""

    account: Ints
    contact: Ints
    deal: Ints
    """-1: none."""
    at: Ints
    kind: NDArray[np.int8]


def playbook() -> Playbook:
    """The default plays, and stages."""
    return default_playbook().model_copy(update={"stage": tuple(Stage(name=name) for name in STAGES)})


def write_log(folder: Path, events: int, seed: int = 1) -> None:
    """Writes `<record>.parquet` for every record that has rows."""
    rng = np.random.default_rng(seed)
    folder.mkdir(parents=True, exist_ok=True)
    accounts = max(10, events // 100)
    efforts = _efforts(rng, events * 4 // 5, accounts)
    acts = events - len(efforts.at)
    parent = rng.integers(0, len(efforts.at), acts)
    lag = np.minimum(rng.lognormal(np.log(1.5 * DAY), 1.3, acts), 200 * DAY).astype(np.int64)
    _write(folder, "effort", len(efforts.at), lambda at: _effort_columns(efforts, at))
    _write(folder, "buyer_action", acts, lambda at: _action_columns(efforts, parent[at], lag[at], at))
    _write_references(folder, efforts, parent)
    _write_participants(folder, efforts)
    _write_parties(folder, accounts)


def _efforts(rng: np.random.Generator, count: int, accounts: int) -> Efforts:
    account = (accounts * rng.random(count) ** 3).astype(np.int64)
    deal = np.where(rng.random(count) < 0.7, account * 2 + rng.integers(0, 2, count), -1)
    at = START + rng.integers(0, DAYS * DAY, count)
    kind = rng.choice(np.arange(4, dtype=np.int8), count, p=(0.6, 0.25, 0.1, 0.05))
    return Efforts(account, account * 3 + rng.integers(0, 3, count), deal, at, kind)


def _effort_columns(efforts: Efforts, at: Ints) -> dict[str, pa.Array]:
    account = efforts.account[at]
    return {
        "effort_key": keys("effort", at),
        "rep_key": keys("rep", account % 1000),
        "account_key": keys("account", account),
        "contact_key": keys("contact", efforts.contact[at]),
        "deal_key": keys("deal", efforts.deal[at], none=efforts.deal[at] < 0),
        "occurred_at": instants(efforts.at[at]),
        "kind": words(KINDS, efforts.kind[at]),
        "origin": words(("hand", "sequence"), at % 10 == 0),
        "evidence": words(("captured", "claimed"), at % 20 == 0),
    }


def _action_columns(efforts: Efforts, parent: Ints, lag: Ints, at: Ints) -> dict[str, pa.Array]:
    kind = efforts.kind[parent]
    did = np.select([kind == MEETING, kind == OFFER, at % 12 == 0], [1, 2, 3], 0)
    return {
        "action_key": keys("action", at),
        "account_key": keys("account", efforts.account[parent]),
        "contact_key": keys("contact", efforts.contact[parent], none=at % 3 == 0),
        "deal_key": keys("deal", efforts.deal[parent], none=(efforts.deal[parent] < 0) | (at % 2 == 0)),
        "occurred_at": instants(efforts.at[parent] + lag),
        "kind": words(("replied", "accepted_meeting", "returned_offer", "declined"), did),
        "evidence": words(("captured", "claimed"), at % 50 == 0),
    }


def _write_references(folder: Path, efforts: Efforts, parent: Ints) -> None:
    """Mails bear their id, a fifth of efforts a thread; acts name the mail that they answer, or its thread."""
    mails = np.flatnonzero(efforts.kind == MAIL)
    threads = np.arange(0, len(efforts.at), 5)
    act = np.arange(len(parent))
    by_mail = act[(act % 2 == 0) & (efforts.kind[parent] == MAIL)]
    by_thread = act[act % 4 == 1]
    groups = (
        ("effort", mails, mails, "is", "message"),
        ("effort", threads, len(efforts.at) + threads // 50, "about", "thread"),
        ("action", by_mail, parent[by_mail], "answers", "message"),
        ("action", by_thread, len(efforts.at) + parent[by_thread] // 250, "about", "thread"),
    )
    schema, done = log_schema(RECORDS["reference"]), 0
    with pq.ParquetWriter(folder / "reference.parquet", schema, compression="zstd") as writer:
        for space, events, tokens, role, kind in groups:
            for start in range(0, len(events), CHUNK):
                part = slice(start, start + CHUNK)
                count = len(events[part])
                columns = {
                    "reference_key": keys("token", np.arange(done, done + count) + (1 << 36)),
                    "event_key": keys(space, events[part]),
                    "event_type": repeated("effort" if space == "effort" else "buyer_action", count),
                    "token_key": keys("token", tokens[part]),
                    "role": repeated(role, count),
                    "token_kind": repeated(kind, count),
                }
                writer.write_table(_table(schema, columns, count))
                done += count


def _write_participants(folder: Path, efforts: Efforts) -> None:
    """Everybody on a mail: its own contact, and on a third of mails a colleague."""
    mails = np.flatnonzero(efforts.kind == MAIL)
    event = np.concatenate([mails, mails[::3]])
    contact = np.concatenate([efforts.contact[mails], efforts.account[mails[::3]] * 3 + mails[::3] % 3])
    _write(
        folder,
        "participant",
        len(event),
        lambda at: {
            "participant_key": keys("token", at + (1 << 35)),
            "event_key": keys("effort", event[at]),
            "event_type": repeated("effort", len(at)),
            "contact_key": keys("contact", contact[at]),
            "role": repeated("to", len(at)),
        },
    )


def _write_parties(folder: Path, accounts: int) -> None:
    _write(folder, "account", accounts, lambda at: {"account_key": keys("account", at)})
    for name, each in (("contact", 3), ("deal", 2)):
        _write(
            folder,
            name,
            accounts * each,
            lambda at, name=name, each=each: {  # type: ignore[misc]
                f"{name}_key": keys(name, at),
                "account_key": keys("account", at // each),
            },
        )
    _write(
        folder,
        "deal_change",
        accounts * 8,
        lambda at: {
            "deal_change_key": keys("token", at + (1 << 37)),
            "deal_key": keys("deal", at // 4),
            "occurred_at": instants(START + (at % 4) * 90 * DAY + at % DAY),
            "field": repeated("stage", len(at)),
            "new": words(STAGES, at % 4),
        },
    )
    _write(
        folder,
        "rep",
        1000,
        lambda at: {"rep_key": keys("rep", at), "team": words(tuple(f"team {each}" for each in range(50)), at % 50)},
    )
    _write(
        folder,
        "coverage",
        1000,
        lambda at: {
            "coverage_key": keys("token", at + (1 << 38)),
            "rep_key": keys("rep", at),
            "starts_at": instants(START + 0 * at),
            "ends_at": instants(START + (DAYS - 5) * DAY + 0 * at),
        },
    )


def _write(folder: Path, record: str, count: int, columns: Callable[[Ints], dict[str, pa.Array]]) -> None:
    schema = log_schema(RECORDS[record])
    with pq.ParquetWriter(folder / f"{record}.parquet", schema, compression="zstd") as writer:
        for start in range(0, count, CHUNK):
            at = np.arange(start, min(start + CHUNK, count))
            writer.write_table(_table(schema, columns(at), len(at)))


def _table(schema: pa.Schema, columns: dict[str, pa.Array], count: int) -> pa.Table:
    always = {
        "source": repeated("made up", count),
        "version_at": instants(np.full(count, START + 400 * DAY)),
        "recorded_at": instants(np.full(count, START + 400 * DAY)),
        "deleted": pa.array(np.zeros(count, bool)),
        "content_hash": pa.array(mixed(np.arange(count))),
    }
    given = always | columns
    arrays = [given[each.name] if each.name in given else pa.nulls(count, each.type) for each in schema]
    return pa.table([array.cast(each.type) for array, each in zip(arrays, schema, strict=True)], schema=schema)


def keys(space: str, number: Ints, *, none: NDArray[np.bool_] | None = None) -> pa.Array:
    """Keys as good as random, different in every space."""
    return pa.array(mixed(number + (SPACES[space] << 40)), mask=none)


def mixed(number: Ints) -> Ints:
    """A bijection of 64-bit numbers that leaves no order (splitmix64)."""
    value = number.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    value = (value ^ (value >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    value = (value ^ (value >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return (value ^ (value >> np.uint64(31))).view(np.int64)


def instants(seconds: Ints) -> pa.Array:
    """Seconds since 1970 as instants."""
    return pa.array(seconds * 1_000_000).cast(pa.timestamp("us"))


def words(choices: tuple[str, ...], index: NDArray[np.generic]) -> pa.Array:
    """Text from a list by position."""
    return pa.DictionaryArray.from_arrays(pa.array(index.astype(np.int32)), pa.array(choices)).cast(pa.string())


def repeated(word: str, count: int) -> pa.Array:
    """One word for every row."""
    return words((word,), np.zeros(count, np.int32))
