"""Journeys through the pages in a real browser: by role, by keyboard alone, without JavaScript, zoomed, seen by axe."""

from __future__ import annotations

import re
import time

import pytest
from axe_core_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, expect

from tests.web.browser.conftest import Visits

REP, MANAGER, LEADER = "Oskar Ricci", "Kofi Novak", "Jana Sato"
OPERATIONS, ADMIN = "Revenue operations", "Admin"
LEAST_TAP = 24
ZOOMED = {"viewport": {"width": 640, "height": 450}, "device_scale_factor": 2}
AXE_RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}


def turns(page: Page) -> Locator:
    """Buyers who wait and can be marked."""
    return page.locator("[data-entry]:visible").filter(has=page.locator("button[data-key=n]"))


def rep_with_turns(visit: Visits, **how: object) -> Page:
    """A rep on whom somebody waits, on their page."""
    for name in visit.people():
        page = visit(name, **how)
        if page.url.endswith("/mirror/") and turns(page).count():
            return page
    raise AssertionError("nobody waits on anybody")


def own_pages(page: Page) -> list[str]:
    """Where somebody can go: the navigation, their account, and one step on from each."""
    links = page.locator("nav a, header a").evaluate_all("all => all.map((each) => new URL(each.href).pathname)")
    found = dict.fromkeys(["/", *links, "/me/"])
    for path in list(found):
        page.goto(path)
        inner = page.locator("main a[href]").evaluate_all(
            "all => all.map((each) => new URL(each.href)).filter((each) => each.origin === location.origin)"
            ".map((each) => each.pathname)"
        )
        for sort in (
            "findings",
            "deals",
            "companies",
            "events",
            "figures",
            "mirror",
            "me",
            "people",
            "data",
            "lookback",
        ):
            first = next((each for each in inner if each.startswith(f"/{sort}/") and each not in found), None)
            if first is not None and "." not in first.rsplit("/", 2)[-1]:
                found[first] = None
    return list(found)


def test_a_rep_marks_a_buyer_with_one_key_and_takes_it_back(visit: Visits) -> None:
    page = rep_with_turns(visit)
    before = turns(page).count()
    who = turns(page).first.locator("strong").inner_text()
    began = time.monotonic()
    page.keyboard.press("j")
    expect(turns(page).first).to_be_focused()
    page.keyboard.press("n")
    expect(page.get_by_text(f"{who} is off the list.")).to_be_visible()
    page.keyboard.press("u")
    expect(page.get_by_text(f"{who} is off the list.")).to_have_count(0)
    assert time.monotonic() - began < 60
    assert turns(page).count() == before


def test_a_manager_opens_a_rep_s_page_and_the_rep_sees_who_looked(visit: Visits) -> None:
    page = visit(MANAGER)
    page.goto("/team/")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    link = page.locator('main a[href^="/mirror/"]').filter(has_text=re.compile(r"\w")).last
    address = link.get_attribute("href") or ""
    rep = page.locator(f'a[href="{address}"]').first.inner_text()
    page.goto(address)
    expect(page.get_by_text(re.compile("sees that you looked"))).to_be_visible()
    whose = re.sub(r".* (?=\w+ \w+ sees)|The page of | sees that you looked.*", "", rep).strip(" ,")
    own = visit(re.sub(r", who$", "", whose))
    own.goto("/me/")
    expect(own.get_by_text(MANAGER).first).to_be_visible()


def test_operations_and_admins_come_to_their_pages(visit: Visits) -> None:
    for name, place in ((OPERATIONS, "Data"), (ADMIN, "People")):
        page = visit(name)
        page.locator("header nav").get_by_role("link", name=place, exact=True).click()
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        expect(page.locator('header nav [aria-current="page"]')).to_have_text(place)


def test_the_keyboard_alone_is_enough(visit: Visits) -> None:
    page = visit()
    page.goto("/start/")
    page.keyboard.press("Tab")
    expect(page.locator("a.skip")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    for _ in range(200):
        if page.evaluate("document.activeElement.innerText") == MANAGER:
            break
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/(mirror|team)/"))
    page.keyboard.press("g")
    page.keyboard.press("t")
    page.wait_for_url(re.compile("/team/"))
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert outline != "none"


def test_all_of_it_works_without_javascript(visit: Visits) -> None:
    page = rep_with_turns(visit, java_script_enabled=False)
    who = turns(page).first.locator("strong").inner_text()
    turns(page).first.get_by_role("button", name="That was a no").click()
    expect(page.get_by_text(f"{who} is off the list.")).to_be_visible()
    page.get_by_role("button", name="Undo").first.click()
    expect(page.get_by_text(f"{who} is off the list.")).to_have_count(0)
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("button", name="Sign out")).to_have_count(0)


def test_nothing_is_cut_off_at_200_percent(visit: Visits) -> None:
    wrong = []
    for name in (REP, MANAGER, LEADER, OPERATIONS, ADMIN):
        page = visit(name, **ZOOMED)
        for path in own_pages(page)[:12]:
            page.goto(path)
            wide, inner = page.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
            if wide > inner:
                wrong.append(f"{name} {path}: {wide} wide in {inner}")
            small = page.locator("main button:visible, header button:visible, main summary:visible").evaluate_all(
                "all => all.map((each) => [each.innerText, each.getBoundingClientRect().height])"
            )
            wrong += [f"{name} {path}: {text!r} is {high} high" for text, high in small if high < LEAST_TAP]
    assert not wrong


@pytest.mark.parametrize(("name", "path"), [(REP, "/mirror/"), (REP, "/me/"), (LEADER, "/us/")])
def test_axe_finds_nothing(name: str, path: str, visit: Visits) -> None:
    page = visit(name)
    page.goto(path)
    assert not Axe().run(page, options=AXE_RULES)["violations"]
