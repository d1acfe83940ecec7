"""Debriefs: from an ending on the mirror to a closed one, its obstacles in the log, its text with its owner alone."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from answerback.analysis.ended import endings
from answerback.analysis.ended.endings import Ended, Ends, endings_of
from answerback.domain.scope import Scope, Stretch
from answerback.people.learning.models import Commitment, Debrief, DebriefOf, Practice, Reach
from answerback.people.learning.models import Ended as EndedAs
from answerback.people.leaving import forget
from answerback.people.models import Noted, Person
from answerback.web.answering.board import Judged
from answerback.web.answering.desk import desk
from answerback.workspace.journal import written

REP, PEER, MANAGER, OTHER_MANAGER = "Oskar Ricci", "Nadia Winkler", "Kofi Novak", "Lena Uribe"
LEADER, OPERATIONS, ENABLEMENT, ADMIN = "Jana Sato", "Revenue operations", "Enablement", "Admin"
OTHERS = (PEER, MANAGER, OTHER_MANAGER, LEADER, OPERATIONS, ENABLEMENT, ADMIN)
SECRET = "Quinoa lanterns taught me to ask who signs"
WORDS = {
    "went": "An offer was meant to settle it; silence came.",
    "lesson": SECRET,
    "serves": "I ask before the offer, not after it.",
}


def ended(rep_id: str, ends: Ends = Ends.LOST) -> Ended:
    """The latest ending of a rep's own of some sort."""
    key = desk().roster().key_of(rep_id)
    assert key is not None
    with desk().reading() as reader:
        found = endings_of(reader, Scope("test", stretches=(Stretch(key),), viewer_key=key), key)
    return next(each for each in found if each.ends is ends)


def begun(client: Client, ending: Ended) -> str:
    """The address of the debrief of an ending, begun."""
    of = "case" if ending.ends is Ends.CASE else "deal"
    answer = client.post("/debriefs/begin/", {"of": of, "deal": ending.deal_id, "at": ending.ended_at.isoformat()})
    assert answer.status_code == 302
    return str(answer["Location"])


def answers(**said: object) -> dict[str, object]:
    due = (desk().today() + timedelta(days=7)).isoformat()
    return {
        **WORDS,
        "own_reasons": ["timing"],
        "own_mistakes": ["own_mistake:early", "own_mistake:late"],
        "buyer_reasons": ["competitor"],
        "step_1": "Ask who signs",
        "due_1": due,
        "said": "close",
        **said,
    }


@pytest.fixture(scope="session")
def judged() -> Judged:
    """No finding: these pages show none, and judging takes long."""
    return Judged(findings=(), behind={})


@pytest.fixture
def rep(signed_in: Callable[[str], Client]) -> Client:
    return signed_in(REP)


@pytest.fixture
def rep_id(practice: dict[str, Person]) -> str:
    return practice[REP].rep_id


@pytest.fixture
def closed(rep: Client, rep_id: str) -> Debrief:
    """A closed debrief of a lost deal, its owner's alone."""
    assert rep.post(begun(rep, ended(rep_id)), answers()).status_code == 302
    return Debrief.objects.get()


def share(client: Client, debrief: Debrief, reach: Reach, **more: str) -> int:
    return client.post(f"/debriefs/{debrief.pk}/share/", {"reach": reach.value, **more}).status_code


