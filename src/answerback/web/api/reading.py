"""What a program may read: what its person sees on their pages, in the same words, through the same door."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Annotated, Any

from django.http import Http404, HttpRequest
from ninja import Path, Query, Router
from pydantic import Field

from answerback.analysis.court.mine import Waiting, is_cold, is_late
from answerback.analysis.findings.gathering import Standing
from answerback.analysis.on_base import OnBase, on_base
from answerback.analysis.story import Story, story
from answerback.present.formats import with_text_instants
from answerback.present.on_base import on_base_table
from answerback.present.own import act_text
from answerback.present.story import answer_lines
from answerback.web.answering.asking import Asking
from answerback.web.answering.board import Board, board_of, roles_of
from answerback.web.answering.desk import NothingBuilt
from answerback.web.answering.waits import waiting_on_rep
from answerback.web.api.answers import Ball, Balls, ChainOut, FindingOut, Findings, LineOut, Me, OnBaseOut, TurnOut
from answerback.web.api.bearer import asked_by, bearer_of
from answerback.web.api.bodies import LONGEST
from answerback.web.api.problems import Problem, Refused
from answerback.web.noted.marks import words_on_acts
from answerback.web.noted.pending import ChainIds, noted, pending_of, with_pending
from answerback.web.noted.turns import turns_of
from answerback.web.shown.cards import card


@dataclass(frozen=True, slots=True)
class Retold:
    """A chain with what was noted since the last build.

    Attributes:
        told: The chain.
        as_of: From when it is seen: not before what was noted.
        unbuilt: The ids of events that no build has seen yet.
    """

    told: Story
    as_of: datetime
    unbuilt: frozenset[str]


router = Router(tags=["reading"])
Id = Annotated[str, Field(min_length=1, max_length=LONGEST)]
MOST_DIMENSIONS = 6
_TROUBLE: dict[int, Any] = {400: Problem, 401: Problem, 404: Problem, 422: Problem, 429: Problem, 503: Problem}


@router.get("/me", response={200: Me, **_TROUBLE}, url_name="api_me")
def me(request: HttpRequest) -> Me:
    """Whom the token speaks for, and from when everything is seen."""
    asking, bearer = asked_by(request), bearer_of(request)
    try:
        as_of, snapshot = asking.desk.as_of(), asking.desk.snapshot
    except NothingBuilt:
        as_of, snapshot = None, ""
    person = bearer.person
    return Me(
        name=person.name,
        email=person.email,
        rep_id=person.rep_id,
        roles=sorted(str(role) for role in asking.viewer.roles),
        writes=bearer.writes,
        as_of=as_of,
        snapshot=snapshot,
    )


@router.get("/findings", response={200: Findings, **_TROUBLE}, url_name="api_findings")
def findings(request: HttpRequest) -> Findings:
    """What is on one's pages this week."""
    asking = asked_by(request)
    board = board_of(asking.desk)
    now: dict[str, FindingOut] = {}
    before: dict[str, FindingOut] = {}
    for role in roles_of(asking.viewer):
        for found, standings in ((now, board.page_of), (before, board.earlier_of)):
            for each in standings(asking.viewer, role):
                found.setdefault(each.finding.finding_id, _finding(asking, board, each))
    earlier = [each for key, each in before.items() if key not in now]
    return Findings(week=board.gathered.week, findings=list(now.values()), earlier=earlier)


@router.get("/findings/{finding_id}", response={200: FindingOut, **_TROUBLE}, url_name="api_finding")
def finding(request: HttpRequest, finding_id: Path[Id]) -> FindingOut:
    """One finding, for whoever's page it may be on."""
    asking = asked_by(request)
    board = board_of(asking.desk)
    standing = board.seen_by(asking.viewer, finding_id)
    if standing is None:
        raise Http404
    return _finding(asking, board, standing)


@router.get("/on-base", response={200: OnBaseOut, **_TROUBLE}, url_name="api_on_base")
def rates(
    request: HttpRequest,
    by: Annotated[list[Id], Query(min_length=1, max_length=MOST_DIMENSIONS, description="Dimensions.")],
    where: Annotated[list[Id], Query(max_length=MOST_DIMENSIONS, description="name=value of a dimension.")] = [],  # noqa: B006
) -> OnBaseOut:
    """On-base rates of those whose rows one may see."""
    asking = asked_by(request)
    scope = asking.scope("on-base")
    if not scope.everybody and not scope.stretches:
        raise Http404
    chosen = tuple(sorted(dict(_pair(each) for each in where).items()))
    question = ("on-base", tuple(by), chosen, scope)
    answer: OnBase = asking.desk.once(question, lambda reader: on_base(reader, scope, by=tuple(by), where=dict(chosen)))
    return OnBaseOut(
        by=list(answer.by),
        as_of=answer.as_of,
        snapshot=answer.snapshot,
        recorded_until=answer.recorded_until,
        by_sequence=answer.sequence_efforts,
        typed_in=answer.claimed_efforts,
        contested=answer.contested_efforts,
        rows=with_text_instants(on_base_table(answer)).to_pylist() if answer.cells else [],
    )


