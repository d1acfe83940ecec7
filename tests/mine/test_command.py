"""The command as such: whose mailbox, wrong words, what is left behind, and how it reads."""

from __future__ import annotations

import gzip
import mailbox
import os
import signal
import stat
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import parseaddr
from pathlib import Path
from typing import Any

import pytest

from answerback.api import own
from answerback.domain.errors import SourceError
from answerback.present.own import ROWS
from benchmarks.mailbox import write as write_large
from tests.mine.asking import Rows
from tests.mine.mail import ANN, BO, END, Mailbox

ROOT = Path(__file__).resolve().parents[2]


def a_mailbox(path: Path) -> Path:
    box = Mailbox()
    box.exchange("Bea Stone <bea@buyer.example>", 12, 10)
    return box.write(path)


def test_whose_mailbox_it_is_and_why_is_said(tmp_path: Path, told: Callable[..., str]) -> None:
    text = told(a_mailbox(tmp_path / "all.mbox"))
    assert f"The mailbox of {ANN} (mails were delivered to it, 2 of 3 looked at)." in text
    assert "Everybody at acme.example counts as a colleague." in text
    assert "Seen from 2024-04-01 09:00 UTC, the end of this mailbox." in text
    assert text.splitlines()[-1].startswith("Nothing was stored")


def test_two_people_with_nearly_as_many_mails_must_be_told_apart(tmp_path: Path, refused: Callable[..., Any]) -> None:
    path = tmp_path / "all.mbox"
    path.write_text(
        "From x@x.example Mon Apr  1 09:00:00 2024\nFrom: one@a.example\nTo: two@b.example\n"
        "Date: Mon, 1 Apr 2024 09:00:00 +0000\nMessage-ID: <1@a.example>\n\nText\n\n"
        "From x@x.example Mon Apr  1 10:00:00 2024\nFrom: two@b.example\nTo: one@a.example\n"
        "Date: Mon, 1 Apr 2024 10:00:00 +0000\nMessage-ID: <2@b.example>\n\nText\n",
        encoding="utf-8",
    )
    code, said = refused(path)
    assert code == 2
    assert "it is not clear whose mailbox this is: one@a.example (2 of 2 mails), two@b.example (2 of 2 mails)" in said
    assert "--owner" in said


def test_a_free_mail_address_has_no_colleagues_and_other_addresses_are_its_own(
    tmp_path: Path, mine: Callable[..., Rows]
) -> None:
    box = Mailbox()
    box.add("me@gmail.com", "you@gmail.com", 12)
    box.add("you@gmail.com", "me@gmail.com", 10)
    box.add("me@home.example", "you@gmail.com", 9)
    path = box.write(tmp_path / "all.mbox")
    assert [row["contact_id"] for row in mine(path, "--owner", "me@gmail.com")["waiting"]] == ["you@gmail.com"]
    with_other = mine(path, "--owner", "me@gmail.com", "--set", "own=me@home.example")
    assert "waiting" not in with_other
    assert with_other["summary"][0]["efforts"] == 2


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["--owner", "nobody"], 2, "the owner is not an address"),
        (
            ["--owner", "zoe@elsewhere.example"],
            2,
            "none of these mails is between zoe@elsewhere.example and somebody outside",
        ),
        (["--set", "colour=red"], 2, "there is no option 'colour'"),
        (["--set", "subjects=hide"], 2, "subjects can only be show"),
        (["--set", "lists=maybe"], 2, "lists is neither skip nor keep"),
    ],
)
def test_wrong_words(
    tmp_path: Path, scratch: Path, refused: Callable[..., tuple[int, str]], words: list[str], code: int, said: str
) -> None:
    found, text = refused(a_mailbox(tmp_path / "all.mbox"), *words)
    assert (found, said in text) == (code, True), text
    assert list(scratch.iterdir()) == []


def test_what_is_neither_mail_nor_calendar(tmp_path: Path, refused: Callable[..., tuple[int, str]]) -> None:
    (tmp_path / "notes.txt").write_text("Dear all,\n")
    assert "neither a mailbox nor a calendar" in refused(tmp_path / "notes.txt")[1]
    assert "there is no such file" in refused(tmp_path / "none.mbox")[1]


def test_a_maildir_reads_like_an_mbox(tmp_path: Path, mine: Callable[..., Rows]) -> None:
    path = a_mailbox(tmp_path / "all.mbox")
    folder = mailbox.Maildir(tmp_path / "maildir")
    box = mailbox.mbox(path)
    for each in box:
        folder.add(mailbox.MaildirMessage(each))
    box.close()
    assert mine(tmp_path / "maildir") == mine(path)


def test_nothing_is_left_behind_or_written_elsewhere(tmp_path: Path, scratch: Path, told: Callable[..., str]) -> None:
    told(a_mailbox(tmp_path / "all.mbox"))
    assert list(scratch.iterdir()) == []
    assert list(Path.cwd().iterdir()) == []


