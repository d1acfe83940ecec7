"""The data's own pages: for operations alone, each with something to say, and with the decisions that they take."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html import unescape
from pathlib import Path

import pyarrow as pa
import pytest
from django.test import Client

from answerback.analysis.loaded import WEEK, reject_groups, rejects_of, strips, week_ends
from answerback.analysis.trust.cover import Cover, _in_columns
from answerback.engine.catalogue import catalogue
from answerback.people.models import Noted
from answerback.present.glossary import meanings, relations_without
from answerback.web.answering import desk as desks
from answerback.web.answering.desk import desk
from answerback.web.running.working import Status
from answerback.workspace.home import open_home
from answerback.workspace.journal import written
from answerback.workspace.snapshots import publish, read_snapshot

SignedIn = Callable[[str], Client]
PAGES = (
    "",
    "coverage/",
    "rejects/",
    "identities/",
    "contests/",
    "fields/",
    "definitions/",
    "definitions/link/",
    "builds/",
)


def text_of(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200, address
    return unescape(re.sub(r"<[^>]+>", " ", response.content.decode()))


@pytest.mark.parametrize("page", PAGES)
def test_it_is_for_operations_alone_and_asks_little(
    page: str, signed_in: SignedIn, django_assert_max_num_queries: Callable[[int], object]
) -> None:
    for name in ("Oskar Ricci", "Kofi Novak", "Jana Sato", "Enablement", "Admin"):
        assert signed_in(name).get(f"/data/{page}").status_code == 404
    client = signed_in("Revenue operations")
    with django_assert_max_num_queries(11):  # type: ignore[attr-defined]
        assert client.get(f"/data/{page}").status_code == 200


@pytest.mark.parametrize("page", ["", "coverage/", "fields/"])
def test_while_it_is_worked_out_the_page_says_so(
    page: str, signed_in: SignedIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = signed_in("Revenue operations")
    for module in ("overview", "coverage"):
        monkeypatch.setattr(f"answerback.web.pages.data.{module}.ahead", lambda *_: None)
    assert "Load the page again in a moment" in text_of(client, f"/data/{page}")


def test_the_overview_leads_with_the_answer_and_names_each_source(signed_in: SignedIn) -> None:
    shown = text_of(signed_in("Revenue operations"), "/data/")
    assert "The newest record is" in shown
    for source in ("mailbox", "calendar", "salesforce", "dialler"):
        assert source in shown


def test_coverage_is_told_of_each_rep_and_found_by_name(signed_in: SignedIn) -> None:
    client = signed_in("Revenue operations")
    everybody, one = text_of(client, "/data/coverage/"), text_of(client, "/data/coverage/?q=osk")
    assert "Oskar Ricci" in everybody
    assert "Tessa Dahl" in everybody
    assert "Oskar Ricci" in one
    assert "Tessa Dahl" not in one
    assert "Nobody of this name" in text_of(client, "/data/coverage/?q=%27%3B--nobody&page=-3")


def test_a_week_is_dark_as_far_as_it_was_loaded() -> None:
    now = datetime(2026, 6, 1, tzinfo=UTC)
    start = (now - 2 * WEEK - timedelta(days=3, hours=12)).timestamp()
    cover = Cover({(7, "email"): _in_columns([(start, now.timestamp())])})
    (strip,) = strips(cover, 7, ("email", "call"), now)
    assert (strip.channel, strip.weeks[-4:]) == ("email", (0.0, 0.5, 1.0, 1.0))
    assert week_ends(now)[-1] == now


def test_rejects_are_grouped_and_each_group_opens() -> None:
    rows = [("a.csv", 7, "when", "no time"), ("a.csv", 3, "when", "no time"), ("b.csv", 1, None, "no columns")]
    table = pa.table(
        {
            "batch_id": ["x"] * 3,
            "file": [row[0] for row in rows],
            "at": [row[1] for row in rows],
            "field": pa.array([row[2] for row in rows], pa.string()),
            "reason": [row[3] for row in rows],
            "hint": ["a time", "a time", ""],
        }
    )
    groups = reject_groups(table)
    assert [(each.file, each.field, each.rows) for each in groups] == [("a.csv", "when", 2), ("b.csv", "", 1)]
    assert [rejects_of(table, each.file, each.field, each.reason)["at"].to_pylist() for each in groups] == [[3, 7], [1]]
    assert rejects_of(table, "a.csv", "other", "no time").num_rows == 0


def test_a_group_that_there_is_not_is_not_found(signed_in: SignedIn) -> None:
    client = signed_in("Revenue operations")
    assert client.get("/data/rejects/", {"file": "'; --", "field": "x", "reason": "y"}).status_code == 404


def test_a_doubtful_pair_is_decided_once_and_written_down(
    signed_in: SignedIn, workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with desk().reading() as reader:
        one, other = reader.query(
            "select distinct id from ids where space = 'account' and source = 'salesforce' order by id limit 2"
        )["id"].to_pylist()
    pair = {"kind": "account", "id": one, "other_id": other, "why": "several accounts of one source have this domain"}
    monkeypatch.setattr("answerback.web.pages.data.doubts.show", lambda *_: pa.Table.from_pylist([pair]))
    client = signed_in("Revenue operations")
    assert "1 pair of records" in text_of(client, "/data/identities/")
    asked = {"one": one, "other": other, "kind": "merge"}
    assert client.post("/data/identities/", asked | {"kind": "melt"}).status_code == 404
    assert client.post("/data/identities/", asked | {"one": "nobody's"}).status_code == 404
    assert signed_in("Kofi Novak").post("/data/identities/", asked).status_code == 404
    assert client.post("/data/identities/", asked).status_code == 302
    (entry,) = written(open_home(workspace), "decision")
    said = {name: entry.fields[name] for name in ("subject_kind", "subject_id", "other_id", "kind", "reason")}
    assert said == {"subject_kind": "account", "subject_id": one, "other_id": other, "kind": "merge",
                    "reason": "same_company"}  # fmt: skip
    assert Noted.objects.filter(what="identity: merge").count() == 1
    assert "Nobody has to decide" in text_of(client, "/data/identities/")


def test_what_a_rep_contests_is_settled_by_operations_and_nobody_else(signed_in: SignedIn, workspace: Path) -> None:
    from answerback.workspace.journal import Entry, append
    from answerback.workspace.known import source_of

    home, now = open_home(workspace), datetime.now(UTC)
    with desk().reading() as reader:
        (event,) = reader.query("select min(id) as id from ids where space = 'event' and source = 'dialler'")[
            "id"
        ].to_pylist()
    said = {"subject_kind": "event", "subject_id": event, "kind": "contest", "occurred_at": now.isoformat()}
    append(home, Entry(source_of(home, "event", (event,)), "decision", said, now - timedelta(seconds=5)))
    operations, asked = signed_in("Revenue operations"), {"event": event, "kind": "void"}
    assert "1 record is contested" in text_of(operations, "/data/contests/")
    for name in ("Kofi Novak", "Jana Sato", "Oskar Ricci"):
        assert signed_in(name).post("/data/contests/", asked).status_code == 404
    assert operations.post("/data/contests/", asked | {"event": "other"}).status_code == 404
    assert operations.post("/data/contests/", asked).status_code == 302
    assert [entry.fields["kind"] for entry in written(home, "decision")] == ["contest", "void"]
    assert "No record is contested" in text_of(operations, "/data/contests/")


def test_each_word_leads_to_relations_that_there_are_and_each_relation_opens(signed_in: SignedIn) -> None:
    known, client = {each.name for each in catalogue()}, signed_in("Revenue operations")
    inputs = {"same_as", "doubtful", "playbook_play", "playbook_proof"}
    named = {name for each in meanings() for name in each.relations}
    assert named <= known | inputs
    kept = {each.name for each in catalogue() if each.kept}
    assert kept <= named | set(relations_without())
    for name in sorted(known)[::6]:
        assert "How it is made" in text_of(client, f"/data/definitions/{name}/")
    assert client.get("/data/definitions/no_such_thing/").status_code == 404


def test_a_build_can_be_asked_for_once_at_a_time(signed_in: SignedIn, monkeypatch: pytest.MonkeyPatch) -> None:
    from answerback.web.running import jobs

    asked: list[str] = []
    monkeypatch.setattr("answerback.web.pages.data.builds.build_apart", lambda root, *_: asked.append(str(root)))
    client = signed_in("Revenue operations")
    shown = text_of(client, "/data/builds/")
    assert "Build 000001" in shown
    assert "mailbox" in shown
    assert client.post("/data/builds/").status_code == 302
    for job in jobs.jobs().of_kind("build"):
        assert job.finished.wait(10)
    assert len(asked) == 1
    assert signed_in("Kofi Novak").post("/data/builds/").status_code == 404


def test_builds_say_how_long_they_took_what_they_changed_and_when_the_next_one_is(
    signed_in: SignedIn, workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = open_home(workspace)
    newest = read_snapshot(home)
    none = {"effort": replace(newest.relations["effort"], parts=())}
    relations = newest.relations | none
    second = replace(
        newest,
        number=newest.number + 1,
        batches=newest.batches[1:],
        playbook="{}",
        code_version="9",
        relations=relations,
    )
    third = replace(newest, number=newest.number + 2, took_seconds=42.0)
    assert publish(home, second)
    assert publish(home, third)
    desks.forget_desk()
    client = signed_in("Revenue operations")
    shown = text_of(client, "/data/builds/")
    assert "It took 42 seconds" in shown
    touches = newest.relations["effort"].rows
    assert f"other settings; version {newest.code_version} instead of 9; {touches:,} touches more" in shown
    assert re.search(r"1 load \(\w+\); other settings", shown)
    assert "No build begins by itself here" in shown
    at = datetime(2026, 11, 30, 12, 0, 5, tzinfo=UTC)
    monkeypatch.setattr("answerback.web.pages.data.builds.is_at_work", lambda: True)
    assert "a few seconds after something comes in" in text_of(client, "/data/builds/")
    monkeypatch.setattr("answerback.web.pages.data.builds.status", lambda: Status(waiting=True, next_at=at))
    assert "begins at 13:00:05," in text_of(client, "/data/builds/")
