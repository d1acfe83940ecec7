"""Journeys through a made-up company, made in the browser itself: each role, by keyboard alone, without JavaScript,
zoomed, on a phone, on paper, and every page as axe sees it. What writes comes last: it makes the server build anew.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from playwright.sync_api import Locator, Page, expect

from tests.web.browser.conftest import Company, Tell, Visits, Walk
from tests.web.browser.everywhere import BY_A_LINK, Tour
from tests.web.browser.learning_loop import LearningLoop
from tests.web.browser.sights import faults_of

REP, MANAGER, LEADER = "Oskar Ricci", "Kofi Novak", "Jana Sato"
OPERATIONS, ENABLEMENT, ADMIN = "Revenue operations", "Enablement", "Admin"
PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}


def turns(page: Page) -> Locator:
    """Buyers who wait and can be marked."""
    return page.locator("[data-entry]:visible").filter(has=page.locator("button[data-key=n]"))


def rep_with_turns(visit: Visits, *, anew: bool = False, **how: object) -> Page:
    """A rep on whom somebody waits, on their page."""
    for name in (REP, *visit.people()):
        page = visit(name, anew=anew, **how)
        if page.url.endswith("/mirror/") and turns(page).count():
            return page
    raise AssertionError("nobody waits on anybody")


def heading(page: Page) -> Locator:
    return page.get_by_role("heading", level=1)


def press(page: Page, *keys: str) -> None:
    """Presses keys, once the page has all that hears them."""
    page.wait_for_load_state()
    for key in keys:
        page.keyboard.press(key)


@pytest.mark.slow
def test_a_newcomer_makes_up_a_company_and_looks_at_it_as_a_rep(company: Company, visit: Visits, tell: Tell) -> None:
    assert company.made.pages == ["/start/", "/start/practice/", "/start/"]
    tell("made up, from the first page to whom one wants to be", company.made)
    page = visit(REP)
    expect(page).to_have_url(re.compile("/mirror/$"))
    expect(heading(page)).to_contain_text("waiting on you")


def test_the_guided_tour_opens_the_envelope_last(visit: Visits) -> None:
    page = visit()
    page.goto("/start/")
    walk = Walk(page)
    walk.press("Why did they miss the number? Guess first", "link")
    guess = page.get_by_role("group").get_by_role("button").last.inner_text()
    walk.press(guess)
    expect(page.get_by_text(f"Your guess: {guess}")).to_be_visible()
    walk.press(re.compile("^Next:"), "link")
    for deals in ("Of 1 deal,", "Of 2 deals,"):
        walk.press(re.compile("^(Shuffle and deal|Deal again)$"))
        expect(page.get_by_text(deals)).to_be_visible()
        assert "planted" not in page.get_by_role("main").inner_text()
    walk.press(re.compile("^Next:"), "link")
    expect(heading(page)).to_have_text("What was planted, and was it found?")
    for _ in range(2):
        walk.press(re.compile("^Next:"), "link")
    walk.press(re.compile("^Be somebody at"), "link")
    expect(heading(page)).to_have_text("Who do you want to be?")


def test_a_manager_opens_a_rep_s_page_and_the_rep_sees_who_looked(visit: Visits) -> None:
    page = visit(MANAGER)
    page.goto("/team/")
    expect(heading(page)).to_be_visible()
    address = page.locator('main a[href^="/mirror/"]').last.get_attribute("href") or ""
    page.goto(address)
    told = page.get_by_text(re.compile("sees that you looked")).inner_text()
    own = visit(told.removesuffix(" sees that you looked."))
    own.goto("/me/")
    expect(own.locator("section").filter(has_text="Who looked at your page").get_by_text(MANAGER).first).to_be_visible()


def test_the_second_moment_a_leader_sees_last_year_as_it_would_have_been(
    visit: Visits, judged: None, tell: Tell
) -> None:
    page = visit(LEADER)
    walk = Walk(page)
    walk.pressed += 1
    page.locator("header nav").get_by_role("link", name="Look-back").click()
    expect(heading(page)).to_have_text("Last year, as it would have been")
    weeks = page.get_by_role("heading", level=2, name=re.compile("^Week of"))
    assert weeks.count() > 0
    lead, came = page.locator("p.lead").inner_text(), Counter(page.locator("main article .tag").all_inner_texts())
    for what, times in came.items():
        assert f"{times} {what}" in lead
    assert sum(came.values()) >= weeks.count()
    assert walk.pages == ["/lookback/"]
    tell("the look-back", walk)


def test_the_third_moment_a_leader_sees_what_of_the_pipeline_buyers_stand_behind(
    visit: Visits, judged: None, tell: Tell
) -> None:
    page = visit(LEADER)
    walk = Walk(page)
    page.goto("/us/")
    section = page.locator("section").filter(has=page.get_by_role("heading", name=re.compile("^The pipeline")))
    expect(section.locator("p.lead")).to_contain_text(re.compile(r"\d"))
    expect(section).to_contain_text(re.compile("buyer"))
    assert walk.pages == ["/us/"]
    tell("the pipeline", walk)


def test_a_leader_comes_from_the_verdict_to_the_evidence(visit: Visits, judged: None) -> None:
    page = visit(LEADER)
    page.goto("/us/")
    expect(page.locator("p.lead").first).to_be_visible()
    chart = page.locator("img.chart").first
    expect(chart).to_have_js_property("complete", value=True)
    assert chart.evaluate("each => each.naturalWidth") > 0
    assert chart.get_attribute("alt")
    summary = page.locator("details:not([open]) > summary", has_text="from before")
    if summary.count():
        summary.first.click()
    page.locator('main a[href^="/findings/"]:visible').first.click()
    expect(page).to_have_url(re.compile("/findings/"))
    for title in ("What next", "Who sees it", "How it comes about"):
        expect(page.get_by_role("heading", name=title)).to_be_visible()


def test_operations_come_from_trust_in_the_data_to_a_definition_and_its_query(visit: Visits, judged: None) -> None:
    page = visit(OPERATIONS)
    expect(heading(page)).to_have_text("How far can the data be relied on?")
    page.get_by_role("link", name="Definitions", exact=True).click()
    page.locator('main a[href$="/definitions/effort/"]').first.click()
    expect(page.locator("pre").first).to_contain_text("select")
    press(page, "/")
    page.keyboard.type("on-base")
    page.keyboard.press("Enter")
    expect(page.locator("main .list li").first.locator(".tag")).to_have_text("definition")


def test_enablement_sees_nobody_s_page(visit: Visits) -> None:
    page = visit(ENABLEMENT)
    expect(heading(page)).to_be_visible()
    places = page.locator("header nav a").all_inner_texts()
    assert not {"Mirror", "Team", "Us", "Data", "People"} & set(places)
    for path in ("/mirror/", "/team/", "/us/", "/search/?q=a", "/people/", "/load/", "/figures/on-base/"):
        assert page.request.get(path).status == 404, path


def test_an_admin_invites_somebody_and_takes_it_back(visit: Visits) -> None:
    page = visit(ADMIN)
    expect(page.locator('header nav [aria-current="page"]')).to_be_visible()
    page.goto("/people/")
    page.get_by_role("link", name="Invite somebody").click()
    page.get_by_label(re.compile("^Name")).fill("Nora Example")
    page.get_by_label("E-mail address").fill("nora@halden.example")
    page.get_by_label("Enablement").check()
    page.get_by_role("button", name="Make the link").click()
    expect(page.get_by_label("Hand on this link")).to_have_value(re.compile("/invited/"))
    page.get_by_role("link", name="Back to people").click()
    page.get_by_role("button", name="Take it back").click()
    expect(page.get_by_text("The invitation is taken back")).to_be_visible()
    page.get_by_role("link", name="Who did what").click()
    expect(page.get_by_text("nora@halden.example").first).to_be_visible()


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
    press(page, "g", "t")
    page.wait_for_url(re.compile("/team/"))
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"
    page.keyboard.press("?")
    expect(page.locator("[data-keys]")).to_have_attribute("open", "")


def test_a_rep_finds_a_company_by_the_beginning_of_its_name(visit: Visits) -> None:
    page = rep_with_turns(visit)
    name = page.locator('main a[href^="/companies/"]:visible, main a[href^="/deals/"]:visible').first.inner_text()
    press(page, "/")
    page.keyboard.type(name.removeprefix("the deal with ")[:4].lower())
    page.keyboard.press("Enter")
    expect(heading(page)).to_contain_text(re.compile("hits? for"))
    hits = page.locator("main .list li").filter(has=page.locator(".tag", has_text=re.compile("^(company|deal)$")))
    hit = hits.first.get_by_role("link")
    called = hit.inner_text()
    hit.click()
    expect(heading(page)).to_have_text(called)
    expect(page.get_by_role("heading", name=re.compile("How it went|Beside the deals"))).to_be_visible()


def test_what_is_shown_can_be_taken_along(visit: Visits, tmp_path: Path, judged: None) -> None:
    page = visit(REP)
    page.get_by_role("link", name="All touches behind this").click()
    total = int(re.findall(r"\d+", page.locator("p.lead").inner_text())[0])
    for name in ("CSV", "Parquet"):
        with page.expect_download() as got:
            page.get_by_role("link", name=name, exact=True).first.click()
        got.value.save_as(tmp_path / name)
    rows = list(csv.DictReader(io.StringIO((tmp_path / "CSV").read_text(encoding="utf-8-sig"))))
    assert len(rows) == total == pq.read_table(tmp_path / "Parquet").num_rows
    finding = with_picture(visit)
    with finding.expect_download() as got:
        finding.get_by_role("link", name="PNG").click()
    got.value.save_as(tmp_path / "PNG")
    assert (tmp_path / "PNG").read_bytes().startswith(b"\x89PNG")


def with_picture(visit: Visits) -> Page:
    """A finding with a chart, open in the browser of somebody who sees it."""
    for name in (MANAGER, LEADER, *visit.people()):
        page = visit(name)
        for address in page.locator('main a[href^="/findings/"]').evaluate_all("all => all.map((each) => each.href)"):
            page.goto(address)
            if page.get_by_role("link", name="PNG").count():
                return page
    raise AssertionError("no finding has a picture")


def test_a_page_can_be_printed(visit: Visits) -> None:
    page = visit(REP, color_scheme="dark")
    page.emulate_media(media="print", color_scheme="dark")
    for hidden in (".bar", ".marks", ".picker"):
        expect(page.locator(hidden).first).to_be_hidden()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert page.evaluate("getComputedStyle(document.body).color") == "rgb(0, 0, 0)"
    assert page.pdf(format="A4").startswith(b"%PDF")


def test_the_prep_sheet_is_one_page_on_paper_and_nothing_is_cut(visit: Visits, judged: None) -> None:
    page = visit(REP, viewport={"width": 688, "height": 1017})  # A4 without its margins
    for company in page.locator('main a[href^="/companies/"]').evaluate_all("all => all.map(each => each.pathname)"):
        page.goto(company)
        if page.locator('main a[href^="/deals/"]').count():
            break
    page.locator('main a[href^="/deals/"]').first.click()
    page.get_by_role("link", name="Prep sheet for a call").click()
    expect(page.get_by_role("heading", name="What to try")).to_be_visible()
    printed = page.pdf(format="A4", prefer_css_page_size=True)
    assert max(int(each) for each in re.findall(rb"/Count (\d+)", printed)) == 1
    page.emulate_media(media="print")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    for link in page.get_by_role("link", name="the whole story").all():
        expect(link).to_be_hidden()
    expect(page.get_by_text("What I want to learn")).to_be_visible()


def test_every_page_holds_up_however_it_is_seen(visit: Visits, judged: None, tell: Tell) -> None:
    tour, wrong, kinds, walk = Tour(visit), [], 0, Walk(visit())
    for name, page in tour.pages():
        wrong += [f"{name or 'nobody'}: {each}" for each in faults_of(page)]
        kinds += 1
    assert not wrong, "\n".join(wrong)
    assert tour.seen >= BY_A_LINK
    tell(f"{kinds} kinds of pages, each seen in four ways", walk)


class TestLearningLoop(LearningLoop):
    """From what one rep learned to another's deal, in the same company."""