def test_what_ended_lately_is_offered_on_the_mirror_and_later_on_the_deal(
    rep: Client, rep_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = _own(rep_id)
    rep.get("/mirror/")  # every page is loaded before something of it is another
    for lately in (False, True):  # the two working days have tests of their own
        desk().close()
        monkeypatch.setattr(endings, "is_late", lambda *_, late=lately: late)
        page = rep.get("/mirror/").content.decode()
        assert ("Ended lately: two minutes for what it taught?" in page) == lately
    old = own[-1]
    page = rep.get(f"/deals/{old.deal_id}/").content.decode()
    assert "Look back on it" in page
    assert "Go on with it" not in page
    address = begun(rep, old)
    assert begun(rep, old) == address
    assert "Go on with it" in rep.get(f"/deals/{old.deal_id}/").content.decode()


def _own(rep_id: str) -> tuple[Ended, ...]:
    key = desk().roster().key_of(rep_id)
    if key is None:
        return ()
    with desk().reading() as reader:
        every = endings_of(reader, Scope("test", everybody=True), key)
    return tuple(each for each in every if each.ends is not Ends.CASE)


def test_the_debrief_shows_what_the_chain_showed_and_asks_the_two_questions(rep: Client, rep_id: str) -> None:
    page = rep.get(begun(rep, ended(rep_id))).content.decode()
    assert "What the story shows" in page
    assert "touches by hand" in page or "touch by hand" in page
    assert "What is the lesson?" in page
    assert "How will it serve you in winning the next deal?" in page
    assert page.count("I do not know") >= 4
    assert "Mistakes of our own" in page


def test_closing_puts_what_stood_in_the_way_into_the_log_once(rep: Client, rep_id: str) -> None:
    address = begun(rep, ended(rep_id))
    assert rep.post(address, answers()).status_code == 302
    entries = written(desk().home, "obstacle")
    assert sorted((str(each.fields["said_by"]), str(each.fields["kind"])) for each in entries) == [
        ("buyer", "competitor"),
        ("rep", "own_mistake"),
        ("rep", "timing"),
    ]
    assert {each.fields["evidence"] for each in entries} == {"claimed"}
    assert {each.fields["deal_id"] for each in entries} == {Debrief.objects.get().chain_id}
    rep.post(address, answers(own_reasons=["price"]))
    assert len(written(desk().home, "obstacle")) == 3
    assert Debrief.objects.get().own_reasons == ["timing", "own_mistake:early", "own_mistake:late"]
    assert [each.text for each in Commitment.objects.all()] == ["Ask who signs"]


def test_nothing_of_its_text_reaches_the_log(closed: Debrief) -> None:
    said = "".join(path.read_text() for path in desk().home.journal.glob("*.jsonl"))
    assert closed.chain_id in said
    assert not [text for text in WORDS.values() if text[:20] in said]


def test_a_closed_debrief_lays_two_accounts_side_by_side(closed: Debrief, rep: Client) -> None:
    page = rep.get(f"/debriefs/{closed.pk}/").content.decode()
    assert "You name a mistake of our own and the wrong time; the buyer named another supplier." in page
    assert "You alone read this." in page
    assert "Ask who signs" in page


@pytest.mark.parametrize("question", ["own", "buyer", "lesson", "serves", "steps"])
def test_each_question_wants_an_answer_or_that_it_is_not_known(question: str, rep: Client, rep_id: str) -> None:
    field = {"own": "own_reasons", "buyer": "buyer_reasons", "steps": "step_1"}.get(question, question)
    empty: dict[str, object] = {field: ""} | ({"own_reasons": [], "own_mistakes": []} if question == "own" else {})
    if question == "buyer":
        empty = {"buyer_reasons": []}
    address = begun(rep, ended(rep_id))
    refused = rep.post(address, answers(**empty))
    assert refused.status_code == 200
    assert "Say something here, or that you do not know." in refused.content.decode()
    assert rep.post(address, answers(**empty, unknown=[question])).status_code == 302
    assert Debrief.objects.get().unknown == [question]


@pytest.mark.parametrize(
    "said",
    [
        {"due_1": "yesterday"},
        {"due_1": "2020-01-01"},
        {"due_1": "2999-01-01"},
        {"due_1": ""},
        {"own_reasons": ["'; drop table debrief; --"]},
        {"buyer_reasons": ["own_mistake:late"]},
        {"lesson": "x" * 1001},
        {"lesson": "a\0b"},
        {"unknown": ["everything"]},
    ],
)
def test_what_is_no_answer_closes_nothing(said: dict[str, object], rep: Client, rep_id: str) -> None:
    assert rep.post(begun(rep, ended(rep_id)), answers(**said)).status_code == 200
    assert Debrief.objects.get().closed_at is None
    assert written(desk().home, "obstacle") == []


def test_what_is_kept_for_later_is_there_later(rep: Client, rep_id: str) -> None:
    address = begun(rep, ended(rep_id))
    assert rep.post(address, {"lesson": SECRET, "said": "keep"}).status_code == 302
    assert SECRET in rep.get(address).content.decode()
    assert Debrief.objects.get().closed_at is None


@pytest.mark.parametrize(
    "said",
    [
        {"of": "deal", "deal": "nobody's"},
        {"of": "deal", "deal": "'; drop table x; --"},
        {"of": "case", "deal": "nobody's", "at": "never"},
        {"of": "practice", "practice": "9999999999999999999999"},
        {"of": "practice", "practice": "-1"},
        {"of": ""},
    ],
)
def test_what_did_not_end_cannot_be_looked_back_on(said: dict[str, str], rep: Client) -> None:
    assert rep.post("/debriefs/begin/", said).status_code == 404
    assert not Debrief.objects.exists()


def test_nobody_looks_back_on_the_deal_of_somebody_else(signed_in: Callable[[str], Client], rep_id: str) -> None:
    ending = ended(rep_id)
    for name in OTHERS:
        answer = signed_in(name).post("/debriefs/begin/", {"of": "deal", "deal": ending.deal_id})
        assert answer.status_code == 404, name


def test_a_service_case_and_a_practice_that_failed_can_be_looked_back_on(
    rep: Client, practice: dict[str, Person], rep_id: str
) -> None:
    if own := _cases(rep_id):
        assert rep.get(begun(rep, own[0])).status_code == 200
        assert Debrief.objects.get().of == DebriefOf.CASE
    now = desk().as_of()
    tried = Practice.objects.create(
        person=practice[REP],
        what="Call before the offer",
        starts_on=now.date(),
        ends_on=now.date(),
        ended_as=EndedAs.DROPPED,
        ended_at=now,
    )
    assert "Call before the offer" in rep.get("/mirror/").content.decode()
    address = rep.post("/debriefs/begin/", {"of": "practice", "practice": str(tried.pk)})["Location"]
    assert "What did the buyer say stood in the way?" not in rep.get(address).content.decode()
    assert rep.post(address, answers(buyer_reasons=[])).status_code == 302
    assert written(desk().home, "obstacle") == []
    assert "Call before the offer" not in rep.get("/mirror/").content.decode()


def _cases(rep_id: str) -> list[Ended]:
    key = desk().roster().key_of(rep_id)
    assert key is not None
    with desk().reading() as reader:
        found = endings_of(reader, Scope("test", everybody=True), key)
    return [each for each in found if each.ends is Ends.CASE]


READ = {Reach.NOBODY: set(), Reach.MANAGER: {MANAGER}, Reach.EVERYBODY: set(OTHERS)}


@pytest.mark.parametrize("reach", list(Reach))
def test_who_reads_it_is_who_its_owner_says(
    reach: Reach, closed: Debrief, rep: Client, signed_in: Callable[[str], Client]
) -> None:
    share(rep, closed, reach)
    clients = {name: signed_in(name) for name in OTHERS}
    read = {name for name, client in clients.items() if client.get(f"/debriefs/{closed.pk}/").status_code == 200}
    assert read == READ[reach]
    for name, client in clients.items():
        pages = [client.get(each).content.decode() for each in ("/debriefs/", "/wall/")]
        assert (SECRET in pages[1]) == (reach is Reach.EVERYBODY), name
        assert SECRET not in pages[0]
        assert client.post(f"/debriefs/{closed.pk}/share/", {"reach": "everybody"}).status_code == 404
        assert client.post(f"/debriefs/{closed.pk}/words/", WORDS).status_code == 404
        assert client.post(f"/debriefs/{closed.pk}/", answers()).status_code == 404


@pytest.mark.parametrize("reach", [Reach.MANAGER, Reach.EVERYBODY])
def test_what_is_taken_back_nobody_else_reads_at_once(
    reach: Reach, closed: Debrief, rep: Client, signed_in: Callable[[str], Client]
) -> None:
    share(rep, closed, reach)
    assert signed_in(MANAGER).get(f"/debriefs/{closed.pk}/").status_code == 200
    share(rep, closed, Reach.NOBODY)
    for name in OTHERS:
        assert signed_in(name).get(f"/debriefs/{closed.pk}/").status_code == 404
        assert SECRET not in signed_in(name).get("/wall/").content.decode()
    assert [each.what for each in Noted.objects.filter(what__startswith="debrief").order_by("pk")] == [
        f"debrief shared: {reach}",
        "debrief taken back",
    ]


def test_an_open_debrief_is_read_by_its_owner_alone_whatever_its_reach(
    rep: Client, rep_id: str, signed_in: Callable[[str], Client]
) -> None:
    address = begun(rep, ended(rep_id))
    rep.post(address, {"lesson": SECRET, "said": "keep"})
    assert share(rep, Debrief.objects.get(), Reach.EVERYBODY) == 404
    Debrief.objects.update(reach=Reach.EVERYBODY)
    for name in OTHERS:
        assert signed_in(name).get(address).status_code == 404
        assert SECRET not in signed_in(name).get("/wall/").content.decode()


def test_the_day_of_a_step_comes_and_the_mirror_asks_whether_it_held(closed: Debrief, rep: Client) -> None:
    assert "did it hold?" not in rep.get("/mirror/").content.decode()
    Commitment.objects.update(due_on=desk().today())
    assert "did it hold?" in rep.get("/mirror/").content.decode()
    step = Commitment.objects.get()
    said = {"step": str(step.pk), "held": "partly", "from": "mirror"}
    assert rep.post("/debriefs/held/", said)["Location"] == "/mirror/"
    assert "did it hold?" not in rep.get("/mirror/").content.decode()
    assert "In part" in rep.get(f"/debriefs/{closed.pk}/").content.decode()


@pytest.mark.parametrize("said", [{"step": "0"}, {"step": "x"}, {"step": "9" * 40}, {"held": "maybe"}, {}])
def test_nobody_says_of_the_steps_of_another_whether_they_held(
    said: dict[str, str], closed: Debrief, signed_in: Callable[[str], Client]
) -> None:
    step = closed.steps.get()
    client = signed_in(PEER)
    assert client.post("/debriefs/held/", {"step": str(step.pk), "held": "yes"} | said).status_code == 404
    assert Commitment.objects.get().held == ""


STEP = "Ask the quorum of lanterns"


@pytest.fixture
def naming(rep: Client, rep_id: str, practice: dict[str, Person]) -> Callable[[str], Commitment]:
    """Closes a debrief that names somebody for a step whose day has come."""

    def made(name: str) -> Commitment:
        rep.post(begun(rep, ended(rep_id)), answers(step_2=STEP, due_2=answers()["due_1"], who_2=practice[name].pk))
        Commitment.objects.update(due_on=desk().today())
        return Commitment.objects.get(text=STEP)

    return made


@pytest.mark.parametrize(
    ("name", "reach", "nameless", "told"),
    [
        (MANAGER, Reach.NOBODY, "", False),
        (MANAGER, Reach.MANAGER, "", True),
        (MANAGER, Reach.EVERYBODY, "", True),
        (MANAGER, Reach.EVERYBODY, "on", False),
        (PEER, Reach.MANAGER, "", False),
        (PEER, Reach.EVERYBODY, "", True),
        (PEER, Reach.EVERYBODY, "on", False),
    ],
)
def test_whom_a_step_names_is_asked_of_it_as_long_as_the_debrief_is_shared_with_them(
    name: str,
    reach: Reach,
    nameless: str,
    told: bool,
    naming: Callable[[str], Commitment],
    rep: Client,
    signed_in: Callable[[str], Client],
) -> None:
    step, other = naming(name), signed_in(name)
    assert step.debrief is not None
    share(rep, step.debrief, reach, **({"anonymous": nameless} if nameless else {}))
    assert Debrief.objects.get().reach == reach
    said = {"step": str(step.pk), "held": "yes"}
    pages = ("/mirror/", "/talks/", f"/debriefs/{step.debrief_id}/")
    assert [STEP in other.get(each).content.decode() for each in pages] == [told] * 3
    assert (STEP in _export(other)) == told
    for third in {PEER, MANAGER, LEADER, ADMIN} - {name}:
        client = signed_in(third)
        assert not [each for each in pages if STEP in client.get(each).content.decode()], third
        assert client.post("/debriefs/held/", said).status_code == 404
        assert client.post("/debriefs/held/", said | {"held": "mine"}).status_code == 404
    assert STEP in _export(rep)
    assert STEP not in rep.get("/mirror/").content.decode(), "it is not theirs to do"
    assert other.post("/debriefs/held/", said).status_code == (302 if told else 404)
    share(rep, step.debrief, Reach.NOBODY)
    assert not [each for each in pages if STEP in other.get(each).content.decode()]
    assert other.post(f"/commitments/{step.pk}/", {"held": "no"}).status_code == 404
    assert ('<span class="tag good">It was done</span>' in rep.get(pages[-1]).content.decode()) == told


def test_sharing_says_who_learns_what_they_are_named_for(naming: Callable[[str], Commitment], rep: Client) -> None:
    step = naming(MANAGER)
    assert step.debrief is not None
    address = f"/debriefs/{step.debrief_id}/"
    assert "only while this debrief is shared with them" in rep.get(address).content.decode()
    told = rep.post(f"{address}share/", {"reach": "manager"}, follow=True).content.decode()
    assert f"Among what is to be done by {MANAGER} stand the steps now that you named them for." in told
    assert f"{MANAGER} can read this, and is asked the same." in told
    back = rep.post(f"{address}share/", {"reach": "nobody"}, follow=True).content.decode()
    assert "Nobody else is told of the steps" in back


def test_a_step_that_names_another_is_taken_by_who_wrote_it(naming: Callable[[str], Commitment], rep: Client) -> None:
    step = naming(PEER)
    assert STEP not in rep.get("/mirror/").content.decode()
    assert rep.post("/debriefs/held/", {"step": str(step.pk), "held": "mine"}).status_code == 302
    assert STEP in rep.get("/mirror/").content.decode()


@pytest.mark.parametrize("name", [LEADER, ADMIN, REP, "nobody"])
def test_nobody_is_named_who_is_not_near(name: str, rep: Client, rep_id: str, practice: dict[str, Person]) -> None:
    who = practice[name].pk if name in practice else "99999999999999999999"
    assert rep.post(begun(rep, ended(rep_id)), answers(who_1=who)).status_code == 200
    assert not Commitment.objects.exists()


def test_what_somebody_was_named_for_stays_with_who_wrote_it_when_they_go(
    naming: Callable[[str], Commitment], practice: dict[str, Person]
) -> None:
    step = naming(PEER)
    Commitment.objects.update(held="no")
    forget(practice[ADMIN], practice[PEER], desk().home, now=desk().moment(), today=desk().today())
    step.refresh_from_db()
    assert (step.owner, step.held) == (practice[REP], "")


def test_all_of_it_is_in_one_s_own_export_and_goes_with_its_owner(
    closed: Debrief, rep: Client, signed_in: Callable[[str], Client], practice: dict[str, Person]
) -> None:
    share(rep, closed, Reach.EVERYBODY)
    assert SECRET in _export(rep)
    assert SECRET not in _export(signed_in(MANAGER))
    practice[REP].delete()
    assert not Debrief.objects.exists()
    assert not Commitment.objects.exists()
    assert SECRET not in signed_in(PEER).get("/wall/").content.decode()


def _export(client: Client) -> str:
    with zipfile.ZipFile(io.BytesIO(client.post("/me/data/").content)) as file:
        return "".join(file.read(name).decode() for name in file.namelist() if name.endswith((".json", ".csv")))


def test_a_page_of_debriefs_asks_little_of_the_database(
    closed: Debrief, rep: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for address in ("/debriefs/", f"/debriefs/{closed.pk}/", "/wall/"):
        rep.get(address)
        with django_assert_max_num_queries(20):
            rep.get(address)
