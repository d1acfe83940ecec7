"""How long `answerback mine` takes on a mailbox of 50,000 mails, stage by stage.

    python -m benchmarks mailbox [MAILS] [--keep FILE]

The mailbox is made up, the same one at every run: conversations of one seller with buyers, answered or not; mailing
lists, automatic mail, bounces; plain, HTML and multipart mails; attachments of some kilobytes to a hundred; headers as
long as real servers make them.
"""

from __future__ import annotations

import argparse
import base64
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from benchmarks.rows import Row

OWNER = "ann.day@acme.example"
FIRST = datetime(2024, 1, 8, 7, tzinfo=UTC)
BUDGET_SECONDS = 60
MAILS = 50_000

_NAMES = ("Bea", "Carl", "Dora", "Emil", "Fay", "Gus", "Hal", "Ida", "Jon", "Kim", "Lea", "Max", "Nora", "Otto", "Pia",
          "Quin", "Rosa", "Sam", "Tess", "Udo")  # fmt: skip
_WORDS = (
    "offer",
    "price",
    "order",
    "sample",
    "delivery",
    "terms",
    "date",
    "call",
    "plan",
    "drawing",
    "licence",
    "answer",
)


@dataclass(slots=True)
class Thread:
    """A conversation: whom it is with, and the ids of its mails."""

    buyer: int
    subject: str
    ids: list[str]
    last_by_owner: bool


def mails(count: int, seed: int = 1) -> Iterator[bytes]:
    """The mails of the mailbox, each with its separator line."""
    rng = random.Random(seed)
    at = FIRST
    step = timedelta(days=2 * 365) / count
    threads: list[Thread] = []
    for number in range(count):
        at += step * rng.uniform(0.2, 1.8)
        draw = rng.random()
        if draw < 0.22:
            yield _from_machine(rng, at, number)
        elif draw < 0.30:
            yield _from_list(rng, at, number)
        elif draw < 0.33:
            yield _from_colleague(rng, at, number)
        elif draw < 0.35:
            yield _automatic(rng, at, number)
        else:
            yield _conversation(rng, at, number, threads)


def _conversation(rng: random.Random, at: datetime, number: int, threads: list[Thread]) -> bytes:
    thread = rng.choice(threads[-400:]) if threads and rng.random() < 0.65 else None
    if thread is None or len(thread.ids) > 12:
        thread = Thread(rng.randrange(2000), " ".join(rng.choices(_WORDS, k=3)), [], rng.random() < 0.45)
        threads.append(thread)
    buyer = _buyer(thread.buyer)
    by_owner = not thread.last_by_owner if thread.ids else rng.random() < 0.6
    thread.last_by_owner = by_owner
    mail_id = f"{rng.getrandbits(80):x}.{number}@{'acme.example' if by_owner else buyer.partition('@')[2].rstrip('>')}"
    sender, to = (f'"Ann Day" <{OWNER}>', buyer) if by_owner else (buyer, f'"Ann Day" <{OWNER}>')
    lines = [f"From: {sender}", f"To: {to}"]
    if rng.random() < 0.3:
        lines.append(f"Cc: {_buyer(rng.randrange(2000))}, Bo Hill <bo.hill@acme.example>")
    subject = ("Re: " if thread.ids else "") + thread.subject
    if thread.ids:
        lines += [f"In-Reply-To: <{thread.ids[-1]}>", "References: " + "\n ".join(f"<{each}>" for each in thread.ids)]
    thread.ids.append(mail_id)
    return _mail(rng, at, mail_id, [*lines, f"Subject: {subject}"], received=not by_owner)


def _from_machine(rng: random.Random, at: datetime, number: int) -> bytes:
    sender = rng.choice(["no-reply@shop.example", "notifications@tool.example", "newsletter@news.example"])
    lines = [
        f"From: Service <{sender}>",
        f"To: {OWNER}",
        "Subject: News for you",
        "List-Unsubscribe: <https://x.example/u>",
    ]
    return _mail(rng, at, f"{number}@machine.example", [*lines, "Precedence: bulk"], received=True, html=True)


def _from_list(rng: random.Random, at: datetime, number: int) -> bytes:
    lines = [f"From: {_buyer(rng.randrange(2000))}", "To: dev@lists.example", "List-Id: <dev.lists.example>"]
    return _mail(rng, at, f"{number}@lists.example", [*lines, "Subject: [dev] patch"], received=True)


def _from_colleague(rng: random.Random, at: datetime, number: int) -> bytes:
    lines = ["From: Bo Hill <bo.hill@acme.example>", f"To: {OWNER}", "Subject: lunch"]
    return _mail(rng, at, f"{number}@acme.example", lines, received=True)