def test_a_rep_marks_a_buyer_with_one_key_and_takes_it_back(visit: Visits) -> None:
    page = rep_with_turns(visit)
    before = turns(page).count()
    who = turns(page).first.locator("strong").inner_text()
    press(page, "j")
    expect(turns(page).first).to_be_focused()
    press(page, "n")
    expect(page.get_by_text(f"{who} is off the list.")).to_be_visible()
    press(page, "u")
    expect(page.get_by_text(f"{who} is off the list.")).to_have_count(0)
    assert turns(page).count() == before


def test_a_buyer_who_waits_is_marked_in_the_story_and_taken_back(visit: Visits) -> None:
    page = rep_with_turns(visit)
    stories = page.locator('[data-entry] a[href^="/deals/"], [data-entry] a[href^="/companies/"]')
    for address in dict.fromkeys(stories.evaluate_all("all => all.map((each) => each.href)")):
        page.goto(address)
        if turns(page).count():
            break
    assert turns(page).count(), "no story lets anything be marked"
    press(page, "x")
    expect(page.get_by_text(re.compile("^Off your list:"))).to_be_visible()
    expect(page.get_by_role("button", name="Undo")).to_be_visible()
    press(page, "u")
    expect(page.get_by_text(re.compile("^Off your list:"))).to_have_count(0)
    assert turns(page).count()


