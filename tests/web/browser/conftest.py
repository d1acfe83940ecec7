"""A real browser at the real server over the practice company. Whatever it complains of fails the journey.

Without Chromium these tests are skipped on a person's machine, and fail in CI.
"""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from shutil import copytree
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from answerback.simulate.envelope import NAME, to_text
from tests.web.conftest import _linked
from tests.web.test_serving import ENVELOPE, Server

ROOT = Path(__file__).resolve().parents[3]
FLAGS = ("--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-sync")
WIDE = {"width": 1280, "height": 900}
SLOWEST_MS = 60_000
READY_SECONDS = 240


def chromium_path() -> str:
    """Where a browser lies, as `scripts/find_chromium` has it; without one the test is skipped, or fails in CI."""
    found = subprocess.run([ROOT / "scripts" / "find_chromium"], capture_output=True, text=True, check=False)
    if found.returncode == 0:
        return found.stdout.strip()
    message = "no Chromium was found; scripts/system_packages installs it or says how"
    if os.environ.get("CI"):
        pytest.fail(f"{message} (in CI it must be there)", pytrace=False)
    pytest.skip(message)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    path = chromium_path()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        yield browser
        browser.close()


class Visits:
    """Visits of people to the pages, and what the browser complained of."""

    def __init__(self, address: str, browser: Browser) -> None:
        self.address, self._browser = address, browser
        self.troubles: list[str] = []
        self._contexts: list[BrowserContext] = []

    def __call__(self, name: str = "", **how: Any) -> Page:
        """A page of a browser of its own, signed in as somebody of the practice company where one is named."""
        context = self._browser.new_context(base_url=self.address, **({"viewport": WIDE} | how))
        context.set_default_timeout(SLOWEST_MS)
        self._contexts.append(context)
        page = context.new_page()
        page.on("console", self._said)
        page.on("pageerror", lambda error: self.troubles.append(f"error: {error}"))
        page.on("response", self._answered)
        if name:
            page.goto("/start/")
            page.get_by_role("button", name=name, exact=True).click()
            page.wait_for_load_state()
        return page

    def people(self) -> list[str]:
        """Everybody who can be tried, reps first."""
        page = self()
        page.goto("/start/")
        return page.get_by_role("main").get_by_role("button").all_inner_texts()

    def close(self) -> None:
        for context in self._contexts:
            context.close()
        self._contexts.clear()

    def _said(self, message: Any) -> None:
        if message.type in ("error", "warning"):
            self.troubles.append(f"{message.type}: {message.text} ({message.location.get('url', '')})")

    def _answered(self, response: Any) -> None:
        if response.status >= 500:
            self.troubles.append(f"{response.status}: {response.url}")


@pytest.fixture(scope="module")
def served(practice_folder: Path, tmp_path_factory: pytest.TempPathFactory, chromium: Browser) -> Iterator[str]:
    """The address of a server that has judged what it serves."""
    home = tmp_path_factory.mktemp("served") / "home"
    copytree(practice_folder, home, copy_function=_linked)
    (home / NAME).write_text(to_text(ENVELOPE))
    server = Server(home)
    address = f"http://127.0.0.1:{server.port}"
    try:
        _wait_until_judged(Visits(address, chromium))
        yield address
    finally:
        server.process.terminate()
        server.process.communicate()


def _wait_until_judged(visits: Visits) -> None:
    pages = [(visits(name), where) for name, where in (("Oskar Ricci", "/mirror/"), ("Jana Sato", "/us/"))]
    until = time.monotonic() + READY_SECONDS
    for page, where in pages:
        while (response := page.request.get(where)).status == 503:
            assert time.monotonic() < until, "it never got ready"
            time.sleep(1)
        assert response.status == 200, where
    visits.close()


@pytest.fixture
def visit(served: str, chromium: Browser) -> Iterator[Callable[..., Page]]:
    visits = Visits(served, chromium)
    yield visits
    visits.close()
    assert not visits.troubles
