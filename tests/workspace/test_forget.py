"""A person is forgotten: nothing of them is left in any file, nothing comes back, and everybody else's rows stand."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from answerback.domain.errors import BusyError, NotFoundError, UsageError
from answerback.domain.playbook import Playbook
from answerback.engine.duckdb import Limits
from answerback.workspace.access import note_use
from answerback.workspace.batches import Batch, LoadRequest, load, read_batches
from answerback.workspace.compaction import compact_log
from answerback.workspace.disk import checksum
from answerback.workspace.forget import Forgotten, finish_forgetting, forget, look_up
from answerback.workspace.home import Home, create_home, locked
from answerback.workspace.ids import Ids, ids_in
from answerback.workspace.journal import Entry, append
from answerback.workspace.log import read_folders
from answerback.workspace.snapshots import all_snapshots, read_snapshot, views_sql
from answerback.workspace.suppression import FORGOTTEN, NON_EVENT, read_suppression, suppression_digest
from tests.workspace.dying import Mortals, answer_of, steps_of
from tests.workspace.world import NOW, PLAYBOOK, Line, Lines, act, current, effort, ids, ignore, kept, make, take

ONE = Limits(threads=1)
JO = "jo.miller@acme.example"
OLD_JO = "jo@gmail.com"
WORDS = (JO, OLD_JO, "Jo Miller", "zq-contact-7")
SOURCES = ("crm", "mail")

PEOPLE: list[Line] = [
    kept("account", source_id="a1", name="Acme", domain="acme.example"),
    kept("contact", source_id="zq-contact-7", account_id="a1", name="Jo Miller", email="Jo.Miller@acme.example"),
    kept("contact", source_id="c2", account_id="a1", name="Lou", email="mary.jo.miller@acme.example"),
    kept("rep", source_id="r1", name="Ann", email="ann@seller.example", team="north"),
    kept("deal", source_id="d1", account_id="a1", owner_id="r1", name="Renewal for Jo Miller, 2026"),
]
EVENTS: list[Line] = [
    effort("e1", account_id=None, contact_id="zq-contact-7", reference="message:1", template=f"hello {JO}!"),
    effort("e2", contact_id="c2", reference="message:2"),
    effort(None, contact_id="zq-contact-7", occurred_at="2026-01-09T10:00:00Z"),
    act("b1", contact_id="zq-contact-7", refers_to="message:1"),
    act("b2", contact_id="c2", refers_to="message:2"),
    kept("participant", source_id="p1", event_id="e2", contact_id="zq-contact-7", role="cc"),
    kept("participant", event_id="e2", contact_id="c2", role="to"),
    kept("attribute", subject_kind="contact", subject_id="zq-contact-7", name="segment", value="gold"),
    kept("attribute", subject_kind="event", subject_id="e1", name="subject", text="A word in private"),
    kept("attribute", subject_kind="event", subject_id="b2", name="subject", text="Not private to Jo Miller"),
    kept("decision", source_id="x1", subject_kind="contact", subject_id="zq-contact-7", kind="separate", other_id="c2",
         occurred_at="2026-01-01"),
    {"reject": "truncated"},
]  # fmt: skip
MAIL: list[Line] = [
    kept("contact", source_id=JO, account_id="acme.example", email=JO, name="Jo Miller"),
    kept("account", source_id=OLD_JO, name="Jo Miller"),
    kept("contact", source_id=OLD_JO, account_id=OLD_JO, email=OLD_JO, name="Jo Miller"),
    effort("m1", rep_id="ann@seller.example", account_id=OLD_JO, contact_id=OLD_JO, reference=f"message:1.{JO}"),
    act("m2", account_id=OLD_JO, contact_id=OLD_JO, refers_to=f"message:1.{JO}"),
    act(f"m3/{JO}", account_id="acme.example", contact_id=JO),
    kept("decision", source_id="x2", subject_kind="contact", subject_id=JO, kind="merge", other_id=OLD_JO,
         occurred_at="2026-01-01"),
]  # fmt: skip


def load_file(home: Home, name: str, lines: list[Line], *, file: str) -> Batch:
    folder = home.root.parent / "exports" / name
    folder.mkdir(parents=True, exist_ok=True)
    (folder / file).write_text("".join(f"{json.dumps(line)}\n" for line in lines))
    return load(home, LoadRequest(Lines(), folder / file, name, name, playbook(), NOW, NOW, None, {}), ignore)


def playbook() -> Playbook:
    return Playbook.model_validate(PLAYBOOK.model_dump() | {"rep": [{"email": JO, "name": "Jo Miller"}]})


def built(home: Home, hours: int, settings: Playbook = PLAYBOOK) -> Any:
    return make(home, now=NOW + timedelta(hours=hours), playbook=settings)


def prepared(home: Home) -> Home:
    """Somebody in every sort of file: merged and single batches, two snapshots, the journal, a path, a note of use."""
    for number in range(3):
        take(home, [effort(f"x{number}", contact_id="c2")], at=NOW + timedelta(days=number))
    load_file(home, "crm", [*PEOPLE, *EVENTS], file=f"export of {JO}.mbox")
    compact_log(home, now=datetime.now(UTC), limits=ONE)
    built(home, 1, playbook())
    load_file(home, "mail", MAIL, file="inbox.mbox")
    built(home, 2, playbook())
    refusal = {"subject_kind": "contact", "subject_id": "zq-contact-7", "kind": "wait_until"}
    append(home, Entry("crm", "decision", refusal | {"source_id": "j1", "occurred_at": "2026-02-01"}, NOW))
    note_use(home, "explain", f"contact={JO}", now=NOW)
    return home


def forget_jo(home: Home, asked: str = JO) -> Forgotten:
    return forget(home, asked, playbook=playbook(), now=NOW + timedelta(hours=3), limits=ONE)


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Home:
    return prepared(create_home(tmp_path_factory.mktemp("forget") / "home"))


@pytest.fixture
def known(template: Home, tmp_path: Path) -> Home:
    shutil.copytree(template.root.parent, tmp_path / "copy")
    return Home(tmp_path / "copy" / "home")


def everything(home: Home) -> Iterator[tuple[str, str, set[int]]]:
    """Each file, all it says in words (its name, too), and all whole numbers in it."""
    for path in sorted(home.root.rglob("*")):
        said = str(path.relative_to(home.root))
        numbers = set[int]()
        if path.is_file():
            said += path.read_bytes().decode("utf-8", "replace")
        if path.suffix in (".parquet", ".arrow"):
            table = pa.ipc.open_file(path).read_all() if path.suffix == ".arrow" else pq.read_table(path)
            said += str(table.to_pylist())
            for column in table.columns:
                if pa.types.is_integer(column.type):
                    numbers |= set(column.drop_null().to_pylist())
        yield path.name, said.lower(), numbers


def keys_of(home: Home) -> set[int]:
    keys = home.keys()
    texts = {*WORDS, JO.upper(), "zq-contact-7"}
    found = {
        keys.key(space, source, text) for space in ("contact", "rep", "account") for source in SOURCES for text in texts
    }
    return found | {keys.key("email", "", text) for text in texts}


def hashes(home: Home, *keys: int) -> set[int]:
    """Content hashes of all rows that name one of these."""
    found = set[int]()
    for path in home.log.rglob("*.parquet"):
        for row in pq.read_table(path).to_pylist():
            if "content_hash" in row and set(keys) & {value for value in row.values() if isinstance(value, int)}:
                found.add(row["content_hash"])
    return found


def naming(home: Home, numbers: set[int]) -> list[str]:
    """The files that say a word of the person's, or one of these numbers."""
    return [
        name
        for name, said, seen in everything(home)
        if any(word.lower() in said.replace("mary.jo.miller@", "") for word in WORDS)
        or seen & numbers
        or any(str(number) in said for number in numbers)
    ]