def test_nothing_is_left_behind_by_an_error(
    tmp_path: Path, scratch: Path, monkeypatch: pytest.MonkeyPatch, refused: Callable[..., tuple[int, str]]
) -> None:
    seen: list[int] = []

    def failing(*_: object, **__: object) -> None:
        seen.extend(stat.S_IMODE(each.stat().st_mode) for each in scratch.iterdir())
        raise SourceError("broken on purpose")

    monkeypatch.setattr(own, "build", failing)
    code, said = refused(a_mailbox(tmp_path / "all.mbox"))
    assert (code, "broken on purpose" in said) == (3, True)
    assert seen == [0o700]
    assert list(scratch.iterdir()) == []


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_polite_kill_leaves_nothing(tmp_path: Path, number: signal.Signals) -> None:
    place, started = _started(tmp_path)
    started.send_signal(number)
    assert started.wait(60) != 0
    assert list(place.iterdir()) == []


def test_a_kill_without_a_word_leaves_what_only_the_owner_may_enter_and_the_next_run_after_a_day_removes_it(
    tmp_path: Path, scratch: Path, told: Callable[..., str]
) -> None:
    place, started = _started(tmp_path)
    started.kill()
    started.wait(60)
    (left,) = place.iterdir()
    assert stat.S_IMODE(left.stat().st_mode) == 0o700
    kept = left.rename(scratch / left.name)
    told(a_mailbox(tmp_path / "small.mbox"))
    assert list(scratch.iterdir()) == [kept]
    yesterday = time.time() - 90_000
    os.utime(kept, (yesterday, yesterday))
    told(tmp_path / "small.mbox")
    assert list(scratch.iterdir()) == []


def _started(tmp_path: Path) -> tuple[Path, subprocess.Popen[bytes]]:
    """A run on a larger mailbox, caught while its folder exists."""
    path, place = tmp_path / "large.mbox", tmp_path / "place"
    write_large(path, 3000)
    place.mkdir()
    command = [sys.executable, "-m", "answerback", "mine", str(path), "--quiet"]
    silent = subprocess.DEVNULL
    started = subprocess.Popen(command, env={**os.environ, "TMPDIR": str(place)}, stdout=silent, stderr=silent)
    for _ in range(3000):
        if any((each / "home" / "log").exists() and any((each / "home" / "log").iterdir()) for each in place.iterdir()):
            return place, started
        assert started.poll() is None, "it ended before it began to read"
        time.sleep(0.01)
    raise AssertionError("it never began to read")


def test_a_mailbox_of_today_is_seen_from_now(tmp_path: Path, told: Callable[..., str]) -> None:
    box = Mailbox()
    ago = (datetime.now(UTC) - END) / timedelta(days=1)
    box.add(ANN, "bea@buyer.example", 5 - ago)
    box.add("bea@buyer.example", ANN, 0.5 - ago)
    box.mails.sort()
    path = tmp_path / "all.mbox"
    path.write_text("".join(f"From x@x.example {at:%a %b %d %H:%M:%S %Y}\n{mail}" for at, mail in box.mails))
    text = told(path)
    assert f"Seen from {datetime.now(UTC):%Y-%m-%d}" in text
    assert "the end of this mailbox" not in text
    assert "Still in time: 1" in text


def test_empty_states_are_sentences(tmp_path: Path, told: Callable[..., str]) -> None:
    box = Mailbox()
    box.add(BO, ANN, 10)
    text = told(box.write(tmp_path / "all.mbox"))
    assert "Nobody you know is waiting on you." in text
    assert "No touches of yours from 2024-01-01 to 2024-04-01, so there is nothing to say" in text


def test_it_fits_a_hundred_columns_whatever_people_are_called(tmp_path: Path, told: Callable[..., str]) -> None:
    box = Mailbox()
    for number in range(30):
        box.exchange(f"{'Very ' * 12}Long Name <{'x' * 40}{number}@buyer.example>", 12 + number / 9, 10 + number / 9)
    box.exchange("[bold]Bea[/bold] <bea@buyer.example>", 9, 8)
    text = told(box.write(tmp_path / "all.mbox"), "--set", "subjects=show")
    assert max(map(len, text.splitlines())) <= 100
    assert "[bold]Bea[/bold]" in text


def test_the_page_says_what_each_column_means() -> None:
    page = (ROOT / "docs" / "do" / "your-own-mailbox.md").read_text(encoding="utf-8")
    for name in ROWS.names:
        assert f"`{name}`" in page, name
    for option in own.OPTIONS:
        assert f"`--set {option}=" in page, option


def test_a_public_list_reads_well(shared_data: Path, mine: Callable[..., Rows], told: Callable[..., str]) -> None:
    path = shared_data / "email_corpora" / "cypherpunks_1992" / "cyp-1992.mbox.gz"
    with gzip.open(path, "rt", encoding="latin-1") as lines:
        authors = Counter(address for line in lines if line.startswith("From:") if (address := parseaddr(line[5:])[1]))
    poster = max(authors, key=lambda each: (authors[each], each))
    found = mine(path, "--set", "lists=keep", "--owner", poster)
    (summary,) = found["summary"]
    states = [summary[name] for name in ("on_base", "answered", "unanswered", "still_open", "unseen")]
    assert summary["efforts"] == sum(states) == sum(row["efforts"] for row in found["play"])
    assert summary["on_base"] == len(found["moved"]) > 0
    assert found["waiting"]
    assert summary["as_of"].startswith("199")
    assert all(row["action_at"] >= row["effort_at"] for row in found["moved"])
    text = told(path, "--set", "lists=keep", "--owner", poster)
    assert max(map(len, text.splitlines())) <= 100
