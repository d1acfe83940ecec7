"""The server as it runs, over the practice company: headers, weight, and that nothing stays behind."""

from __future__ import annotations

import gzip
import os
import re
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, date, datetime
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path
from shutil import copytree

import pytest

from answerback.simulate.envelope import NAME, Envelope, to_text
from tests.web.conftest import _linked

MOST_BYTES = 200 * 1024
"""Of a page with all that it needs, compressed where it is sent so."""
A_YEAR = 365 * 86_400
TURN = date(2026, 6, 22)
ENDS = datetime(2026, 10, 12, tzinfo=UTC)
ENVELOPE = Envelope("Halden", date(2026, 1, 5), TURN, ENDS, "2026Q3", 326_000_000, 436_000_000, "", TURN, ())


class Server:
    """A server in a process of its own."""

    def __init__(self, home: Path, **settings: str) -> None:
        command = [sys.executable, "-m", "answerback", "--home", str(home), "serve", "--port", "0"]
        known = {name: value for name, value in os.environ.items() if not name.startswith(("DJANGO", "ANSWERBACK"))}
        self.home = home
        self.process = subprocess.Popen(command, env=known | settings, stdout=subprocess.PIPE, text=True)
        self.said = self._line()
        self.port = int(re.findall(r":(\d+)/start/", self.said)[0])

    def _line(self, seconds: float = 240) -> str:
        assert self.process.stdout is not None
        ready, _, _ = select.select([self.process.stdout], [], [], seconds)
        assert ready, "it says nothing"
        return self.process.stdout.readline()

    def get(self, path: str, **headers: str) -> tuple[HTTPResponse, bytes]:
        with closing(HTTPConnection("127.0.0.1", self.port, timeout=120)) as connection:
            connection.request("GET", path, headers=headers)
            response = connection.getresponse()
            return response, response.read()

    def stop(self) -> None:
        """Asks it to end, as a system does, so that what it began beside the pages ends as well."""
        self.process.terminate()
        self.process.communicate()

    def end(self) -> None:
        """Ends it at once, and lets go of what it said."""
        self.process.kill()
        self.process.wait()
        if self.process.stdout is not None:
            self.process.stdout.close()


@pytest.fixture(scope="module")
def server(practice_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    home = tmp_path_factory.mktemp("served") / "home"
    copytree(practice_folder, home, copy_function=_linked)
    (home / NAME).write_text(to_text(ENVELOPE))
    made = Server(home)
    yield made
    made.end()


def test_it_is_well_and_a_practice_company_s_people_are_there(server: Server) -> None:
    assert server.get("/healthz")[0].status == 200
    response, page = server.get("/start/")
    assert response.status == 200
    assert b"Oskar Ricci" in page


def test_static_files_have_hashed_names_and_stay_for_a_year(server: Server) -> None:
    (address,) = re.findall(rb'href="(/static/answerback/site\.[0-9a-f]{12}\.css)"', server.get("/start/")[1])
    path = address.decode()
    plain, whole = server.get(path)
    assert int(re.findall(r"max-age=(\d+)", plain.headers["Cache-Control"])[0]) >= A_YEAR
    assert "immutable" in plain.headers["Cache-Control"]
    packed, content = server.get(path, **{"Accept-Encoding": "gzip"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(content) == whole
    assert server.get(path, **{"Accept-Encoding": "br"})[0].headers["Content-Encoding"] == "br"


@pytest.mark.parametrize("path", ["/start/", "/start/mine/", "/demo/", "/demo/shuffle/?deals=3"])
def test_pages_are_light_and_never_kept_nor_compressed(path: str, server: Server) -> None:
    """A page holds secrets beside what was asked: compressed, its length would tell them (BREACH)."""
    response, page = server.get(path, **{"Accept-Encoding": "gzip, br"})
    assert response.headers["Cache-Control"] == "private, no-store"
    assert "Content-Encoding" not in response.headers
    weight = len(page)
    for address in set(re.findall(rb'(?:href|src)="(/static/[^"]+)"', page)):
        weight += len(server.get(address.decode(), **{"Accept-Encoding": "br"})[1])
    assert 0 < weight <= MOST_BYTES


def test_what_came_in_is_gone_once_it_is_told_to_end(server: Server) -> None:
    incoming = server.home / "people" / "incoming"
    (own,) = incoming.iterdir()
    (own / "mail.mbox").write_text("x")
    server.process.send_signal(signal.SIGTERM)
    assert server.process.wait(60) is not None
    assert not list(incoming.iterdir())


def test_what_a_kill_left_is_gone_at_the_next_start(server: Server) -> None:
    server.process.wait(60)
    incoming = server.home / "people" / "incoming"
    killed = Server(server.home)
    (own,) = incoming.iterdir()
    (own / "mail.mbox").write_text("x")
    killed.end()
    assert (own / "mail.mbox").exists()
    again = Server(server.home)
    try:
        deadline = time.monotonic() + 60
        while own.exists() and time.monotonic() < deadline:
            time.sleep(0.1)
        assert not own.exists()
    finally:
        again.end()