@router.get("/balls", response={200: Balls, **_TROUBLE}, url_name="api_balls")
def balls(request: HttpRequest, rep: Annotated[Id | None, Query(description="Somebody's id.")] = None) -> Balls:
    """Buyers who wait on oneself, or on somebody who reports to one: they see that you looked."""
    asking = asked_by(request)
    key = asking.desk.roster().key_of(rep) if rep is not None else asking.viewer.own_key
    scope = asking.scope("balls")
    if key is None or not scope.holds(key, asking.desk.as_of()):
        raise Http404
    own = scope.only(key)
    found = waiting_on_rep(asking.desk, own, key)
    rep_id = asking.desk.roster().id_of(key)
    asking.looked_at(key, "balls")
    turns = turns_of(found, words_on_acts(asking.desk))
    return Balls(
        rep_id=rep_id,
        as_of=found.as_of,
        waiting=[_ball(each, found.as_of) for each in turns.waiting],
        older=found.older,
        copied=found.copied,
        refused=found.refused,
    )


@router.get("/chains/{path:chain_id}", response={200: ChainOut, **_TROUBLE}, url_name="api_chain")
def chain(request: HttpRequest, chain_id: Path[Id]) -> ChainOut:
    """One deal or company as it went; what was written down since the last build is on it."""
    found = retold(asked_by(request), chain_id)
    told = found.told
    return ChainOut(
        id=told.chain_id,
        is_deal=told.is_deal,
        account_id=told.account_id,
        owner_id=told.owner_id,
        starts_at=told.starts_at,
        ends_at=told.ends_at,
        outcome=told.outcome,
        stage=told.stage,
        as_of=found.as_of,
        summary=answer_lines(told, found.as_of),
        turn=TurnOut(court=str(told.turn.court), since=told.turn.since, ended=told.turn.ended),
        handovers=told.handovers,
        longest_gap_seconds=told.longest_gap_seconds,
        lines=[_line(asdict(each), found) for each in told.lines],
    )


def retold(asking: Asking, chain_id: str) -> Retold:
    """A chain in somebody's scope with what no build has seen yet. Raises NotFoundError where there is none."""
    scope, said = asking.scope("chain"), noted(asking.desk)
    told = asking.desk.once(("api chain", chain_id, scope), lambda reader: story(reader, scope, chain_id))
    ids = ChainIds(
        deal_id=told.chain_id if told.is_deal else "",
        account_ids=frozenset() if told.is_deal else frozenset({told.chain_id}),
        contact_ids=frozenset(),
        takes_company=not told.is_deal,
    )
    as_of = asking.desk.as_of()
    pending = pending_of(said, ids, max(as_of, datetime.now(UTC)))
    whole = with_pending(told, pending, asking.desk.roster().id_of(asking.viewer.own_key))
    latest = max([as_of, *(line.occurred_at for line in pending.lines)])
    return Retold(whole, latest, frozenset(line.event_id for line in pending.lines))


def _finding(asking: Asking, board: Board, standing: Standing) -> FindingOut:
    figures = board.figures_for(asking.viewer, asking.scope("findings"), standing)
    shown = card(standing, board.names, figures=figures)
    return FindingOut(
        id=shown.finding_id,
        about=shown.about,
        headline=shown.headline,
        lines=list(shown.lines),
        ask=shown.ask,
        good_news=shown.good_news,
        raised_on=shown.raised_on,
        others_from=shown.others_from,
        status=shown.status,
    )


def _ball(each: Waiting, as_of: datetime) -> Ball:
    return Ball(
        contact_id=each.buyer.contact_id,
        name=each.buyer.name or "",
        account_id=each.buyer.account_id,
        since=each.since,
        last_at=each.last_at,
        times=each.times,
        did=act_text(each.kind, each.subkind),
        kind=each.kind,
        action_id=each.action_id,
        due_at=each.due_at,
        late=is_late(each, as_of),
        cold=is_cold(each, as_of),
        written_before=each.written_before,
    )


def _line(said: dict[str, Any], found: Retold) -> LineOut:
    plain = {**said, "sort": str(said["sort"]), "court": str(said["court"]) if said["court"] is not None else None}
    return LineOut(**plain, built=said["event_id"] not in found.unbuilt)


def _pair(text: str) -> tuple[str, str]:
    name, sign, value = text.partition("=")
    if not sign:
        raise Refused(HTTPStatus.UNPROCESSABLE_ENTITY, "where is no name=value", "write where=team=north")
    return name, value
