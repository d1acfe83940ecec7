"""A Monday morning: a thousand different people open the pages of a company of a thousand reps and ten million events.

Everybody signs in for themselves, on the database that beginners have (SQLite), and each request is timed inside the
server: from the door of the application (its WSGI call) to the last byte of the page. The mix is of 100 requests 45
mirrors of different reps, 20 chains of their deals, 10 findings on their pages, 8 figures opened to the touches behind
them, 7 teams by managers, 6 searches, 2 Us by leaders and 2 of the data's pages. Three requests in ten are true misses:
nobody asked for that before (another rep's mirror or one over other weeks, a deal, a finding, a word by somebody who
had not searched), so no answer of it is kept; the other seven repeat one of the mix. Us and the data's pages are the
same for all and count as misses the first time alone. What a running server works out beforehand is worked out before
the clock runs, and its seconds are told; `--only` and `--pages` name what to work out and which pages to ask for.

With `--build` all of it is asked a second time while another process builds the same log into a copy of the workspace,
behind the pages in the queue for the processor, as the server's own builds are.

    python -m benchmarks pages --home DIR --build     keeps the workspace there, or takes the one that is there
"""

from __future__ import annotations

import argparse
import os
import random
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.cookies import SimpleCookie
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.crowd import Asks, Crowd, gather
from benchmarks.judging import SIZE, workspace
from benchmarks.rows import Row, peak_mb

MIX = {
    "mirror": 45, "chain": 20, "finding": 10, "figure": 8, "team": 7, "search": 6, "us": 2, "data": 2
}  # fmt: skip
BUDGET_MS, BUILDING_MS = 100.0, 200.0
OWN = frozenset({"journal", "people", "usage.log", "build.lock"})
"""What of a workspace's folder is written while pages are looked at."""


