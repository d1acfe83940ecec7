"""Who waits: one buyer per rule, all in one mailbox."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.mine.asking import Rows, rows
from tests.mine.mail import ANN, BO, Mailbox


def a_mailbox() -> Mailbox:
    box = Mailbox()
    first = box.exchange("Lara Late <lara@late.example>", 12, 10)
    box.add("Lara Late <lara@late.example>", ANN, 7, answers=first)
    box.exchange("fred@fresh.example", 3, 0.05)
    box.exchange("carl@cold.example", 30, 26)
    box.exchange("olga@old.example", 85, 80)
    last = box.exchange("mia@mixed.example", 85, 80)
    box.add("mia@mixed.example", ANN, 9.5, answers=last)
    box.exchange("dora@done.example", 12, 10, 9)
    box.exchange("sam@spoken.example", 12, 10)
    box.add(ANN, "sam@spoken.example", 6)
    asked = box.exchange("tess@team.example", 12, 10)
    box.add(BO, "tess@team.example", 9, answers=asked, cc=ANN)
    asked = box.exchange("ivo@thread.example", 12, 10)
    box.add(ANN, "boss@thread.example", 9, answers=asked)
    box.exchange("nora@news.example", 12, 10)
    box.add(ANN, "nora@news.example", 5, more="X-Mailgun-Sid: x")
    box.add(ANN, "cora@copy.example", 20)
    box.add("cora@copy.example", BO, 10, cc=ANN)
    box.exchange("rita@refusal.example", 12, 10)
    box.add("rita@refusal.example", ANN, 8, subject="unsubscribe")
    box.add("stan@stranger.example", ANN, 2)
    box.add("sue@stranger.example", ANN, 1)
    box.add("kim@late.example", ANN, 0.5)
    box.exchange("away@away.example", 12)
    box.add("away@away.example", ANN, 11, subject="Automatic reply: Matter", more="Auto-Submitted: auto-replied")
    return box


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Rows:
    return rows(a_mailbox().write(tmp_path_factory.mktemp("waiting") / "all.mbox"))


def test_each_rule_in_the_order_of_urgency(found: Rows) -> None:
    late, in_time = (
        ["lara@late.example", "nora@news.example", "mia@mixed.example"],
        ["kim@late.example", "fred@fresh.example"],
    )
    cold = ["carl@cold.example"]
    assert [row["contact_id"] for row in found["waiting"]] == [*late, *in_time, *cold]
    assert [row["late"] for row in found["waiting"]] == [True, True, True, False, False, True]
    assert [row["contact_id"] for row in found["new_person"]] == ["sue@stranger.example", "stan@stranger.example"]


def test_a_buyer_waits_since_their_first_unanswered_word_and_the_times_are_counted(found: Rows) -> None:
    lara = found["waiting"][0]
    assert (lara["since"], lara["action_at"], lara["times"]) == ("2024-03-22T09:00:00Z", "2024-03-25T09:00:00Z", 2)
    assert (lara["contact_name"], lara["account_id"], lara["kind"]) == ("Lara Late", "late.example", "replied")
    assert lara["answers_touch"]
    assert lara["due_at"] == "2024-03-24T09:00:00Z"  # two days for a reply


def test_what_is_older_than_the_bound_makes_nobody_wait_longer(found: Rows) -> None:
    mia = next(row for row in found["waiting"] if row["contact_id"] == "mia@mixed.example")
    assert (mia["since"], mia["times"]) == ("2024-03-22T21:00:00Z", 1)


def test_a_first_mail_has_one_day(found: Rows) -> None:
    kim = next(row for row in found["waiting"] if row["contact_id"] == "kim@late.example")
    assert (kim["kind"], kim["since"], kim["due_at"]) == ("inquired", "2024-03-31T21:00:00Z", "2024-04-01T21:00:00Z")
    assert not kim["answers_touch"]


def test_whoever_is_left_out_is_counted(found: Rows) -> None:
    (summary,) = found["summary"]
    assert (summary["waiting"], summary["older"], summary["copied"], summary["refused"]) == (6, 1, 1, 1)


def test_seen_from_an_earlier_day_nothing_later_is_known(tmp_path: Path, mine: Callable[..., Rows]) -> None:
    box = a_mailbox().write(tmp_path / "all.mbox")
    found = mine(box, "--as-of", "2024-03-22T12:00:00Z")
    waiting = {row["contact_id"] for row in found["waiting"]}
    assert {"dora@done.example", "sam@spoken.example", "tess@team.example", "rita@refusal.example"} <= waiting
    assert not waiting & {"kim@late.example", "fred@fresh.example"}
    assert "new_person" not in found


def test_questions_and_refusals_are_read_only_where_that_is_switched_on(
    tmp_path: Path, mine: Callable[..., Rows]
) -> None:
    box = Mailbox()
    for name, text in (("ask", "Could you send the prices?"), ("no", "We are not interested.")):
        last = box.exchange(f"{name}@buyer.example", 12)
        box.add(f"{name}@buyer.example", ANN, 10, answers=last)
        at, mail = box.mails[-1]
        box.mails[-1] = (at, mail.replace("Text that nobody keeps.", text))
    path = box.write(tmp_path / "all.mbox")
    assert [row["kind"] for row in mine(path)["waiting"]] == ["replied", "replied"]
    read = mine(path, "--set", "replies=read")
    assert [(row["contact_id"], row["kind"]) for row in read["waiting"]] == [("ask@buyer.example", "asked")]
    assert read["summary"][0]["refused"] == 1


def test_subjects_are_shown_only_where_that_is_switched_on(tmp_path: Path, told: Callable[..., str]) -> None:
    path = a_mailbox().write(tmp_path / "all.mbox")
    assert "Matter" not in told(path)
    assert "Re: Matter" in told(path, "--set", "subjects=show")