def test_no_file_says_who_it_was_and_no_hash_of_theirs_finds_anything(known: Home) -> None:
    theirs = keys_of(known)
    old = hashes(known, *theirs)
    assert len(set(naming(known, theirs))) > 12, "they were everywhere"
    assert len(old) > 8
    forget_jo(known)
    assert naming(known, theirs | old) == []
    for snapshot in all_snapshots(known):
        made = Ids([known.root / part.path for part in snapshot.ids])
        others = {key: text for key, text in ids(known).items() if not text.startswith("message:")}
        assert made.of(ids(known)) == others, "all others have theirs, and tokens are asked for by nobody"
    assert not known.forgetting.exists()


def test_the_next_build_is_made_without_them(known: Home) -> None:
    forget_jo(known)
    snapshot = built(known, 4).snapshot
    assert snapshot.number == 3
    assert naming(known, keys_of(known)) == []


def test_everybody_elses_rows_stand(known: Home) -> None:
    before, names = current(known, "effort", "buyer_action", "participant", "contact"), ids(known)
    forget_jo(known)
    after = current(known, "effort", "buyer_action", "participant", "contact")
    for record, key in (("effort", "effort_key"), ("buyer_action", "action_key")):
        assert {row[key] for row in after[record]} == {row[key] for row in before[record]}
        theirs = {row[key] for row in before[record] if row["contact_key"] in keys_of(known)}
        others = [[row for row in rows if row[key] not in theirs] for rows in (before[record], after[record])]
        assert sorted(map(str, others[0])) == sorted(map(str, others[1]))
        assert {row["contact_key"] for row in after[record] if row[key] in theirs} == {None}
    [e1] = [row for row in after["effort"] if names[row["effort_key"]] == "e1"]
    assert names[e1["account_key"]] == "a1", "an effort toward the person stays one toward their company"
    assert len(after["contact"]) == 1
    assert len(after["participant"]) == 1


