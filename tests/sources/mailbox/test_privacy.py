"""What never becomes a record: the unknown, the excluded, the text."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from answerback.domain.errors import PlaybookError, SourceError, UsageError
from answerback.domain.reading import Reading
from answerback.sources.mailbox import SOURCE
from tests.sources.mailbox.letters import Outcome, letter, load, load_letters, mbox, playbook

BOB = "Bob Buyer <bob@buyer.example>"
ANN = "Ann Day <ann@acme.example>"


def load_known(folder: Path, known: set[tuple[str, str]], *letters: str) -> tuple[Outcome, list[tuple[str, str]]]:
    path = folder / "Inbox.mbox"
    path.write_bytes(mbox(*letters))
    asked: list[tuple[str, str]] = []

    def knows(field: str, text: str) -> bool:
        asked.append((field, text))
        return (field, text) in known

    reading = Reading(playbook({"outside": "known"}), datetime(2026, 6, 1, tzinfo=UTC), knows)
    return Outcome(list(SOURCE.read(path, reading))), asked


@pytest.mark.parametrize("known", [("email", "bob@buyer.example"), ("domain", "buyer.example")])
@pytest.mark.parametrize(
    "mail",
    [
        letter(ANN, "bob@buyer.example", id="1@a.example"),
        letter(ANN, "eve@other.example", cc="bob@buyer.example", id="1@a.example"),
        letter("bob@buyer.example", ANN, id="1@a.example"),
        letter("eve@other.example", ANN, cc="bob@buyer.example", id="1@a.example"),
        letter("MAILER-DAEMON@x.example", ANN, id="1@a.example", x_failed_recipients="bob@buyer.example"),
    ],
)
def test_one_known_outside_party_is_enough(tmp_path: Path, known: tuple[str, str], mail: str) -> None:
    assert len(load_known(tmp_path, {known}, mail)[0].kept) == 1
    assert dict(load_known(tmp_path, {("email", "zoe@x.example")}, mail)[0].non_events) == {"unknown_outside_party": 1}


def test_a_free_mail_domain_makes_nobody_known(tmp_path: Path) -> None:
    out, asked = load_known(tmp_path, {("domain", "gmail.com")}, letter(ANN, "eve@gmail.com"))
    assert dict(out.non_events) == {"unknown_outside_party": 1}
    assert asked == [("email", "eve@gmail.com")]


def test_each_address_is_asked_for_once(tmp_path: Path) -> None:
    _, asked = load_known(tmp_path, set(), *[letter(ANN, "bob@buyer.example")] * 50)
    assert asked == [("email", "bob@buyer.example"), ("domain", "buyer.example")]


def test_of_an_unknown_party_nothing_is_handed_over(tmp_path: Path) -> None:
    out, _ = load_known(tmp_path, set(), letter(BOB, ANN), letter(ANN, BOB))
    assert "buyer.example" not in repr(out.items)


@pytest.mark.parametrize(
    ("name", "mail", "settings", "kind"),
    [
        ("Private.mbox", letter(), {"exclude_folders": ["private"]}, "excluded_folder"),
        ("Mail/Private/Inbox", letter(), {"exclude_folders": ["Private"]}, "excluded_folder"),
        ("Mail/.Work.Private/cur/1:2,S", letter(), {"exclude_folders": ["Private"]}, "excluded_folder"),
        ("Mail/Private.sbd/Doctor", letter(), {"exclude_folders": ["Private"]}, "excluded_folder"),
        ("a.mbox", letter(x_folder=r"\ann\Private\2026"), {"exclude_folders": ["Private"]}, "excluded_folder"),
        ("a.mbox", letter(x_gmail_labels="Inbox,Family"), {"exclude_labels": ["family"]}, "excluded_label"),
        (
            "a.mbox",
            letter(x_gmail_labels="=?utf-8?q?M=C3=A9decin?="),
            {"exclude_labels": ["Médecin"]},
            "excluded_label",
        ),
        ("a.mbox", letter(), {"exclude_addresses": ["bob@buyer.example"]}, "excluded_address"),
        ("a.mbox", letter(), {"exclude_addresses": ["buyer.example"]}, "excluded_address"),
        ("a.mbox", letter(cc="x@mail.doctor.example"), {"exclude_addresses": ["@doctor.example"]}, "excluded_address"),
        ("a.mbox", letter(sensitivity="Private"), {}, "excluded_sensitivity"),
        ("a.mbox", letter(sensitivity="Company-Confidential"), {}, "excluded_sensitivity"),
        ("Drafts.mbox", letter(), {}, "draft"),
        ("Maildir/cur/1:2,DS", letter(), {}, "draft"),
        ("Junk", letter(), {}, "spam"),
    ],
)
def test_what_is_excluded_is_counted_and_nothing_else(
    tmp_path: Path, name: str, mail: str, settings: dict[str, object], kind: str
) -> None:
    root = tmp_path / "export"
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    if "cur" in name:
        (path.parent.parent / "new").mkdir()
        path.write_text(mail)
    else:
        path.write_bytes(mbox(mail))
    out = load(root, book=playbook(settings))
    assert dict(out.non_events) == {kind: 1}
    assert not out.also
    assert "bob" not in repr(out.items)


def test_what_is_not_excluded_is_kept(tmp_path: Path) -> None:
    book = playbook(
        {"exclude_folders": ["Private"], "exclude_labels": ["Family"], "exclude_addresses": ["doctor.example"]}
    )
    out = load_letters(tmp_path, letter(sensitivity="Normal", x_gmail_labels="Inbox", id="1@a.example"), book=book)
    assert len(out.kept) == 1


def test_neither_text_nor_subject_is_handed_over(tmp_path: Path) -> None:
    mails = [
        letter(subject="Secret-4711", text="Secret-4711", id="1@a.example"),
        letter(BOB, ANN, subject="Re: Secret-4711", text="Secret-4711", id="2@b.example", answers=("1@a.example",)),
        letter(BOB, ANN, subject="Secret-4711", text="Secret-4711", date="never", id="3@b.example"),
    ]
    for settings in ({"read_replies": False}, {"read_replies": True}):
        assert "4711" not in repr(load_letters(tmp_path, *mails, book=playbook(settings)).items)


def test_subjects_are_kept_only_where_switched_on(tmp_path: Path) -> None:
    mail = letter(subject="=?utf-8?q?Gr=C3=BC=C3=9Fe?=", id="1@a.example")
    (kept,) = load_letters(tmp_path, mail, book=playbook({"keep_subjects": True})).of("attribute")
    assert (kept["subject_kind"], kept["subject_id"], kept["name"], kept["text"]) == (
        "event", "1@a.example", "subject", "Grüße",
    )  # fmt: skip
    assert not load_letters(tmp_path, mail).of("attribute")


@pytest.mark.parametrize(
    ("name", "value"), [("colour", "red"), ("lists", "some"), ("owner", "ann"), ("own", "gmail.com")]
)
def test_wrong_options_are_told(tmp_path: Path, name: str, value: str) -> None:
    path = tmp_path / "a.mbox"
    path.write_bytes(mbox(letter()))
    with pytest.raises(UsageError):
        list(SOURCE.read(path, Reading(playbook(), datetime(2026, 6, 1, tzinfo=UTC), options={name: value})))


def test_without_sellers_nothing_can_be_told(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="who sells"):
        load_letters(tmp_path, letter(), book=playbook(own=()))


def test_a_free_mail_domain_is_nobodys_own(tmp_path: Path) -> None:
    with pytest.raises(PlaybookError):
        load_letters(tmp_path, letter(), book=playbook(own=("gmail.com",)))
