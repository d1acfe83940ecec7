"""The learning loop in the browser: a finding, a debrief, a lesson, a practice, its result, the wall, another's deal.

Each role does its part, on the company of the journeys. All of it is done once with JavaScript and, where a rep writes,
once without.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Locator, Page, expect

from answerback.people.models import Role
from tests.web.browser.conftest import Tell, Visits, Walk, wait_for
from tests.web.browser.everywhere import BY_ROLE
from tests.web.browser.sights import faults_of

WROTE = "Whoever signs was never in the room"
SERVES = "I ask who signs before I send anything"
MOST_LOOKED_AT = 12
"""So many deals are looked at for one that no lesson fits yet."""


@dataclass(frozen=True)
class Deal:
    """An open deal of a rep, and where it stands."""

    owner: str
    address: str
    step: str
    segment: str


def press(page: Page, name: str) -> None:
    """Presses the one button of that name."""
    page.get_by_role("main").get_by_role("button", name=name, exact=True).click()


def follow(page: Page, name: str) -> None:
    """Follows the first link of that name."""
    page.get_by_role("main").get_by_role("link", name=name, exact=True).first.click()


def looks_back(page: Page) -> Locator:
    """What ended of somebody's own and has no debrief yet, on the page of their debriefs."""
    page.goto("/debriefs/")
    ended = page.locator("section").filter(has=page.get_by_role("heading", name="Ended, and not looked back on"))
    return ended.get_by_role("button", name="Look back on it")


def reps_who_can(visit: Visits) -> list[str]:
    """Reps who have something to look back on and no practice."""
    found = []
    for name in visit.people():
        page = visit(name)
        if page.url.endswith("/mirror/") and looks_back(page).count():
            page.goto("/practice/")
            if page.get_by_role("link", name="Something in your own words").count():
                found.append(name)
        if len(found) == 2:
            return found
    raise AssertionError("too few have anything to look back on")


def deal_for_a_lesson(visit: Visits, *, beside: str) -> Deal:
    """An open deal of somebody else that a new lesson would fit best: none fits it yet, or none so closely."""
    for name in visit.people():
        page = visit(name)
        if name == beside or not page.url.endswith("/mirror/"):
            continue
        links = page.locator('main a[href^="/deals/"]').evaluate_all("all => all.map((each) => each.pathname)")
        for address in list(dict.fromkeys(links))[:MOST_LOOKED_AT]:
            page.goto(f"/prep{address}")
            stands = re.search(r"at the (.+) step, (.+) buyers", page.locator("p.lead").first.inner_text())
            tried = page.locator("section[aria-labelledby=try]")
            shown = tried.inner_text() if tried.locator('a[href^="/lessons/"]').count() else "emerging"
            if stands and "emerging" in shown and "buyers ·" not in shown:
                return Deal(name, address, stands[1], stands[2])
    raise AssertionError("every open deal has a lesson that fits it as closely as can be")


def look_back(page: Page) -> str:
    """A rep looks back on what ended: with the facts at hand, in a few words; the address of their debrief."""
    looks_back(page).first.click()
    expect(page.get_by_role("heading", name="What the story shows")).to_be_visible()
    page.locator("input[name=own_reasons]").first.check()
    page.locator("#unknown-buyer").check()
    page.get_by_label("What is the lesson?").fill(WROTE)
    page.get_by_label("How will it serve you in winning the next deal?").fill(SERVES)
    page.get_by_label("Step 1").fill("Ask who signs")
    press(page, "Close it")
    expect(page.get_by_text("You alone read this.")).to_be_visible()
    return page.url


def make_a_lesson(page: Page, statement: str, deal: Deal) -> str:
    """Makes a lesson of a debrief, for deals that stand where this one does, and shares it; its address."""
    follow(page, "Make a lesson of it")
    box = page.get_by_label(re.compile("^The lesson, as a sentence"))
    expect(box).to_have_value(WROTE)
    box.fill(statement)
    page.get_by_label("With buyers of the sort").select_option(label=deal.segment)
    page.get_by_label("At the step").select_option(label=deal.step)
    press(page, "Keep it")
    expect(page.get_by_role("heading", level=1)).to_have_text(statement)
    expect(page.get_by_text(re.compile("^Nobody but you"))).to_be_visible()
    press(page, "Share it")
    expect(page.get_by_text("Everybody here, with your name.")).to_be_visible()
    return page.url