def test_texts_on_their_own_events_go_and_others_lose_the_name(known: Home) -> None:
    forget_jo(known)
    texts = {
        row[name]
        for path in known.log.rglob("*.names.parquet")
        for row in pq.read_table(path).to_pylist()
        for name in ("text", "name")
        if row.get(name)
    }
    assert texts == {"Not private to (forgotten)", "Renewal for (forgotten), 2026", "Acme", "Lou", "Ann"}


def test_what_was_kept_is_whole(known: Home) -> None:
    forget_jo(known)
    assert_whole(known)
    for number in ("1", "2"):
        assert read_snapshot(known, number).number == int(number)


def assert_whole(home: Home) -> None:
    for folder in read_folders(home):
        for file in folder.files:
            path = home.log / folder.name / file.name
            assert (checksum(path), pq.read_metadata(path).num_rows) == (file.checksum, file.rows)
    for snapshot in all_snapshots(home):
        assert (home.snapshots / f"{snapshot.name}.views.sql").read_text() == views_sql(snapshot)
        for part in snapshot.parts():
            path = home.root / part.path
            rows = ids_in(path) if part in snapshot.ids else pq.read_metadata(path).num_rows
            assert (checksum(path), rows) == (part.checksum, part.rows)
        assert snapshot.ids
    assert {path.stat().st_mode & 0o77 for path in home.root.rglob("*")} == {0}


def test_a_later_load_brings_nothing_back(known: Home) -> None:
    forget_jo(known)
    again = load_file(known, "crm", [*PEOPLE, *EVENTS], file=f"export of {JO}.mbox")
    assert not again.new
    more = load_file(known, "crm", [*PEOPLE, *EVENTS, effort("e9")], file=f"longer export of {JO}.mbox")
    assert more.new
    assert more.non_events == {NON_EVENT: 4}, "the contact, their place in a mail, what is said of them, a decision"
    assert more.read == more.kept + sum(more.non_events.values()) + more.rejects
    assert load_file(known, "mail", [*MAIL, effort("m9")], file="longer.mbox").non_events == {NON_EVENT: 4}
    built(known, 4)
    found = naming(known, keys_of(known))
    assert set(found) <= {"deal.names.parquet", "attribute.names.parquet"}, "a name in a text cannot be known again"
    assert {
        row["name"] for path in known.log.rglob("contact.names.parquet") for row in pq.read_table(path).to_pylist()
    } == {"Lou"}


