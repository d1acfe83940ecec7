"""For which days a mailbox was seen, and whose it is."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

from answerback.sources.mailbox import find_owner
from tests.sources.mailbox.letters import Outcome, letter, load, load_letters, mbox, playbook

START = datetime(2026, 1, 5, 9, tzinfo=UTC)
BOB, ANN, DAN = "bob@buyer.example", "ann@acme.example", "dan@acme.example"


def mail(day: float, sender: str, to: str, **fields: str) -> str:
    at = START + timedelta(days=day)
    return letter(sender, to, date=format_datetime(at), id=f"{sender}{day}{to}", **fields)


def coverage(out: Outcome) -> list[tuple[object, float, float]]:
    return [
        (
            row["rep_id"],
            (row["from"] - START) / timedelta(days=1),  # type: ignore[operator]
            (row["to"] - timedelta(seconds=1) - START) / timedelta(days=1),  # type: ignore[operator]
        )
        for row in out.also.get("coverage", [])
    ]


def test_a_mailbox_covers_its_owner_from_the_first_mail_to_just_after_the_last(tmp_path: Path) -> None:
    out = load_letters(tmp_path, mail(3, ANN, BOB), mail(0, BOB, ANN), mail(9, ANN, f"{BOB}, {DAN}"), mail(5, DAN, ANN))
    assert coverage(out) == [(ANN, 0, 9)]
    assert out.also["coverage"][0]["channel"] == "email"


def test_each_file_has_its_owner(tmp_path: Path) -> None:
    (tmp_path / "ann.mbox").write_bytes(mbox(mail(0, BOB, ANN), mail(1, ANN, BOB), mail(4, DAN, f"{ANN}, {BOB}")))
    (tmp_path / "dan.mbox").write_bytes(mbox(mail(2, BOB, DAN), mail(3, DAN, BOB)))
    assert coverage(load(tmp_path)) == [(ANN, 0, 4), (DAN, 2, 3)]


def test_the_named_owner_counts(tmp_path: Path) -> None:
    ann = "ann.day@gmail.com"
    out = load_letters(tmp_path, mail(0, BOB, DAN), mail(1, DAN, BOB), owner=ann)
    assert coverage(out) == [(ann, 0, 1)]


def test_what_is_no_event_was_seen_all_the_same(tmp_path: Path) -> None:
    out = load_letters(tmp_path, mail(0, BOB, ANN), mail(8, BOB, ANN, list_id="<talk.x.example>"))
    assert coverage(out) == [(ANN, 0, 8)]


def test_sent_mail_alone_shows_no_answers(tmp_path: Path) -> None:
    assert coverage(load_letters(tmp_path, mail(0, ANN, BOB), mail(8, ANN, BOB))) == []


def test_sent_mail_from_long_before_the_inbox_begins_is_not_covered(tmp_path: Path) -> None:
    out = load_letters(tmp_path, *(mail(day, ANN, BOB) for day in (0, 30, 60, 90, 105)), mail(100, BOB, ANN))
    assert coverage(out) == [(ANN, 100, 105)]


def test_a_few_mails_with_a_wrong_clock_stretch_nothing(tmp_path: Path) -> None:
    usual = [mail(day, BOB, ANN) for day in range(120)]
    out = load_letters(tmp_path, mail(-5000, BOB, ANN), *usual)
    assert coverage(out) == [(ANN, 0, 119)]


def test_a_mailbox_of_nobody_covers_nobody(tmp_path: Path) -> None:
    out = load_letters(tmp_path, mail(0, BOB, ANN), mail(1, BOB, DAN))
    assert coverage(out) == []


def test_the_owner_wrote_what_was_sent(tmp_path: Path) -> None:
    (tmp_path / "Inbox").write_bytes(mbox(*[mail(day, BOB, f"{DAN}, {ANN}") for day in range(9)]))
    (tmp_path / "Sent").write_bytes(mbox(mail(1, ANN, BOB), mail(2, ANN, BOB), mail(3, DAN, BOB)))
    first, second, *_ = find_owner(tmp_path)
    assert (first.address, first.mails, first.looked_at) == (ANN, 2, 12)
    assert first.reason == "wrote the mails in the folder of sent mail"
    assert second.address == DAN


def test_the_owner_gets_the_deliveries(tmp_path: Path) -> None:
    path = tmp_path / "all.mbox"
    path.write_bytes(mbox(*[mail(day, BOB, "talk@list.example", delivered_to=ANN) for day in range(3)]))
    assert find_owner(path)[0].address == ANN
    path.write_bytes(mbox(mail(1, ANN, BOB, x_gmail_labels="Sent,Inbox"), mail(2, BOB, ANN), mail(3, BOB, ANN)))
    assert find_owner(path)[0].reason == "wrote the mails in the folder of sent mail"


def test_a_list_owns_no_mailbox(tmp_path: Path) -> None:
    path = tmp_path / "talk.mbox"
    path.write_bytes(mbox(*[mail(day, f"p{day % 3}@x.example", "talk@list.example") for day in range(9)]))
    guesses = find_owner(path)
    assert {guess.address for guess in guesses} == {"p0@x.example", "p1@x.example", "p2@x.example"}
    assert guesses[0].reason == "is on most mails"
    assert len(find_owner(path, most_mails=2)) == 2


def test_of_a_folder_without_mail_nobody_is_the_owner(tmp_path: Path) -> None:
    assert find_owner(tmp_path) == []


def test_a_load_in_two_parts_covers_what_the_whole_covers(tmp_path: Path) -> None:
    letters = [mail(day, BOB if day % 2 else ANN, ANN if day % 2 else BOB) for day in range(10)]
    whole = coverage(load_letters(tmp_path, *letters, book=playbook()))
    parts = [coverage(load_letters(tmp_path, *half))[0] for half in (letters[:5], letters[5:])]
    assert whole == [(ANN, parts[0][1], parts[1][2])]