def practise(page: Page, what: str) -> None:
    """Chooses a practice, sees what will be fixed, and fixes it."""
    page.goto("/practice/")
    follow(page, "Something in your own words")
    page.get_by_label("The small change").fill(what)
    press(page, "See what will be fixed")
    expect(page.get_by_text("This is fixed now and is what will be judged")).to_be_visible()
    press(page, "Fix it and begin on Monday")
    expect(page.get_by_text("Fixed. It begins on Monday")).to_be_visible()
    expect(page.get_by_role("heading", level=1)).to_have_text(what)


class LearningLoop:
    """To be mixed in where the company is. All but the first write to the log, so they come after what only reads."""

    @pytest.mark.usefixtures("judged")
    def test_a_leader_takes_the_causes_on(self, visit: Visits) -> None:
        """A systemic finding has a board of causes; who takes it on, and until when, stands on the finding."""
        page = visit(BY_ROLE[Role.LEADER])
        wait_for(page, "/us/")
        page.goto("/us/")
        links = page.locator('main a[href^="/findings/"]').evaluate_all("all => all.map((each) => each.pathname)")
        for address in dict.fromkeys(links):
            page.goto(address)
            if page.get_by_role("link", name="The causes, one by one").count():
                break
        follow(page, "The causes, one by one")
        assert not faults_of(page)
        page.locator("#due_on").fill(str((datetime.now(UTC) + timedelta(days=30)).date()))
        press(page, "Take it on")
        page.goto(address)
        expect(page.get_by_text(re.compile("has taken it on, until"))).to_be_visible()

    @pytest.mark.usefixtures("judged")
    def test_what_one_rep_learned_stands_on_the_deal_of_another(self, visit: Visits, tell: Tell) -> None:
        """Finding, debrief, lesson, practice, wall, another rep's deal."""
        rep, _ = reps_who_can(visit)
        deal = deal_for_a_lesson(visit, beside=rep)
        page = visit(rep)
        walk = Walk(page)
        page.locator('main a[href^="/findings/"]').first.click()
        expect(page.get_by_role("heading", name="What next")).to_be_visible()
        statement = "Ask who signs before anything is sent"
        debrief = look_back(page)
        page.get_by_role("group", name="Who may read it?").get_by_label(re.compile("the wall$")).check()
        press(page, "So be it")
        expect(page.get_by_text("It is on the wall: everybody here reads it.")).to_be_visible()
        lesson = make_a_lesson(page, statement, deal)
        practise(page, "Ask who signs in the first call")
        tell("from a finding to a practice", walk)
        other = visit(deal.owner)
        other.goto("/wall/")
        expect(other.get_by_text(WROTE).first).to_be_visible()
        expect(other.get_by_role("link", name=statement).first).to_be_visible()
        other.goto(deal.address)
        expect(other.get_by_role("heading", name="A lesson that fits")).to_be_visible()
        press(other, "I used this")
        expect(other.get_by_text("You use it here")).to_be_visible()
        follow(other, statement)
        expect(other).to_have_url(lesson)
        other.get_by_label("A word, if you like").fill("It saved me a month")
        press(other, "It served me: thanks")
        page.goto(lesson)
        expect(page.get_by_text("It saved me a month")).to_be_visible()
        page.goto(debrief)
        page.get_by_role("group", name="Who may read it?").get_by_label("Nobody else").check()
        press(page, "So be it")
        other.goto("/wall/")
        expect(other.get_by_text(WROTE)).to_have_count(0)

    def test_a_rep_learns_without_javascript_and_their_manager_finds_it_on_the_agenda(self, visit: Visits) -> None:
        """Debrief, lesson and practice by plain forms; shared with the manager, who sees it in the next talk."""
        rep = reps_who_can(visit)[-1]
        page = visit(rep, java_script_enabled=False)
        look_back(page)
        page.get_by_role("group", name="Who may read it?").get_by_label(re.compile("manager")).check()
        press(page, "So be it")
        told = page.get_by_text(re.compile("^You and .+ read this.$")).inner_text()
        manager = visit(told.removeprefix("You and ").removesuffix(" read this."))
        manager.goto("/debriefs/")
        shared = manager.get_by_role("link", name=re.compile(f"^{rep}:"))
        expect(shared.first).to_be_visible()
        manager.goto("/talks/")
        manager.locator("summary", has_text="Between the two of us").click()
        form = manager.locator("form").filter(has=manager.locator("input[value=coached]"))
        form.get_by_label("With whom").select_option(label=rep)
        form.get_by_label("When").fill((datetime.now(UTC) + timedelta(days=1)).strftime("%Y-%m-%dT09:30"))
        form.get_by_role("button").click()
        manager.locator('main a[href^="/talks/"]', has_text=rep).first.click()
        expect(manager.get_by_text(WROTE).first).to_be_visible()
        manager.get_by_label("A note").fill("Next time we look at who signs")
        manager.locator("form").filter(has=manager.get_by_label("A note")).get_by_role("button").click()
        page.goto(manager.url)
        expect(page.get_by_text("Next time we look at who signs")).to_be_visible()

    def test_what_came_of_a_practice_is_told_to_whom_it_is_of(self, visit: Visits) -> None:
        """A practice that is over, in the plain words in which it is judged."""
        for name in visit.people():
            page = visit(name)
            if not page.url.endswith(("/mirror/", "/team/")):
                continue
            page.goto("/practice/")
            over = page.locator("section[aria-labelledby=before] li:has(.tag + .tag) a")
            if over.count():
                over.first.click()
                expect(page.get_by_text("Judged by what was fixed before it began.")).to_be_visible()
                assert not faults_of(page)
                return
        raise AssertionError("no practice is over")

    def test_a_leader_goes_first(self, visit: Visits) -> None:
        """A decision of a leader's own that did not work opens the wall."""
        page = visit(BY_ROLE[Role.LEADER])
        page.goto("/debriefs/")
        page.locator("section[aria-labelledby=decision]").get_by_role("button").click()
        page.get_by_label("What is the lesson?").fill("I priced it alone, and nobody could sell it")
        for each in ("own", "serves", "steps"):
            page.locator(f"#unknown-{each}").check()
        press(page, "Close it")
        page.get_by_role("group", name="Who may read it?").get_by_label(re.compile("the wall$")).check()
        press(page, "So be it")
        rep = visit(BY_ROLE[Role.REP])
        rep.goto("/wall/")
        expect(rep.get_by_role("heading", name=f"{BY_ROLE[Role.LEADER]} goes first")).to_be_visible()
        opening = rep.locator("section.opening")
        expect(opening.get_by_text("I priced it alone, and nobody could sell it")).to_be_visible()

    def test_enablement_proposes_what_several_try_and_operations_ask_everybody(self, visit: Visits) -> None:
        """A practice by lots that a rep joins; a poll that a rep answers."""
        page = visit(BY_ROLE[Role.ENABLEMENT])
        page.goto("/practice/together/")
        page.get_by_label("The small change").fill("Name the next step at the end of each call")
        press(page, "Propose it")
        expect(page.get_by_text("Proposed. Whoever wants to can join")).to_be_visible()
        page = visit(BY_ROLE[Role.OPERATIONS])
        page.goto("/surveys/")
        page.get_by_label("Which").select_option(label="Does something stand between you and your buyers?")
        press(page, "Put it")
        rep = visit(reps_who_can(visit)[0])
        rep.goto("/practice/together/")
        press(rep, "Take part")
        expect(rep.get_by_text("You take part. Lots decide when you begin")).to_be_visible()
        rep.goto("/surveys/")
        follow(rep, "Does something stand between you and your buyers?")
        rep.locator("input[type=radio][value='4']").first.check()
        rep.get_by_role("main").get_by_role("button").last.click()
        expect(rep.get_by_text(re.compile("^Counted"))).to_be_visible()
