"""A real browser at real servers. Whatever it complains of, of our own pages, fails the journey.

Without Chromium these tests are skipped on a person's machine, and fail in CI.
"""

from __future__ import annotations

import os
import re
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.web.test_serving import Server

ROOT = Path(__file__).resolve().parents[3]
FLAGS = ("--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-sync")
WIDE = {"width": 1280, "height": 900}
SLOWEST_MS = 90_000
READY_SECONDS = 400
HERE = ("127.0.0.1", "localhost")
expect.set_options(timeout=SLOWEST_MS)


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
    """A browser. It ends with its file: while one is open, Django takes this thread's database for unsafe."""
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
        self._signed_in: dict[str, Any] = {}
        """By name, the cookies of whoever signed in before."""

    def __call__(self, name: str = "", *, anew: bool = False, **how: Any) -> Page:
        """A page of a browser of its own, signed in as somebody of the practice company where one is named.

        The cookies of an earlier sign-in serve again, unless it is to be `anew` (whoever signs out needs that).
        """
        cookies = None if anew else self._signed_in.get(name)
        context = self._browser.new_context(
            base_url=self.address, storage_state=cookies, **({"viewport": WIDE, "reduced_motion": "reduce"} | how)
        )
        context.set_default_timeout(SLOWEST_MS)
        self._contexts.append(context)
        context.route(lambda url: urlsplit(url).hostname not in HERE, lambda route: route.abort())
        page = context.new_page()
        page.on("console", self._said)
        page.on("pageerror", lambda error: self.troubles.append(f"error: {error}"))
        page.on("response", self._answered)
        if name and cookies is not None:
            page.goto("/")
        elif name:
            page.goto("/start/")
            page.get_by_role("button", name=name, exact=True).click()
            page.wait_for_url(lambda url: urlsplit(url).path != "/start/")
            if not anew:
                self._signed_in[name] = context.storage_state()
        return page

    def people(self) -> list[str]:
        """Everybody who can be tried, reps first."""
        page = self()
        page.goto("/start/")
        return page.get_by_role("main").get_by_role("button").all_inner_texts()

    def close(self) -> list[str]:
        """Ends all visits; gives what was complained of since the last time."""
        for context in self._contexts:
            context.close()
        self._contexts.clear()
        return self.complaints()

    def complaints(self) -> list[str]:
        """What was complained of since the last time."""
        told, self.troubles = self.troubles, []
        return told

    def _said(self, message: Any) -> None:
        where = message.location.get("url", "")
        said = message.type in ("error", "warning") and where.startswith(self.address)
        if said and "status of 503" not in message.text:
            self.troubles.append(f"{message.type}: {message.text} ({where})")

    def _answered(self, response: Any) -> None:
        being_worked_out = response.status == 503 and "retry-after" in response.headers
        if response.status >= 500 and not being_worked_out and response.url.startswith(self.address):
            self.troubles.append(f"{response.status}: {response.url}")


@dataclass
class Walk:
    """What somebody goes through to come to an answer: pages that they see, things that they press, seconds."""

    page: Page
    pages: list[str] = field(default_factory=list)
    """Addresses, without what is asked of them; the same one in a row counts once."""
    pressed: int = 0
    began: float = field(default_factory=time.monotonic)

    def __post_init__(self) -> None:
        """From now on each page is written down."""
        self.page.on("framenavigated", self._came_to)

    def press(self, name: str | re.Pattern[str], role: Any = "button") -> None:
        """Presses the first thing of that name."""
        self.pressed += 1
        self.page.get_by_role("main").get_by_role(role, name=name).first.click()

    def __str__(self) -> str:
        """How it was, for the report."""
        return f"{time.monotonic() - self.began:.1f} s, {self.pressed} presses, {' '.join(self.pages)}"

    def _came_to(self, frame: Any) -> None:
        path = urlsplit(frame.url).path
        if frame is self.page.main_frame and [path] != self.pages[-1:]:
            self.pages.append(path)


@dataclass(frozen=True)
class Company:
    """A company that was made up in the browser, and how that was."""

    visits: Visits
    made: Walk


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory, chromium: Browser) -> Iterator[Company]:
    """A company made up by a newcomer in the browser, at the server that has shown it since."""
    server = Server(tmp_path_factory.mktemp("made-up") / "home")
    visits = Visits(f"http://127.0.0.1:{server.port}", chromium)
    try:
        walk = Walk(visits())
        walk.page.goto("/start/")
        walk.press("Make one up")
        expect(walk.page.get_by_role("heading", name="Who do you want to be?")).to_be_visible(
            timeout=READY_SECONDS * 1000
        )
        yield Company(visits, walk)
    finally:
        server.stop()


def wait_for(page: Page, where: str) -> None:
    """Waits until what a page shows has been worked out."""
    until = time.monotonic() + READY_SECONDS
    while (response := page.request.get(where)).status == 503:
        assert time.monotonic() < until, "it never got ready"
        time.sleep(1)
    assert response.status == 200, where


@pytest.fixture(scope="module")
def judged(company: Company) -> None:
    """Waits until all that the company's pages show has been worked out."""
    visits = company.visits
    for where in ("/us/", "/lookback/"):
        wait_for(visits("Jana Sato"), where)
    visits.close()


@pytest.fixture
def visit(company: Company) -> Iterator[Visits]:
    """Visits to the made-up company; none may leave a complaint of the browser behind."""
    yield company.visits
    assert not company.visits.close()


Tell = Callable[[str, Walk], None]


@pytest.fixture
def tell(request: pytest.FixtureRequest) -> Tell:
    """Writes down what a walk took; the run tells it at its end. No clock fails a test."""

    def told(moment: str, walk: Walk) -> None:
        request.node.user_properties.append((moment, str(walk)))

    return told


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """What the walks took."""
    told = [each for report in terminalreporter.stats.get("passed", ()) for each in report.user_properties]
    if told:
        terminalreporter.section("moments")
    for moment, walk in told:
        terminalreporter.line(f"{moment}: {walk}")