def test_a_contested_record_is_settled_by_operations(visit: Visits) -> None:
    page = visit(REP)
    page.get_by_role("link", name="All touches behind this").click()
    page.locator('main td a[href^="/events/"]').first.click()
    expect(page.get_by_role("button", name="This record is wrong")).to_be_visible()
    address = page.url
    press(page, "c")
    expect(page.get_by_text("You contest this record.")).to_be_visible()
    operations = visit(OPERATIONS)
    operations.goto("/data/contests/")
    expect(heading(operations)).to_have_text("1 record is contested")
    operations.get_by_role("button", name="The record is right").click()
    expect(heading(operations)).to_have_text("No record is contested")
    page.goto(address)
    expect(page.get_by_role("button", name="This record is wrong")).to_be_visible()


def test_all_of_it_works_without_javascript(visit: Visits) -> None:
    page = rep_with_turns(visit, anew=True, java_script_enabled=False)
    who = turns(page).first.locator("strong").inner_text()
    turns(page).first.get_by_role("button", name="That was a no").click()
    expect(page.get_by_text(f"{who} is off the list.")).to_be_visible()
    page.get_by_role("button", name="Undo").first.click()
    expect(page.get_by_text(f"{who} is off the list.")).to_have_count(0)
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("button", name="Sign out")).to_have_count(0)


def test_on_a_phone_a_rep_marks_a_buyer_with_the_thumb(visit: Visits) -> None:
    page = rep_with_turns(visit, **PHONE)
    who = turns(page).first.locator("strong").inner_text()
    turns(page).first.get_by_role("button", name="No answer needed").tap()
    expect(page.get_by_text(f"{who} is off the list.")).to_be_visible()
    page.get_by_role("button", name="Undo").first.tap()
    expect(page.get_by_text(f"{who} is off the list.")).to_have_count(0)
