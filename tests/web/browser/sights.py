"""A page as different people see it: in the light, in the dark, on a phone, magnified; and what is wrong with it there.

axe-core judges what it can (WCAG 2.2 A and AA, and good practice), once in the light and once in the dark. Beside it,
at every width: nothing is wider than the screen, and whatever is pressed is high enough for a finger. 200 percent is
half the width at double density, as browsers magnify.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import axe_playwright_python
from playwright.sync_api import Page

LEAST_TAP = 24
"""CSS pixels, as WCAG 2.5.8 has it."""
EVERYTHING: dict[str, object] = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
WHAT_SIGHTS_CHANGE: dict[str, object] = {
    "runOnly": {
        "type": "rule",
        "values": ["color-contrast", "link-in-text-block", "scrollable-region-focusable", "target-size"],
    }
}
"""What depends on colours and widths; all else is the same in the markup, however it is seen."""
PRESSED = "button, summary, a.button, nav a, select, input:not([type=hidden], [type=checkbox], [type=radio])"
_TOO_WIDE = """() => {
    const inner = document.documentElement.clientWidth;
    if (document.documentElement.scrollWidth <= inner) return [];
    const scrolls = (each) => each.closest('.wide, pre, textarea') !== null;
    const over = [...document.body.querySelectorAll('*')].filter(
        (each) => each.getBoundingClientRect().right > inner + 1 && !scrolls(each));
    return [`${document.documentElement.scrollWidth} wide in ${inner}: `
        + over.slice(-2).map((each) => each.outerHTML.slice(0, 120)).join(' … ')];
}"""
_TOO_LOW = """([pressed, least]) => [...document.querySelectorAll(pressed)]
    .filter((each) => each.checkVisibility() && each.getBoundingClientRect().height < least)
    .filter((each) => !each.closest('.skip, .hidden'))
    .map((each) => `${each.outerHTML.slice(0, 80)} is ${each.getBoundingClientRect().height} high`)"""
_JUDGED = """(options) => axe.run(document, {resultTypes: ['violations'], ...options}).then((found) =>
    found.violations.map((each) =>
        `${each.id}: ` + each.nodes.slice(0, 3).map((node) => node.html.slice(0, 140)).join(' … ')))"""


@dataclass(frozen=True, slots=True)
class Sight:
    """One way of seeing a page."""

    name: str
    width: int
    height: int
    rules: dict[str, object] | None = None
    """What axe judges it by; None: another sight of the same colours is judged."""
    scale: int = 1
    dark: bool = False
    phone: bool = False


WIDE = Sight("wide", 1280, 900, EVERYTHING)
SIGHTS = (
    Sight("in the dark at 200 percent", 640, 450, WHAT_SIGHTS_CHANGE, scale=2, dark=True),
    Sight("on a phone", 390, 844, scale=3, phone=True),
    Sight("on a narrow phone", 320, 640, scale=2, phone=True),
    WIDE,
)
"""The last is how the browser looks by itself, so a journey goes on as it began."""


def faults_of(page: Page) -> list[str]:
    """What is wrong with the page where the browser is now, seen in each way; empty where it is as it should be."""
    page.evaluate(_axe())
    seeing = page.context.new_cdp_session(page)
    found = []
    for sight in SIGHTS:
        _see(seeing, sight)
        where = f"{page.url.split('/', 3)[-1] or '/'} {sight.name}"
        told = page.evaluate(_TOO_WIDE) + page.evaluate(_TOO_LOW, [PRESSED, LEAST_TAP])
        told += page.evaluate(_JUDGED, sight.rules) if sight.rules is not None else []
        found += [f"/{where}: {each}" for each in told]
    seeing.detach()
    return found


def _see(seeing: Any, sight: Sight) -> None:
    size = {"width": sight.width, "height": sight.height, "deviceScaleFactor": sight.scale, "mobile": sight.phone}
    seeing.send("Emulation.setDeviceMetricsOverride", size)
    wishes = {"prefers-color-scheme": "dark" if sight.dark else "light", "prefers-reduced-motion": "reduce"}
    features = [{"name": name, "value": value} for name, value in wishes.items()]
    seeing.send("Emulation.setEmulatedMedia", {"features": features})


@cache
def _axe() -> str:
    return (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")