def _automatic(rng: random.Random, at: datetime, number: int) -> bytes:
    lines = [f"From: {_buyer(rng.randrange(2000))}", f"To: {OWNER}", "Subject: Automatic reply: your mail"]
    lines += ["Auto-Submitted: auto-replied", f"In-Reply-To: <{number - 1}@acme.example>"]
    return _mail(rng, at, f"{number}@auto.example", lines, received=True)


def _buyer(number: int) -> str:
    first = _NAMES[number % 20]
    return f'"{first} {_NAMES[number // 20 % 20]}son" <{first.lower()}.{number}@buyer{number % 700}.example>'


def _mail(
    rng: random.Random, at: datetime, mail_id: str, lines: list[str], *, received: bool, html: bool = False
) -> bytes:
    stamp = f"{at:%a, %d %b %Y %H:%M:%S} +0000"
    head = [f"From x@mail.example {at:%a %b %d %H:%M:%S %Y}", *(_trace(rng, stamp) if received else ()), *lines]
    head += [f"Date: {stamp}", f"Message-ID: <{mail_id}>", "MIME-Version: 1.0"]
    words = "\n".join(" ".join(rng.choices(_WORDS, k=11)) for _ in range(rng.choice((3, 8, 20, 60, 200))))
    kind = 0.3 if html else rng.random()
    if kind < 0.25:
        return _bytes([*head, "Content-Type: text/plain; charset=utf-8", "", words, "", ""])
    edge = f"edge-{rng.getrandbits(64):x}"
    rich = f"<html><body><p style='font-family:sans'>{words.replace(chr(10), '<br>' + chr(10))}</p></body></html>"
    parts = [f"--{edge}", "Content-Type: text/plain; charset=utf-8", "", words]
    parts += [f"--{edge}", "Content-Type: text/html; charset=utf-8", "", rich]
    sort = "alternative"
    if kind > 0.85:
        sort = "mixed"
        content = base64.encodebytes(rng.randbytes(rng.choice((4, 20, 60, 100)) * 1024)).decode()
        kind_of = ["Content-Type: application/pdf; name=offer.pdf", "Content-Transfer-Encoding: base64"]
        parts += [f"--{edge}", *kind_of, "", content]
    kind_line = f'Content-Type: multipart/{sort}; boundary="{edge}"'
    return _bytes([*head, kind_line, "", *parts, f"--{edge}--", "", ""])


def _trace(rng: random.Random, stamp: str) -> list[str]:
    """What servers write on top of a mail that they deliver."""
    hops = [
        f"Received: from relay{hop}.example.net (relay{hop}.example.net [192.0.2.{hop}])\n"
        f"        by mx{hop}.acme.example with ESMTPS id {rng.getrandbits(64):x}\n        for <{OWNER}>; {stamp}"
        for hop in range(4)
    ]
    seal = "\n".join(f"        {rng.getrandbits(280):x}" for _ in range(16))
    seals = [f"{name}: a=rsa-sha256; c=relaxed/relaxed;\n{seal}" for name in ("DKIM-Signature", "ARC-Seal")]
    return [f"Delivered-To: {OWNER}", *hops, *seals, "Authentication-Results: mx.acme.example; dkim=pass; spf=pass"]


def _bytes(lines: list[str]) -> bytes:
    return "\n".join(lines).encode()


def write(path: Path, count: int) -> int:
    """Writes the mailbox; its size in bytes."""
    with path.open("wb") as out:
        return sum(out.write(each) for each in mails(count))


def main(arguments: list[str]) -> list[Row]:
    """Makes the mailbox and runs the command on it."""
    asked = argparse.ArgumentParser(prog="python -m benchmarks mailbox", description=(__doc__ or "").split("\n", 1)[0])
    asked.add_argument("mails", nargs="?", type=int, default=MAILS)
    asked.add_argument("--keep", type=Path, help="write the mailbox here and leave it")
    options = asked.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        path = options.keep or Path(folder) / "all.mbox"
        size = path.stat().st_size if path.exists() else write(path, options.mails)
        started = time.perf_counter()
        command = [sys.executable, "-m", "answerback", "mine", str(path)]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        seconds = time.perf_counter() - started
    memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    what = f"`answerback mine` on {options.mails:,} mails, {size / 1e6:,.0f} MB"
    budget = BUDGET_SECONDS * options.mails / MAILS
    return [Row(what, f"{seconds:.1f} s, {memory:,.0f} MB", budget=f"≤ {budget:g} s", met=seconds <= budget)]