def main(arguments: list[str]) -> list[Row]:
    """Measures, and prints each kind of page."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks pages", description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--home", type=Path, help="keep the workspace here, or find it here")
    parser.add_argument("--reps", type=int, default=SIZE[0])
    parser.add_argument("--events", type=int, default=SIZE[1])
    parser.add_argument("--requests", type=int, default=1_000)
    parser.add_argument("--build", action="store_true", help="also while a build runs")
    parser.add_argument("--only", default="", help="work only this out beforehand: names, with commas between")
    parser.add_argument("--pages", default=",".join(MIX), help="kinds of page")
    parser.add_argument("--seed", type=int, default=7)
    given = parser.parse_args(arguments)
    with workspace(given.home, given.events, given.reps) as built, tempfile.TemporaryDirectory() as scratch:
        home = beside(built.resolve(), Path(scratch, "home"))
        crowd = gather(home, frozenset(filter(None, given.only.split(","))))
        print(
            f"{len(crowd.reps):,} reps, worked out beforehand in {sum(crowd.took.values()):.0f} s, {peak_mb():,.0f} MB:"
        )
        print(", ".join(f"{name} {seconds:.1f} s" for name, seconds in crowd.took.items()), "\n", flush=True)
        asks = Asks(crowd, random.Random(given.seed))
        order = mixed(given.pages.split(","), given.requests)
        found = list(rows(measured(asks, order), crowd, "", BUDGET_MS))
        if given.build:
            with building(home, Path(scratch, "built")) as running:
                timed = measured(asks, order, running)
            found += rows(timed, crowd, " while a build runs", BUILDING_MS)
    return [*found, Row("memory of the pages' process, all of the above", f"{peak_mb():,.0f} MB")]


def beside(home: Path, made: Path) -> Path:
    """The workspace with a journal and people of its own, all else where it lies."""
    made.mkdir()
    for each in home.iterdir():
        if each.name not in OWN:
            (made / each.name).symlink_to(each)
    (made / "journal").mkdir()
    return made


@dataclass(frozen=True, slots=True)
class Timed:
    """One request: milliseconds by the clock and of processors, bytes of the page, and whether it was a miss."""

    clock: float
    processors: float
    size: int
    new: bool


def mixed(kinds: list[str], requests: int) -> list[str]:
    """So many requests of these kinds, by lot, as often as the mix has each."""
    return random.Random(requests).choices(kinds, [MIX[each] for each in kinds], k=requests)


def measured(asks: Asks, order: list[str], running: Callable[[], bool] = lambda: True) -> dict[str, list[Timed]]:
    """Asks for these kinds of page, one after the other, as long as something runs; by kind."""
    door = Door()
    timed: dict[str, list[Timed]] = defaultdict(list)
    for kind in order:
        one = asks.next(kind) if running() else None
        if one is not None:
            timed[kind].append(door.open(*one[0], new=one[1]))
    return timed


class Door:
    """The application as a server calls it, everybody with a session of their own."""

    def __init__(self) -> None:
        from answerback.web.wsgi import application

        self._application = application
        self._cookies: dict[int, str] = {}

    def open(self, person: Any, address: str, *, new: bool) -> Timed:
        """One request. Raises RuntimeError where the page does not come."""
        path, _, query = address.partition("?")
        environ = {
            "REQUEST_METHOD": "GET", "PATH_INFO": path, "QUERY_STRING": query, "SERVER_NAME": "127.0.0.1",
            "SERVER_PORT": "80", "SERVER_PROTOCOL": "HTTP/1.1", "wsgi.input": BytesIO(), "wsgi.errors": sys.stderr,
            "wsgi.url_scheme": "http", "HTTP_HOST": "127.0.0.1", "REMOTE_ADDR": "127.0.0.1",
            "HTTP_COOKIE": self._cookie(person), "wsgi.version": (1, 0), "wsgi.multithread": True,
        }  # fmt: skip
        status: list[str] = []
        clock, processors = time.perf_counter(), time.process_time()
        response = self._application(environ, lambda said, _headers, _error=None: status.append(said))
        size = sum(len(part) for part in response)
        taken = Timed((time.perf_counter() - clock) * 1e3, (time.process_time() - processors) * 1e3, size, new)
        response.close()
        if not status[0].startswith("200"):
            raise RuntimeError(f"{address} of {person} answered {status[0]}")
        return taken

    def _cookie(self, person: Any) -> str:
        """The session that somebody has had since they signed in."""
        if person.pk not in self._cookies:
            from django.conf import settings
            from django.test import Client

            client = Client()
            client.force_login(person)
            jar: SimpleCookie = client.cookies
            self._cookies[person.pk] = f"{settings.SESSION_COOKIE_NAME}={jar[settings.SESSION_COOKIE_NAME].value}"
        return self._cookies[person.pk]


@contextmanager
def building(home: Path, made: Path) -> Iterator[Callable[[], bool]]:
    """Whether a build still runs that was begun in a process of its own, of the same log in a folder of its own."""
    made.mkdir()
    for name in ("log", "secret", "workspace.json", "playbook.toml"):
        (made / name).symlink_to((home / name).resolve())
    command = ["nice", "-n", "10", sys.executable, "-m", "answerback", "--quiet", "--home", str(made), "build"]
    with subprocess.Popen(command, env=os.environ, stdout=subprocess.DEVNULL) as process:
        try:
            yield lambda: process.poll() is None
        finally:
            process.terminate()


def rows(timed: dict[str, list[Timed]], crowd: Crowd, when: str, budget: float) -> Iterator[Row]:
    """All pages together against the budget; each kind is printed."""
    every = [each for kind in timed.values() for each in kind]
    print(said(timed | {"all": every, "all, misses alone": [each for each in every if each.new]}), "\n", flush=True)
    half, most, last = np.percentile([each.clock for each in every], [50, 95, 99])
    misses = sum(each.new for each in every) / len(every)
    whole = len(crowd.reps) >= SIZE[0]
    yield Row(
        f"a page{when}, {len(crowd.reps):,} reps, {len(every):,} requests, {misses:.0%} of them misses,"
        " 50 · 95 · 99 of 100",
        f"{half:.0f} · {most:.0f} · {last:.0f} ms",
        budget=f"95: ≤ {budget:.0f} ms" if whole else "",
        met=bool(most <= budget) if whole else None,
    )


def said(timed: dict[str, list[Timed]]) -> str:
    """By kind of page, in Markdown."""
    lines = [
        "| page | requests | misses | ms, 50 of 100 | 95 | 99 | of processors, 50 | 95 | largest, kB |",
        "|---|--:|--:|--:|--:|--:|--:|--:|--:|",
    ]
    for kind, found in timed.items():
        if found:
            clock = np.percentile([each.clock for each in found], [50, 95, 99])
            own = np.percentile([each.processors for each in found], [50, 95])
            cells = [f"{each:.0f}" for each in (*clock, *own, max(each.size for each in found) / 1024)]
            lines.append(f"| {kind} | {len(found):,} | {sum(each.new for each in found):,} | {' | '.join(cells)} |")
    return "\n".join(lines)