def test_loaded_again_their_events_are_the_same_events(known: Home) -> None:
    forget_jo(known)
    before = {row["effort_key"] for row in current(known, "effort")["effort"]}
    load_file(known, "crm", [*PEOPLE, *EVENTS, kept("happening", text="x")], file="longer.mbox")
    assert {row["effort_key"] for row in current(known, "effort")["effort"]} == before


def test_an_address_under_an_id_that_nobody_knew_is_recognised(known: Home) -> None:
    forget_jo(known)
    lines = [effort("n1", contact_id="new-id"), kept("contact", source_id="new-id", email=JO.upper(), name="J.")]
    batch = load_file(known, "dialler", lines, file="calls.csv")
    assert batch.non_events == {NON_EVENT: 1}
    key = known.keys().key("contact", "dialler", "new-id")
    assert [name for name, said, numbers in everything(known) if key in numbers or "new-id" in said] == []
    later = load_file(known, "dialler", [effort("n2", contact_id="new-id")], file="more.csv")
    assert later.new
    assert [name for name, _, numbers in everything(known) if key in numbers] == []


def test_a_rep_is_forgotten(known: Home) -> None:
    before = current(known, "effort")["effort"]
    keys = known.keys()
    own = {
        keys.key("rep", "crm", "r1"),
        keys.key("rep", "mail", "ann@seller.example"),
        keys.key("email", "", "ann@seller.example"),
    }
    forget(known, "crm:r1", playbook=playbook(), now=NOW, limits=ONE)
    forget(known, "ann@seller.example", playbook=playbook(), now=NOW, limits=ONE)
    after = current(known, "effort", "rep", "deal")
    assert after["rep"] == []
    instead = {keys.key("rep", source, FORGOTTEN) for source in SOURCES}
    assert {row["rep_key"] for row in after["effort"]} == instead
    assert len(after["effort"]) == len(before)
    assert after["deal"][0]["owner_key"] in instead
    assert [name for name, said, numbers in everything(known) if own & numbers or "ann@seller.example" in said] == []
    assert ids(known)[keys.key("rep", "crm", FORGOTTEN)] == FORGOTTEN
    load_file(known, "crm", [*PEOPLE, *EVENTS, effort("e9")], file="longer.csv")
    assert {row["rep_key"] for row in current(known, "effort")["effort"]} == instead
    assert current(known, "rep")["rep"] == []
    built(known, 5)


def test_looking_changes_nothing_and_says_what_there_is(known: Home) -> None:
    before = {path: path.read_bytes() for path in known.root.rglob("*") if path.is_file()}
    seen = look_up(known, JO, limits=ONE)
    assert {path: path.read_bytes() for path in known.root.rglob("*") if path.is_file()} == before
    assert not seen.done
    assert {(space, source) for space, source, _ in seen.person.known_as} == {("contact", "crm"), ("contact", "mail")}
    assert seen.person.addresses == (JO, OLD_JO)
    assert seen.found["contact: gone"] == 3
    assert seen.found["effort: without them"] == 3
    assert seen.found["buyer_action: without them"] == 3
    assert seen.found["participant: gone"] == 1
    assert seen.found["snapshots"] == 2
    assert seen.found["journal entries"] == 1
    assert seen.found["lines of usage.log"] == 1
    done = forget_jo(known)
    assert done.done
    assert done.found.keys() >= seen.found.keys() - {"journal entries"}
    assert json.loads(known.usage.read_text().splitlines()[-1])["purpose"] == "forget"
    assert JO not in known.usage.read_text()


