"""Write the gallery: docs/images/pages/*.png, each page of the practice company as the person sees it whom it is for.

The company is made anew by `answerback demo`, served on this computer, and looked at with Chromium. Needs a minute.
With an address (http://127.0.0.1:8710) it looks at pages of a practice company that are served already. Run it after a
change of pages; README and docs/learn/pages.md show the pictures.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

from playwright.sync_api import Browser, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
OUT = ROOT / "docs" / "images" / "pages"
BIN = Path(sys.executable).parent
CHROMIUM = "/usr/bin/chromium"
FLAGS = ("--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-sync")
DESK, PHONE = (1180, 800), (390, 800)
PATIENCE_MS = 300_000
"""A company that was just made is still being judged."""
WORKING = "being worked out"
"""What a page says of a part that is not ready."""


class Picture(NamedTuple):
    """One picture: its file, who looks, where, and how."""

    name: str
    who: str
    path: str
    size: tuple[int, int] = DESK
    dark: bool = False
    follow: str = ""
    """A link on that page to go on by, where the page that is meant has a number of its own."""
    until: str = ""
    """It is looked at again until it says this."""


FELL = "95955298ab65"
"""The finding on the segment that answers less: the same in every made-up company with this seed."""
PICTURES = (
    Picture("mirror", "Oskar Ricci", "/mirror/"),
    Picture("mirror-phone", "Oskar Ricci", "/mirror/", PHONE),
    Picture("mirror-dark", "Oskar Ricci", "/mirror/", dark=True),
    Picture("team", "Kofi Novak", "/team/"),
    Picture("us", "Jana Sato", "/us/"),
    Picture("us-dark", "Jana Sato", "/us/", dark=True),
    Picture("chain", "Oskar Ricci", "/companies/pebblepackaging3.example/"),
    Picture("data", "Revenue operations", "/data/"),
    Picture("causes", "Jana Sato", f"/findings/{FELL}/causes/", until="has taken it on"),
    Picture("poll", "Jana Sato", "/surveys/", follow="Does something stand between"),
    Picture("wall", "Oskar Ricci", "/wall/"),
    Picture("wall-phone", "Oskar Ricci", "/wall/", PHONE),
    Picture("debrief", "Oskar Ricci", "/debriefs/", follow="Delta Robotics 2"),
    Picture("lesson", "Oskar Ricci", "/lessons/", follow="ask for a meeting instead of writing"),
    Picture("practice", "Sven Vogel", "/practice/", follow="Leave out of every mail"),
    Picture("talk", "Kofi Novak", "/talks/", follow="Kofi Novak and Oskar Ricci"),
)


def main() -> int:
    """Makes the company, serves it, takes the pictures."""
    OUT.mkdir(parents=True, exist_ok=True)
    if sys.argv[1:]:
        take_all(sys.argv[1].rstrip("/"))
        return 0
    with tempfile.TemporaryDirectory(prefix="answerback-gallery-") as folder:
        home = Path(folder) / "demo" / "home"
        run("demo", "--no-ask", "--no-serve", "--out", str(home.parent))
        serving = subprocess.Popen(
            [BIN / "answerback", "--home", home, "serve", "--port", "0"], stdout=subprocess.PIPE, text=True
        )
        try:
            take_all(address_of(serving))
        finally:
            serving.terminate()
            serving.wait()
    return 0


def take_all(address: str) -> None:
    """All pictures."""
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        for each in PICTURES:
            take(browser, address, each)
        browser.close()


def run(*words: str) -> None:
    """One of our commands."""
    subprocess.run([BIN / "answerback", *words], check=True, stdout=subprocess.DEVNULL)


def address_of(serving: subprocess.Popen[str]) -> str:
    """Where it is served, as the command itself says."""
    for line in serving.stdout or ():
        if found := re.search(r"http://[\w.:]+", line):
            return found[0]
    raise SystemExit("the pages were not served")


def take(browser: Browser, address: str, picture: Picture) -> None:
    """One picture, as soon as what it shows is judged."""
    width, height = picture.size
    context = browser.new_context(
        viewport={"width": width, "height": height}, color_scheme="dark" if picture.dark else "light"
    )
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    page.goto(f"{address}/start/")
    page.get_by_role("button", name=picture.who).first.click()
    for _ in range(PATIENCE_MS // 2000):
        response = page.goto(address + picture.path)
        link = page.get_by_role("link", name=picture.follow) if picture.follow else None
        if response is not None and response.status != 503 and (link is None or link.count()):  # 503: not judged yet
            if link is not None:
                link.first.click()
                page.wait_for_load_state()
            told = page.get_by_role("main").inner_text()
            if picture.until in told and WORKING not in told:
                break
        time.sleep(2)
    page.screenshot(path=OUT / f"{picture.name}.png")
    print(f"{picture.name}.png", flush=True)
    context.close()


if __name__ == "__main__":
    sys.exit(main())
