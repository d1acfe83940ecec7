"""A public mailing list, calendars and CRM exports through the command line."""

from __future__ import annotations

import gzip
import mailbox
import re
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from email.utils import getaddresses
from pathlib import Path

import pytest

from tests.cli.terminal import answerback
from tests.end_to_end.conftest import ROOT, Loaded

LIST = "email_corpora/cypherpunks_1992/cyp-1992.mbox.gz"


@pytest.fixture(scope="module")
def mails(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> list[tuple[str, str, set[str]]]:
    """Message id, sender and the ids it answers, of each mail, as the standard library reads them."""
    copy = tmp_path_factory.mktemp("list") / "copy.mbox"
    copy.write_bytes(gzip.decompress((shared_data / LIST).read_bytes()))
    box, found = mailbox.mbox(copy), []
    for mail in box:
        own = str(mail["message-id"] or "").strip().strip("<>")
        sender = ([*getaddresses([str(mail["from"] or "")]), ("", "")])[0][1].lower()
        named = f"{mail['in-reply-to'] or ''} {mail['references'] or ''}"
        found.append((own, sender, set(re.findall(r"<([^<>\s]+)>", named))))
    box.close()
    return found


@pytest.fixture(scope="module")
def seller(mails: list[tuple[str, str, set[str]]]) -> str:
    """The most frequent poster."""
    return Counter(sender for _, sender, _ in mails if "@" in sender).most_common(1)[0][0]


@pytest.fixture(scope="module")
def listed(shared_data: Path, loaded: Callable[..., Loaded], seller: str) -> Loaded:
    return loaded((shared_data / LIST, "--set", f"owner={seller}", "--set", "lists=keep"))


def test_all_977_mails_are_accounted_for(listed: Loaded) -> None:
    (said,) = listed.said
    assert said["read"] == said["kept"] + said["non_events"] + said["rejects"] == 977
    assert listed.terminal("show", "rejects").code == 0


def test_links_by_reference_are_those_that_the_headers_say(
    listed: Loaded, mails: list[tuple[str, str, set[str]]], seller: str
) -> None:
    """Each mail of somebody else that names mails of the seller answers the latest of them written before it."""
    efforts = {row["effort_id"]: datetime.fromisoformat(row["occurred_at"]) for row in listed.show("efforts")}
    acts = {row["action_id"]: datetime.fromisoformat(row["occurred_at"]) for row in listed.show("actions")}
    wanted: dict[str, set[str]] = {}
    for own, sender, named in mails:
        if sender == seller or own not in acts:
            continue
        before = {parent: efforts[parent] for parent in named if parent in efforts and efforts[parent] <= acts[own]}
        if before:
            latest = max(before.values())
            wanted[own] = {parent for parent, at in before.items() if at == latest}
    found = {row["action_id"]: row["effort_id"] for row in listed.show("links") if row["basis"] == "reference"}
    assert len(found) > 10
    assert found.keys() == wanted.keys()
    assert all(found[act] in wanted[act] for act in found)


def test_mine_reads_the_list(shared_data: Path, seller: str) -> None:
    ran = answerback(
        "mine", shared_data / LIST, "--owner", seller, "--set", "lists=keep", "--quiet", "--format", "json"
    )
    assert ran.code == 0, ran.err
    assert len(ran.rows) > 1


def test_calendars_load_and_build(shared_data: Path, loaded: Callable[..., Loaded]) -> None:
    calendar = shared_data / "ics" / "recurring_ical_events" / "issue42.ics"
    named = re.search(r"^X-WR-CALNAME:(.*)$", calendar.read_text(encoding="utf-8"), re.MULTILINE)
    assert named
    owner = ("--set", f"owner={named[1].strip()}")
    found = loaded((calendar, *owner), (shared_data / "ics" / "libical",))
    for said in found.said:
        assert said["read"] == said["kept"] + said["non_events"] + said["rejects"] > 0
    assert found.said[0]["read"] == 4_778
    kinds = Counter(row["kind"] for row in found.show("actions"))
    assert kinds
    assert all(row["reason"] for row in found.show("on-base") if row["rate"] is None)


@pytest.mark.parametrize(
    ("folder", "words", "said"),
    [
        (
            "maven_crm",
            ["--mapping", ROOT / "examples" / "maven_crm" / "mapping.toml"],
            "unlisted_value in product_line",
        ),
        ("fivetran_crm_fixtures/salesforce", [], "constant_time in occurred_at"),
        ("fivetran_crm_fixtures/hubspot", [], "masked in email"),
    ],
)
def test_a_crm_without_activities_says_that_it_cannot_tell(
    shared_data: Path, loaded: Callable[..., Loaded], folder: str, words: list[str | Path], said: str
) -> None:
    found = loaded((shared_data / folder, *words))
    (batch,) = found.said
    assert batch["read"] == batch["kept"] + batch["non_events"] + batch["rejects"] > 100
    (row,) = found.show("on-base")
    assert (row["efforts"], row["rate"], row["low"], row["high"], row["reason"]) == (
        0,
        None,
        None,
        None,
        "no_efforts_loaded",
    )
    assert row["reason_text"] == "cannot tell: no efforts loaded"
    assert found.terminal("show", "on-base").text.startswith("Cannot tell: no efforts loaded")
    remarks = found.terminal.rows("doctor")
    assert any(said in remark["what"] for remark in remarks)
    assert any(remark["about"] == "touches" and remark["weight"] == "missing" for remark in remarks)


def test_the_other_spelling_of_a_product_is_told_with_its_number(
    shared_data: Path, loaded: Callable[..., Loaded]
) -> None:
    found = loaded((shared_data / "maven_crm", "--mapping", ROOT / "examples" / "maven_crm" / "mapping.toml"))
    assert any("1,480 rows" in remark["what"] for remark in found.terminal.rows("doctor"))
    (deals,) = [row for row in found.said[0]["records"] if row["record"] == "deal"]
    assert deals["rows"] == 8_800
