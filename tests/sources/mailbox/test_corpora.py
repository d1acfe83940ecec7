"""Real mail that nobody in this project wrote: nothing breaks it, nothing is lost, every link is there."""

from __future__ import annotations

import gzip
import mailbox
import re
from collections import Counter
from email.utils import getaddresses
from pathlib import Path

import pytest

from answerback.sources.mailbox import find_owner
from answerback.sources.mailbox.places import MailFile, mail_files
from tests.sources.mailbox.letters import Outcome, load, playbook

CORPORA = [
    "cypherpunks_1992", "notmuch_corpora", "bigbang_lists", "mail_parser", "mail_thread_perl", "mailman", "gmime",
    "talon_fixtures",
]  # fmt: skip


def content_of(path: Path) -> bytes:
    return gzip.open(path).read() if path.suffix == ".gz" else path.read_bytes()


def counted_by_the_standard_library(path: Path, folder: Path) -> int:
    """Mails of an mbox as Python's own reader divides it: at every line that starts with `From `."""
    copy = folder / "copy.mbox"
    copy.write_bytes(content_of(path))
    theirs = mailbox.mbox(copy)
    count = len(theirs)
    theirs.close()
    return count


@pytest.mark.parametrize("corpus", CORPORA)
@pytest.mark.parametrize(("lists", "reading"), [("skip", False), ("keep", True)])
def test_every_mail_is_accounted_for(corpus: str, lists: str, reading: bool, shared_data: Path, tmp_path: Path) -> None:
    root = shared_data / "email_corpora" / corpus
    owner = find_owner(root)[0].address
    out = load(root, book=playbook({"read_replies": reading, "keep_subjects": True}), owner=owner, lists=lists)
    by_file = Counter([*(kept.place.file for kept in out.kept), *(reject.place.file for reject in out.rejects)])
    noted = {note.file for note in out.notes}
    expected = 0
    for file in mail_files(root):
        assert isinstance(file, MailFile)
        if file.name in noted:
            assert not by_file[file.name]
            # Licences, explanations, texts and signatures without a header, pages.
            assert not re.match(rb"(?i)(from|received|return-path|message-id):.*\n[a-z-]+:", content_of(file.path))
        elif re.match(rb"From ", content_of(file.path)):
            expected += counted_by_the_standard_library(file.path, tmp_path)
        elif file.name.endswith("output/substring.mbox"):
            # What another parser printed: three mails' structure behind a line of text, which is a reject.
            expected += counted_by_the_standard_library(file.path, tmp_path) + 1
        else:
            expected += 1
    assert expected > 0
    assert out.total == expected


def test_all_977_of_the_list_are_accounted_for(shared_data: Path) -> None:
    path = shared_data / "email_corpora/cypherpunks_1992/cyp-1992.mbox.gz"
    out = load(path, owner=find_owner(path)[0].address, lists="keep")
    assert out.total == 977
    # One sentence of a letter begins with "From "; 24 mails come from addresses without a domain.
    assert out.non_events["from_line_in_text"] == 1
    assert Counter(reject.reason for reject in out.rejects) == {"bad_address": 24}
    # A single mail bears the year 1999.
    assert out.also["coverage"][0]["to"].year == 1993  # type: ignore[attr-defined]


def expected_pairs(path: Path, folder: Path, seller: str) -> tuple[set[tuple[str, str]], set[tuple[str, str]]]:
    """(answer, parent) by message ids, where the seller answers somebody, and where somebody answers the seller.

    Told by the standard library alone: parents in the file, both senders with an address.
    """
    copy = folder / "copy.mbox"
    copy.write_bytes(content_of(path))
    theirs = mailbox.mbox(copy)
    sender: dict[str, str] = {}
    parent: dict[str, str] = {}
    for mail in theirs:
        own = (mail["message-id"] or "").strip().strip("<>")
        address = ([*getaddresses([str(mail["from"] or "")]), ("", "")])[0][1].lower()
        if own and "@" in address:
            sender[own] = address
            found = re.search(r"<([^<>]+)>", mail["in-reply-to"] or "")
            if found:
                parent[own] = found.group(1)
    theirs.close()
    pairs = {(child, above) for child, above in parent.items() if above in sender and child != above}
    ours = {(child, above) for child, above in pairs if sender[child] == seller and sender[above] != seller}
    answers = {(child, above) for child, above in pairs if sender[child] != seller and sender[above] == seller}
    return ours, answers


def linked(out: Outcome, child_type: str, parent_type: str) -> set[tuple[str, str]]:
    """(answer, parent) by the tokens that the records bear."""
    bearers = {
        str(event.fields["reference"]): key
        for key, event in out.events.items()
        if event.type == parent_type and "reference" in event.fields
    }
    return {
        (key, bearers[token])
        for key, event in out.events.items()
        if event.type == child_type
        for token in str(event.fields.get("refers_to", "")).split()
        if token in bearers
    }


@pytest.mark.parametrize("rank", range(5))
def test_every_answer_of_the_list_is_linked_by_its_tokens(rank: int, shared_data: Path, tmp_path: Path) -> None:
    path = shared_data / "email_corpora/cypherpunks_1992/cyp-1992.mbox.gz"
    seller = find_owner(path)[rank].address
    ours, answers = expected_pairs(path, tmp_path, seller)
    out = load(path, owner=seller, lists="keep")
    assert len(ours) + len(answers) > 10
    assert linked(out, "effort", "buyer_action") == ours
    assert linked(out, "buyer_action", "effort") == answers


def test_deep_threads_bear_all_their_references(shared_data: Path) -> None:
    root = shared_data / "email_corpora/notmuch_corpora/lkml"
    senders = re.findall(
        r"(?m)^From: .*<([^<>]+)>$", "\n".join(path.read_text("latin-1") for path in root.rglob("*:2,*"))
    )
    writer = Counter(senders).most_common(1)[0][0]
    out = load(root, owner=writer, lists="keep")
    assert len(out.kept) == 210
    deepest = max(len(str(event.fields.get("refers_to", "")).split()) for event in out.events.values())
    assert deepest > 8
    assert len(linked(out, "buyer_action", "effort") | linked(out, "effort", "buyer_action")) > 0
