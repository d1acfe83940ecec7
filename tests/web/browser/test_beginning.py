"""How it begins where nothing is yet: one's own mailbox; a team, its first files, its first people, their sign-in."""

from __future__ import annotations

import gzip
import re
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from email.utils import parseaddr
from mailbox import mbox
from pathlib import Path

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from oidc_provider_mock import User, run_server_in_thread
from playwright.sync_api import Browser, Page, expect

from tests.web.browser.conftest import ROOT, Tell, Visits, Walk
from tests.web.browser.sights import faults_of
from tests.web.test_serving import Server

WORD = "correct horse battery"
ADMIN, NEW, BY_SERVICE = "ann@acme.example", "nora@acme.example", "olga@acme.example"
# The provider speaks of its own library's next version, in the middle of an answer.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


@dataclass(frozen=True)
class Fresh:
    """A server at which nobody is yet, and the link that it printed."""

    visits: Visits
    link: str


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory, chromium: Browser) -> Iterator[Fresh]:
    """With a sign-in service of the organisation's own, on this computer."""
    folder = tmp_path_factory.mktemp("fresh")
    secret = folder / "secret"
    secret.write_text("a made-up secret\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AUTHLIB_INSECURE_TRANSPORT", "1")
        users = [User(sub="olga", claims={"email": BY_SERVICE, "email_verified": True, "name": "Olga Example"})]
        with run_server_in_thread(user_claims=users) as service:
            server = Server(
                folder / "home",
                ANSWERBACK_OIDC_ISSUER=f"http://localhost:{service.server_port}",
                ANSWERBACK_OIDC_CLIENT_ID="answerback",
                ANSWERBACK_OIDC_CLIENT_SECRET_FILE=str(secret),
                ANSWERBACK_OIDC_NAME="Acme ID",
            )
            try:
                assert server.process.stdout is not None
                link = re.findall(r"http\S+/start/team/\S+", server.process.stdout.readline())[0]
                yield Fresh(Visits(f"http://127.0.0.1:{server.port}", chromium), link)
            finally:
                server.stop()


@pytest.fixture
def visit(fresh: Fresh) -> Iterator[Visits]:
    """Visits to the fresh server; none may leave a complaint of the browser behind."""
    yield fresh.visits
    assert not fresh.visits.close()


def flawless(page: Page) -> None:
    """The page as it is now holds up, however it is seen."""
    faults = faults_of(page)
    assert not faults, "\n".join(faults)


def test_the_first_moment_one_mailbox_says_who_waits_and_what_was_answered(
    visit: Visits, shared_data: Path, tmp_path: Path, tell: Tell
) -> None:
    packed = next(shared_data.glob("email_corpora/cypherpunks_1992/*.mbox.gz"))
    mail = tmp_path / "all.mbox"
    mail.write_bytes(gzip.decompress(packed.read_bytes()))
    page = visit()
    page.goto("/start/")
    flawless(page)
    walk = Walk(page)
    walk.press("Choose a mailbox", "link")
    flawless(page)
    walk.began = time.monotonic()
    page.get_by_label(re.compile("^Mailbox")).set_input_files(mail)
    page.get_by_label(re.compile("^Your address")).fill(_whose(mail))
    walk.press("Read it")
    expect(page.get_by_role("heading", level=1, name=re.compile(r"buyers? (is|are) waiting on you"))).to_be_visible(
        timeout=300_000
    )
    expect(page.get_by_role("heading", level=2, name=re.compile(r"moved after \d+ touch"))).to_be_visible()
    tell("one mailbox, from the file to who waits", walk)
    assert walk.pages == ["/start/mine/", "/start/mine/told/"]
    flawless(page)
    page.get_by_role("button", name="Forget it now").click()
    expect(page.get_by_text("It is forgotten")).to_be_visible()


def _whose(mail: Path) -> str:
    """The address that wrote most of it: somebody's real one, so it stands in no test."""
    with closing(mbox(mail, create=False)) as mails:
        wrote = Counter(parseaddr(str(each["From"]))[1] for each in mails)
    return wrote.most_common(1)[0][0]


