"""What the touches of the last quarter moved, counted by hand."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tests.mine.asking import Rows
from tests.mine.mail import ANN, BO, Mailbox


def test_every_touch_of_the_quarter_and_no_other(tmp_path: Path, mine: Callable[..., Rows]) -> None:
    box = Mailbox()
    box.exchange("proof@buyer.example", 40, 38.5)  # answered, by reference
    box.exchange("plain@other.example", 40)
    box.add("plain@other.example", ANN, 37)  # answered, by a new mail
    box.exchange("silent@third.example", 40)  # no answer
    box.exchange("slow@fourth.example", 40, 20)  # an answer, too late
    box.exchange("young@fifth.example", 3)  # too early
    box.exchange("before@sixth.example", 95, 94)  # another quarter
    box.exchange("no@seventh.example", 40)
    box.add("no@seventh.example", ANN, 39, subject="unsubscribe")  # answered otherwise
    last = box.add(ANN, "tool@eighth.example", 40, more="X-Mailgun-Sid: x")  # a sequence's, though it was answered
    box.add("tool@eighth.example", ANN, 39, answers=last)
    box.add(BO, "bos@ninth.example", 40, cc=ANN)  # a colleague's
    box.add(ANN, BO, 40)  # among colleagues
    found = mine(box.write(tmp_path / "all.mbox"))
    (summary,) = found["summary"]
    states = {name: summary[name] for name in ("on_base", "answered", "unanswered", "still_open", "unseen")}
    assert states == {"on_base": 2, "answered": 1, "unanswered": 2, "still_open": 1, "unseen": 0}
    assert (summary["efforts"], summary["from"], summary["to"]) == (6, "2024-01-01T09:00:02Z", "2024-04-01T09:00:02Z")
    plain, proof = sorted(found["moved"], key=lambda row: row["contact_id"])
    assert (proof["contact_id"], proof["grade"], proof["lag_seconds"]) == ("proof@buyer.example", "E1", 129_600)
    assert (plain["contact_id"], plain["grade"], plain["lag_seconds"]) == ("plain@other.example", "E3", 259_200)
    assert [row["contact_id"] for row in found["answered"]] == ["no@seventh.example"]
    (play,) = found["play"]
    assert (play["play"], play["efforts"], play["on_base"]) == ("email", 6, 2)
    assert "rate" not in play
    assert play["reason"]  # six touches are no rate


def test_a_rate_stands_where_there_is_enough(
    tmp_path: Path, mine: Callable[..., Rows], told: Callable[..., str]
) -> None:
    box = Mailbox()
    for number in range(80):
        last = box.add(ANN, f"b{number}@buyer{number}.example", 30 + number / 4)
        if number % 2:
            box.add(f"b{number}@buyer{number}.example", ANN, 28 + number / 4, answers=last)
    path = box.write(tmp_path / "all.mbox")
    (play,) = mine(path)["play"]
    assert (play["efforts"], play["on_base"]) == (80, 40)
    assert play["low"] < 0.5 < play["high"]
    assert abs(play["rate"] - 0.5) < 0.03
    text = told(path)
    assert "80 touches of yours from 2024-01-01 to 2024-04-01; 40 buyers moved forward: these." in text
    assert "… and 25 more" in text
    assert "50 % (" in text


def test_a_calendar_beside_the_mail_is_read_with_it(tmp_path: Path, mine: Callable[..., Rows]) -> None:
    folder = tmp_path / "export"
    folder.mkdir()
    box = Mailbox()
    box.exchange("gus@guest.example", 40, 39, 38)
    box.write(folder / "all.mbox")
    (folder / "work.ics").write_text(
        "BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//x//x//EN\n"
        + _meeting("sent", ANN, "gus@guest.example", "ACCEPTED", "20240311T090000Z")
        + _meeting("got", "ida@guest.example", ANN, "NEEDS-ACTION", "20240325T090000Z")
        + "END:VCALENDAR\n",
        encoding="utf-8",
    )
    found = mine(folder)
    assert [(row["contact_id"], row["kind"], row["subkind"]) for row in found["waiting"]] == [
        ("ida@guest.example", "inquired", "invitation")
    ]
    assert ("meeting", "accepted_meeting") in {(row["play"], row["kind"]) for row in found["moved"]}
    assert {row["contact_id"] for row in found["moved"]} == {"gus@guest.example"}


def _meeting(uid: str, organiser: str, guest: str, status: str, made: str) -> str:
    return (
        f"BEGIN:VEVENT\nUID:{uid}\nDTSTAMP:20240331T090000Z\nCREATED:{made}\nLAST-MODIFIED:{made}\n"
        f"DTSTART:20240410T090000Z\nDTEND:20240410T100000Z\nORGANIZER:mailto:{organiser}\n"
        f"ATTENDEE;PARTSTAT={status}:mailto:{guest}\nEND:VEVENT\n"
    )
