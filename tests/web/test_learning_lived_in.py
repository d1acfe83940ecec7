"""The practice company is lived in: what its people wrote agrees with its records, and the product says what came."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from answerback.analysis.diagnose.windows import happenings_known
from answerback.analysis.ended.endings import Ended, endings_of
from answerback.analysis.ended.facts import Facts, facts_of, read_facts
from answerback.analysis.leading.first_hand import LOOKED_AT
from answerback.analysis.leading.talks_held import talks_held
from answerback.analysis.lessons import State
from answerback.analysis.lift.fixing import LEAST_REPS
from answerback.analysis.lift.practised import Answer, own_kinds
from answerback.analysis.side_by_side import chosen
from answerback.analysis.trust.reasons import Ending
from answerback.api import open_workspace
from answerback.people.learning import commitments, surveys, wall
from answerback.people.learning.debriefs import OF_DEALS
from answerback.people.learning.models import (
    Cause,
    CauseBoard,
    CauseState,
    Commitment,
    Debrief,
    DebriefOf,
    GroupPractice,
    Joining,
    Lesson,
    Practice,
    Reach,
    Survey,
    Talk,
    TalkKind,
    TalkNote,
    Thanks,
)
from answerback.people.learning.models import (
    Ended as EndedAs,
)
from answerback.people.learning.survey_templates import LEADING, SELLING
from answerback.people.learning.unnamed import telltales
from answerback.people.lived_in import words_of_endings
from answerback.people.lived_in.practising import LEAST_TOUCHES
from answerback.people.lived_in.talking import SHOWN
from answerback.people.lived_in.words_of_endings import Cause as PutDownTo
from answerback.people.lived_in.words_of_endings import causes_lost, causes_won
from answerback.people.models import Organisation, Person
from answerback.present.debriefs import KNOWN_KINDS
from answerback.present.practices import headline
from answerback.simulate.envelope import NAME, Envelope, to_text
from answerback.web.answering import beforehand
from answerback.web.answering.beforehand import Ahead, ahead
from answerback.web.answering.board import FINDINGS
from answerback.web.answering.desk import Desk, NotReady, desk
from answerback.web.answering.lessons import claims_of, states_of
from answerback.web.answering.practising import judged_of
from answerback.web.answering.tasks import keep
from answerback.web.running import practice_people
from answerback.web.running.practice_people import go_on, history, settle
from answerback.workspace.access import owner_scope
from answerback.workspace.journal import written
from tests.web.conftest import SCENARIOS

SCOPE = owner_scope("test")
SAID: dict[str, Callable[[Facts], bool]] = {
    "waited longer": lambda facts: bool(facts.missed),
    "The answer was a no.": lambda facts: facts.way == Ending.REFUSED,
    "They said no.": lambda facts: facts.way == Ending.REFUSED,
    "nothing came any more": lambda facts: facts.way == Ending.QUIET,
    "went quiet": lambda facts: facts.way == Ending.QUIET,
    "The last word was theirs": lambda facts: facts.way == Ending.LEFT_WAITING,
    "changed hands": lambda facts: facts.handovers > 0,
    "further on than": lambda facts: facts.ahead,
    "neither side said": lambda facts: (facts.silence_days or 0) >= 21,
    "brought an act": lambda facts: not facts.acts,
    "Nothing of theirs waited": lambda facts: facts.missed == 0,
}
"""By a part of a sentence, what must be true of the chain for it to be said."""


@pytest.fixture
def lived_in(practice: dict[str, Person]) -> Desk:
    """The practice company, once its people have written."""
    at = desk()
    history(at)
    return at


def ended_of(at: Desk, debrief: Debrief) -> Ended:
    key = at.roster().key_of(debrief.owner.rep_id)
    assert key is not None
    with at.reading() as reader:
        found = endings_of(reader, SCOPE, key)
    return next(each for each in found if each.deal_id == debrief.chain_id and each.ended_at == debrief.ended_at)


def facts_again(at: Desk, ended: Ended) -> Facts:
    with at.reading() as reader:
        balls = ahead(at, Ahead.BALLS).of(ended.deal_key)
        return facts_of(reader, SCOPE, ended, balls, ahead(at, Ahead.RISK)).of_kinds(KNOWN_KINDS)


def test_each_debrief_says_what_its_chain_shows(lived_in: Desk) -> None:
    found = list(Debrief.objects.filter(of__in=OF_DEALS).select_related("owner"))
    assert len(found) >= 16
    assert {each.of for each in found} == set(OF_DEALS)
    told = Counter[str]()
    for each in found:
        ended = ended_of(lived_in, each)
        facts = read_facts(each.facts)
        assert facts == facts_again(lived_in, ended)
        assert (each.of == DebriefOf.WON) == (ended.ends == "won")
        assert (each.of == DebriefOf.NO_DECISION) == (facts.reason in {"no decision", "indecision"})
        for part, holds in SAID.items():
            if part in f"{each.went} {each.lesson}":
                told[part] += 1
                assert holds(facts), (part, each.went, each.lesson, facts)
        assert set(each.buyer_reasons) <= set(facts.buyer_said), "what the buyer named is on record"
        own = set(each.own_reasons)
        assert "own_mistake:late" not in own or facts.missed
        assert "own_mistake:early" not in own or facts.ahead
        on_record = {"indecision" if each == "no decision" else each for each in (facts.reason, *facts.buyer_said)}
        assert {kind for kind in own if not kind.startswith("own_mistake")} <= on_record
        assert each.closed_at is not None
        assert each.ended_at < each.opened_at < each.closed_at < lived_in.as_of()
        assert each.shared_at is None or each.closed_at < each.shared_at <= lived_in.as_of()
    assert len(told) >= 6
    assert len({each.lesson for each in found}) >= 12
    assert {each.reach for each in found} == set(Reach)


def test_no_text_names_anybody_or_anything(lived_in: Desk) -> None:
    names = {name for each in lived_in.roster().members.values() for name in (each.name, each.rep_id)}
    for each in Debrief.objects.filter(of__in=OF_DEALS):
        assert not telltales(f"{each.went} {each.lesson} {each.serves}", {*names, each.chain_id})


def test_a_leader_s_own_failure_opens_the_wall_and_is_in_the_records(
    lived_in: Desk, practice: dict[str, Person], signed_in: Callable[[str], Client]
) -> None:
    found = wall.wall(practice["Oskar Ricci"], wall.Filters(), lived_in.today())
    assert found.opening is not None
    assert found.opening.by == "Jana Sato"
    with lived_in.reading() as reader:
        (happening,) = happenings_known(reader)
    assert happening.text[1:] in found.opening.went
    assert found.failed
    assert found.worked
    page = signed_in("Oskar Ricci").get("/wall/").content.decode()
    assert "Jana Sato goes first" in page
    assert '<option value="discover">discover</option>' in page
    assert ">Discovery</option>" not in page, "debriefs and lessons are narrowed by the same steps"
    for state in ("confirmed", "emerging", "rejected"):
        assert f">{state}</span>" in page, "each lesson stands on the wall with how it holds"


def test_what_data_bear_out_and_what_not_is_worked_out_of_what_came_after(lived_in: Desk) -> None:
    lessons = list(Lesson.objects.order_by("pk"))
    states = states_of(lived_in, claims_of(lived_in, lessons))
    belief, advice = lessons[:2]
    assert (belief.play, belief.instead_of) == (advice.instead_of, advice.play)
    assert belief.stated_at < advice.stated_at < lived_in.as_of() - timedelta(weeks=17)
    assert states[belief.pk] is State.REJECTED
    assert states[advice.pk] in (State.SUPPORTED, State.CONFIRMED)
    assert State.EMERGING in states.values()
    assert not Thanks.objects.filter(lesson=belief)
    assert Thanks.objects.exists()
    assert any(each.shared_at is None for each in lessons), "somebody keeps one to themselves"


def test_talks_are_those_of_the_log_and_leave_no_second_record(lived_in: Desk) -> None:
    with lived_in.reading() as reader:
        held = talks_held(reader, SCOPE, lived_in.as_of() - LOOKED_AT)
    logged = Counter((each.at, each.topic) for each in held if each.kind == TalkKind.ONE_TO_ONE)
    assert logged
    mine = Talk.objects.filter(kind=TalkKind.ONE_TO_ONE, held_at__isnull=False)
    assert Counter(mine.values_list("held_at", "topic")) == logged
    assert not written(lived_in.home, "conversation")
    ahead_of_now = Talk.objects.filter(held_at=None)
    assert {each.person_id for each in ahead_of_now} == {each.person_id for each in mine}
    assert all(each.planned_at > lived_in.as_of() for each in ahead_of_now)
    among_peers = Talk.objects.filter(kind=TalkKind.PEER_SESSION).exclude(hardest="").get()
    assert (among_peers.person.name, among_peers.guests.get().name) == ("Nadia Winkler", "Marek Peeters")
    assert "a poor fit with what they have" in among_peers.hardest, "what her buyers objected until then"
    held_words = set(Commitment.objects.values_list("held", flat=True))
    assert {"yes", "no", ""} <= held_words


def test_touches_are_laid_side_by_side_as_they_were_then(lived_in: Desk, signed_in: Callable[[str], Client]) -> None:
    talk = Talk.objects.filter(kind=TalkKind.PEER_SESSION).exclude(hardest="").get()
    key = lived_in.roster().key_of(talk.person.rep_id)
    assert key is not None
    with lived_in.reading() as reader:
        laid = chosen(replace(reader, as_of=talk.planned_at), SCOPE.only(key), talk.shown)
    answered = [each for each in laid if each.act]
    assert len(laid) == len(talk.shown) == 2 * SHOWN
    assert len(answered) == SHOWN
    assert {each.state for each in laid if not each.act} == {"unanswered"}
    assert all(each.occurred_at < talk.planned_at for each in laid)
    for name, sees in ((talk.person.name, True), (talk.guests.get().name, True), ("Kofi Novak", False)):
        page = signed_in(name).get(f"/talks/{talk.pk}/")
        assert (page.status_code == 200) == sees, name
        assert not sees or len(page.context["shown"]) == 2 * SHOWN


def test_a_case_is_looked_back_on_by_whoever_won_the_order(
    lived_in: Desk, practice: dict[str, Person], signed_in: Callable[[str], Client]
) -> None:
    case = Debrief.objects.get(of=DebriefOf.CASE)
    ended = ended_of(lived_in, case)
    assert (ended.ends, case.reach) == ("case", Reach.MANAGER)
    assert read_facts(case.facts) == facts_again(lived_in, ended)
    assert case.closed_at is not None
    assert case.ended_at < case.opened_at < case.closed_at < lived_in.as_of()
    boss = practice[boss_of(lived_in, case.owner)]
    theirs = case.steps.get(owner=boss)
    assert case.steps.filter(owner=case.owner).exists()
    assert theirs in commitments.open_of(boss, lived_in.today())
    assert theirs.text in signed_in(boss.name).get(f"/debriefs/{case.pk}/").content.decode()


def test_several_practise_by_lot_who_practise_nothing_else(lived_in: Desk) -> None:
    group = GroupPractice.objects.get()
    both = Practice.objects.filter(group=group)
    arms = Counter(both.values_list("arm", flat=True))
    assert set(arms) == {"now", "later"}
    assert sum(arms.values()) == group.joined.count() >= LEAST_REPS
    peers = Talk.objects.filter(kind=TalkKind.PEER_SESSION)
    busy = {*peers.values_list("person", flat=True), *peers.values_list("guests", flat=True)}
    busy |= {*Practice.objects.filter(group=None).values_list("person", flat=True)}
    assert not {each.person_id for each in both} & busy
    assert group.drawn_at is not None
    assert group.proposed_at < group.joined.earliest("at").at < group.joined.latest("at").at < group.drawn_at
    entries = [each for each in written(lived_in.home, "practice") if group.draw in str(each.fields["metric"])]
    assert len(entries) == sum(arms.values())
    for each in both.filter(arm="now"):
        assert each.starts_on == group.starts_on < lived_in.today() < each.ends_on
        assert sum(day.done for day in each.days.all()) > 0
    assert not both.filter(arm="later", days__isnull=False).exists()
    with lived_in.reading() as reader:
        for each in both.select_related("person"):
            key = lived_in.roster().key_of(each.person.rep_id)
            assert key is not None
            kinds = own_kinds(replace(reader, as_of=group.drawn_at), SCOPE.only(key), key)
            assert next(kind for kind in kinds if kind.play == group.play).touches >= LEAST_TOUCHES


def test_what_breaks_off_is_done_again_and_whole(lived_in: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    Organisation.objects.update(practice=True)
    done: list[str] = []

    def conclude() -> None:
        done.append("concluded")
        Lesson.objects.all().delete()

    def broken(_desk: Desk) -> None:
        raise NotReady

    monkeypatch.setattr(practice_people, "conclude_what_is_over", lambda _: conclude())
    monkeypatch.setattr(practice_people, "begin_boards", broken)
    with pytest.raises(NotReady):
        go_on(lived_in)
    assert Lesson.objects.exists(), "half of it is nothing"
    monkeypatch.setattr(practice_people, "begin_boards", lambda _: done.append("begun"))
    for _ in range(2):
        go_on(lived_in)
    assert done == ["concluded", "concluded", "begun"]


def test_the_poll_is_over_and_speaks_only_where_records_do(lived_in: Desk) -> None:
    poll = Survey.objects.get()
    lines = surveys.results(poll, lived_in.today())
    assert lines is not None
    for line in lines:
        told = dict(line.groups)
        assert told[LEADING] is None, "of three nothing is told"
        selling = told[SELLING]
        assert selling is not None
        assert selling.know == 12
        if line.question.key in ("tools", "training", "support"):
            assert selling.agree == 6


def test_the_same_company_has_the_same_history(practice: dict[str, Person]) -> None:
    first, second = (written_and_undone() for _ in range(2))
    assert first == second
    assert len(first) > 200


def written_and_undone() -> list[tuple[Any, ...]]:
    names: dict[Any, tuple[str, ...]] = {
        Debrief: (
            "owner",
            "of",
            "chain_id",
            "went",
            "lesson",
            "serves",
            "own_reasons",
            "reach",
            "anonymous",
            "closed_at",
        ),
        Lesson: ("author", "statement", "stated_at", "shared_at"),
        Thanks: ("person", "note", "at"),
        Talk: ("person", "coach", "planned_at", "lesson", "hardest", "shown"),
        TalkNote: ("author", "text", "at"),
        Commitment: ("owner", "text", "due_on", "held"),
        Practice: ("person", "what", "play", "starts_on", "baseline", "arm", "dose"),
        GroupPractice: ("proposed_by", "what", "play", "starts_on", "draw", "drawn_at"),
        Joining: ("person", "at"),
        Survey: ("template", "opens_on"),
    }
    with transaction.atomic():
        history(desk())
        rows = [row for model, columns in names.items() for row in model.objects.order_by("pk").values_list(*columns)]
        counts = list(Survey.objects.values_list("counts__question", "counts__value", "counts__n"))
        transaction.set_rollback(True)
    return [*map(tuple, rows), *sorted(counts, key=str)]


def test_what_became_of_a_practice_is_what_the_product_says(
    lived_in: Desk, judged: object, practice: dict[str, Person], signed_in: Callable[[str], Client]
) -> None:
    open_workspace(lived_in.home.root).build()
    lived_in.close()
    keep(lived_in, FINDINGS, judged)
    for what in (Ahead.DIRECTORY, Ahead.ACTS):
        beforehand.ahead(lived_in, what)
    go_on(lived_in)
    alone = Practice.objects.filter(group=None)
    found, running = alone.filter(ends_on__lte=lived_in.today()).get(), alone.latest("starts_on")
    assert running.starts_on <= lived_in.today() < running.ends_on
    counted = sum(each.done for each in running.days.all())
    assert 0 < counted <= running.dose * 4
    told, key = judged_of(lived_in), lived_in.roster().key_of(found.person.rep_id)
    assert told is not None
    assert key is not None
    outcome = told.own[key, found.play, found.starts_on]
    assert found.ended_as == {Answer.WORKED: EndedAs.HABIT, Answer.DID_NOT: EndedAs.DROPPED}.get(outcome.answer, "")
    assert Debrief.objects.filter(practice=found).exists() == (outcome.answer is Answer.DID_NOT)
    page = signed_in(found.person.name).get(f"/practice/{found.pk}/").content.decode()
    assert headline(outcome) in page
    peers = Talk.objects.filter(kind=TalkKind.PEER_SESSION)
    assert not {found.person_id, running.person_id} & set(peers.values_list("person", flat=True)), "nothing beside it"
    board_says_what_records_say(signed_in("Jana Sato"))
    go_on(lived_in)
    assert (CauseBoard.objects.count(), alone.count()) == (1, 2), "it is done once"
    one = Practice.objects.exclude(group=None).select_related("person")[0]
    told_of = signed_in(one.person.name).get(f"/practice/together/{one.group_id}/").context
    assert told_of["headline"].startswith("Cannot tell")


def board_says_what_records_say(leader: Client) -> None:
    board = CauseBoard.objects.get()
    assert board.owner is not None
    assert board.owner.name == "Jana Sato"
    page = leader.get(f"/findings/{board.finding_id}/causes/").content.decode()
    assert "Jana Sato has taken it on" in page
    assert Cause.objects.filter(board=board, state=CauseState.LOOKED_AT, name="price").exists()
    for each in Cause.objects.filter(board=board, state=CauseState.DOES_NOT):
        own = page.partition(f'id="c-{each.name}"')[2].partition("<section")[0]
        assert ">speaks against it<" in own
        assert ">speaks for it<" not in own


def test_what_is_private_stays_with_its_owner(lived_in: Desk, signed_in: Callable[[str], Client]) -> None:
    kept = Debrief.objects.filter(reach=Reach.NOBODY).select_related("owner")[0]
    note = TalkNote.objects.select_related("author", "talk__person").filter(talk__person__name="Oskar Ricci")[0]
    shared = Debrief.objects.filter(reach=Reach.MANAGER).select_related("owner")[0]
    own, other = (
        ("Kofi Novak", "Lena Uribe")
        if boss_of(lived_in, shared.owner) == "Kofi Novak"
        else ("Lena Uribe", "Kofi Novak")
    )
    for name in ("Kofi Novak", "Lena Uribe", "Jana Sato", "Enablement", "Admin", "Revenue operations"):
        client = signed_in(name)
        assert client.get(f"/debriefs/{kept.pk}/").status_code == 404
        assert client.get(f"/debriefs/{shared.pk}/").status_code == (200 if name == own else 404), name
        expected = 200 if name == note.author.name else 404
        assert client.get(f"/talks/{note.talk_id}/").status_code == expected, name
    assert other != own
    assert kept.lesson in signed_in(kept.owner.name).get(f"/debriefs/{kept.pk}/").content.decode()


def boss_of(at: Desk, person: Person) -> str:
    key = at.roster().key_of(person.rep_id)
    above = at.roster().members[key].manager_key if key is not None else None
    return at.roster().called(above) if above is not None else ""


@pytest.fixture
def enveloped(db: None, workspace: Path) -> Path:
    at = desk()
    told = Envelope(
        company="Halden Instruments",
        begins=at.today() - timedelta(weeks=39),
        turn=at.today() - timedelta(weeks=16),
        ends=at.as_of(),
        quarter="2026Q3",
        won_minor=1,
        target_minor=2,
        coached="",
        coached_on=at.today(),
        planted=(),
    )
    (workspace / NAME).write_text(to_text(told), encoding="utf-8")
    return workspace


def test_people_and_their_history_come_at_once_and_once(enveloped: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("cut short")

    with monkeypatch.context() as patched:
        patched.setattr(practice_people, "live_in", broken)
        with pytest.raises(RuntimeError):
            settle(desk(), now=desk().as_of())
    assert not Organisation.objects.exists(), "people without their history are not there"
    made = settle(desk(), now=desk().as_of())
    assert made is not None
    count = Debrief.objects.count()
    assert count >= 16
    assert settle(desk(), now=desk().as_of()) == made
    assert Debrief.objects.count() == count
    assert "new-hire" in SCENARIOS


def test_an_ending_is_put_down_only_to_what_its_chain_bears() -> None:
    assert causes_lost(Facts(missed=2, reason="price"), "offer") == [PutDownTo.LATE, PutDownTo.PRICE]
    assert causes_lost(Facts(ahead=True), "discover") == [PutDownTo.UNKNOWN]
    assert causes_lost(Facts(ahead=True, buyer_said=("timing",), touches=9), "close") == [
        PutDownTo.EARLY,
        PutDownTo.PRESSED,
        PutDownTo.TIMING,
    ]
    assert causes_won(Facts(missed=1, handovers=1)) == [PutDownTo.WON_LATE, PutDownTo.WON_HANDED_OVER]
    assert causes_won(Facts()) == [PutDownTo.WON]


def test_sentences_speak_of_the_task() -> None:
    taught = [each for some in words_of_endings._TAUGHT.values() for each in some]
    assert len(taught) >= 30
    for each in taught:
        said = f" {each.lesson} {each.serves} {each.step} ".lower()
        for word in (" lazy", " fault", " blame", " bad at ", " weak", " always ", " should have ", " careless"):
            assert word not in said, (word, each)