@pytest.fixture(scope="module")
def admin(fresh: Fresh) -> Walk:
    """The first person of a team, who has just begun it: the choice first, which nobody made for them."""
    page = fresh.visits()
    walk = Walk(page)
    page.goto(fresh.link)
    choices = page.get_by_role("group", name="What do managers see of their people?").get_by_role("radio")
    assert [each.is_checked() for each in choices.all()] == [False, False]
    flawless(page)
    choices.first.check()
    page.get_by_label("Your organisation").fill("Acme")
    page.get_by_label("Your own e-mail domains").fill("acme.example")
    page.get_by_label("Your name").fill("Ann Example")
    page.get_by_label("Your address").fill(ADMIN)
    page.get_by_label("A password").fill(WORD)
    walk.press("Begin")
    expect(page.get_by_role("heading", level=1)).to_have_text("Drop what your systems export")
    flawless(page)
    return walk


def test_a_team_begins_and_drops_its_crm(fresh: Fresh, admin: Walk, shared_data: Path, tell: Tell) -> None:
    page = admin.page
    files = [*sorted((shared_data / "maven_crm").glob("*.csv")), ROOT / "examples" / "maven_crm" / "mapping.toml"]
    page.get_by_label(re.compile("^Exports, mailboxes")).set_input_files(files)
    admin.press("Load")
    expect(page.get_by_role("heading", level=1)).to_have_text("It is in the log", timeout=300_000)
    tell("a team, from the printed link to what was read", admin)
    row = page.get_by_role("row").filter(has_text="deal").first
    expect(row).to_be_visible()
    flawless(page)
    page.get_by_role("link", name="Load more, or see what is missing").click()
    expect(page.locator(".tag.good", has_text="loaded").first).to_be_visible()
    expect(page.locator(".tag", has_text="missing").first).to_be_visible()
    assert not fresh.visits.complaints()


def invite(page: Page, name: str, email: str, role: str) -> str:
    """The link with which somebody comes in."""
    page.goto("/people/invite/")
    page.get_by_label("E-mail address").fill(email)
    page.get_by_label(re.compile("^Name")).fill(name)
    page.get_by_label(role, exact=True).check()
    page.get_by_role("button", name="Make the link").click()
    return page.get_by_label("Hand on this link").input_value()


def code_of(secret: str) -> str:
    """What an authenticator app would show now."""
    return str(format_hotp_value(hotp_value(secret, int(time.time()) // 30)))


def test_who_is_invited_comes_in_sets_a_second_factor_and_signs_in_with_it(fresh: Fresh, admin: Walk) -> None:
    link = invite(admin.page, "Nora Example", NEW, "Leader")
    flawless(admin.page)
    page = fresh.visits()
    page.goto(link)
    flawless(page)
    for field in page.locator("main input[type=password]").all():
        field.fill(WORD)
    page.get_by_role("button", name="Come in").click()
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()
    page.goto("/account/totp/activate/")
    if page.get_by_label("Password").count():
        flawless(page)
        page.get_by_label("Password").fill(WORD)
        page.get_by_role("button", name="Go on").click()
    flawless(page)
    secret = page.locator("main li code").inner_text()
    page.get_by_role("main").get_by_role("textbox").fill(code_of(secret))
    page.get_by_role("button", name="Set it up").click()
    expect(page.get_by_role("heading", level=1)).not_to_have_text("Set up an authenticator app")
    flawless(page)
    page.get_by_role("button", name="Sign out").click()
    page.goto("/account/login/")
    flawless(page)
    page.get_by_label("E-mail address").fill(NEW)
    page.get_by_label("Password").fill(WORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("And the code from your phone")
    flawless(page)
    page.get_by_role("main").get_by_role("textbox").fill(code_of(secret))
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()
    assert not fresh.visits.complaints()


@pytest.mark.slow
def test_who_is_invited_comes_in_by_the_organisation_s_own_service(fresh: Fresh, admin: Walk) -> None:
    invite(admin.page, "Olga Example", BY_SERVICE, "Operations")
    page = fresh.visits()
    page.goto("/account/login/")
    page.get_by_role("button", name="Sign in with Acme ID").click()
    page.get_by_role("button", name="olga", exact=True).click()
    expect(page.get_by_role("link", name="Olga Example")).to_be_visible()
    for _ in range(40):  # as long as the first build takes, the start is shown
        page.goto("/data/")
        if page.get_by_role("heading", level=1).inner_text() == "How far can the data be relied on?":
            break
        page.wait_for_timeout(2_000)
    expect(page.get_by_role("heading", level=1)).to_have_text("How far can the data be relied on?")
    flawless(page)
    assert not fresh.visits.complaints()