def test_by_any_id_of_theirs_it_is_the_same_person(known: Home) -> None:
    by_address = look_up(known, JO, limits=ONE).person
    for asked in ("zq-contact-7", "crm:zq-contact-7", f"mail:{OLD_JO}", OLD_JO.upper()):
        assert look_up(known, asked, limits=ONE).person.keys == by_address.keys


def test_who_is_meant_must_be_clear(known: Home) -> None:
    load_file(known, "dialler", [kept("contact", source_id="c2"), kept("rep", source_id="zq-contact-7")], file="x.csv")
    with pytest.raises(
        UsageError, match=r"several sources have 'c2' \(PERSON\)\. Next: name one of crm:c2, dialler:c2"
    ):
        look_up(known, "c2", limits=ONE)
    load_file(known, "crm", [kept("rep", source_id="c2")], file="y.csv")
    with pytest.raises(UsageError, match="a contact and a rep have the id 'crm:c2'"):
        look_up(known, "crm:c2", limits=ONE)
    assert look_up(known, "crm:c2", of="rep", limits=ONE).person.reps
    with pytest.raises(NotFoundError, match="nobody is known as 'nobody'"):
        look_up(known, "nobody", limits=ONE)


def test_the_playbook_is_its_owners_to_change(known: Home) -> None:
    known.playbook.write_text(f'[[rep]]\nemail = "{JO}"\n')
    assert forget_jo(known).left == ("playbook.toml, line 2",)
    assert JO in known.playbook.read_text()


def test_no_load_and_no_build_runs_meanwhile(known: Home) -> None:
    for purpose, shared in (("load", True), ("build", False)):
        with locked(known, purpose, shared=shared), pytest.raises(BusyError):
            forget_jo(known)
    with locked(known, "load"), pytest.raises(BusyError):
        take(known, [effort("e1")])
    assert suppression_digest(known) == ""


def test_the_entry_says_nothing_of_who_it_was(known: Home) -> None:
    forget_jo(known)
    keys = known.keys()
    assert read_suppression(known, keys).is_address(JO)
    assert not read_suppression(known, keys).is_address("mary.jo.miller@acme.example")
    said = known.forgotten.read_text()
    assert json.loads(said)["entries"][0]["marks"]
    assert not any(f"{key & (2**64 - 1):016x}" in said for key in keys_of(known))
    digest = suppression_digest(known)
    forget(known, "c2", playbook=playbook(), now=NOW, limits=ONE)
    assert suppression_digest(known) != digest


def forget_now(home: Home) -> None:
    forget_jo(home)


@pytest.mark.slow
def test_killed_at_a_spread_of_its_steps_it_has_not_begun_or_is_finished(template: Home, tmp_path: Path) -> None:
    mortals = Mortals()
    shutil.copytree(template.root.parent, tmp_path / "counted")
    total = answer_of(steps_of, forget_now, Home(tmp_path / "counted" / "home"))
    assert total > 150
    seen = set()
    for step in range(5, total + 1, max(1, total // 9)):
        folder = tmp_path / str(step)
        shutil.copytree(template.root.parent, folder)
        home = Home(folder / "home")
        theirs = keys_of(home)
        assert mortals.killed(forget_now, home, step=step)
        begun = home.forgetting.exists()
        seen.add(begun)
        assert_whole_or_going(home)
        with locked(home, "build"):
            assert finish_forgetting(home, now=NOW, limits=ONE) == begun
        if begun or suppression_digest(home):
            assert naming(home, theirs) == []
        else:
            assert look_up(home, JO, limits=ONE).person.contacts
        assert_whole(home)
        built(home, 5)
        assert bool(naming(home, theirs)) is not (begun or bool(suppression_digest(home)))
        shutil.rmtree(folder)
    mortals.end()
    assert seen == {True, False}


def assert_whole_or_going(home: Home) -> None:
    """In between, too, every batch can be read."""
    assert len(read_batches(home)) >= 5
