"""What a program may hand over: touches and acts of buyers, one at a time, into the journal.

Operations speak for systems: they may state an event's own id, that it was recorded, and whose it is. A rep's program
speaks for the rep alone: touches of their own, on chains that they see, and typed in, since nobody else recorded them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Annotated, Any

from django.http import Http404, HttpRequest
from ninja import Header, Router, Status

from answerback.domain.errors import NotFoundError, UsageError
from answerback.domain.kinds import Evidence
from answerback.people import audit
from answerback.people.models import Role
from answerback.web.answering.asking import Asking
from answerback.web.api.answers import TakenOut
from answerback.web.api.bearer import asked_by, bearer_of
from answerback.web.api.bodies import BuyerAction, Effort, Said
from answerback.web.api.once import Answer, id_under, once
from answerback.web.api.problems import Problem, Refused
from answerback.web.api.reading import retold
from answerback.workspace.journal import Entry, append
from answerback.workspace.known import source_of, sources_knowing

router = Router(tags=["writing"])
Key = Annotated[
    str,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=200,
        pattern=r"^[!-~]+$",
        description="A new one for each record: the same again gives the same answer.",
    ),
]
_SPACES = {"deal_id": "deal", "account_id": "account", "contact_id": "contact"}
_TROUBLE: dict[int, Any] = dict.fromkeys((400, 401, 403, 404, 409, 413, 422, 429, 503), Problem)


@dataclass(frozen=True, slots=True)
class Handed:
    """A record that somebody's program hands over."""

    asking: Asking
    record: str
    said: Said
    key: str
    now: datetime

    @property
    def for_systems(self) -> bool:
        """Whether they speak for systems, not for themselves alone."""
        return self.asking.viewer.is_a(Role.OPERATIONS)


@router.post("/efforts", response={201: TakenOut, **_TROUBLE}, url_name="api_efforts")
def efforts(request: HttpRequest, said: Effort, key: Key) -> Status[Answer]:  # type: ignore[valid-type]
    """Hands over one thing that a rep did toward buyers."""
    return _taken(request, "effort", said, key)


@router.post("/buyer-actions", response={201: TakenOut, **_TROUBLE}, url_name="api_buyer_actions")
def buyer_actions(request: HttpRequest, said: BuyerAction, key: Key) -> Status[Answer]:  # type: ignore[valid-type]
    """Hands over one thing that a buyer did."""
    return _taken(request, "buyer_action", said, key)


def _taken(request: HttpRequest, record: str, said: Said, key: str) -> Status[Answer]:
    if not bearer_of(request).writes:
        raise Refused(HTTPStatus.FORBIDDEN, "this token may read, not write", "make one that may write")
    asking = asked_by(request)
    if not asking.viewer.is_a(Role.REP, Role.MANAGER, Role.OPERATIONS):
        raise Http404
    handed = Handed(asking, record, said, key, datetime.now(UTC))
    text = f"{record} {said.model_dump_json()}"
    return Status(HTTPStatus.CREATED, once(asking.viewer.person, key, text, handed.now, lambda: _take(handed)))


def _take(handed: Handed) -> Answer:
    fields = handed.said.fields_said()
    if datetime.fromisoformat(str(fields["occurred_at"])) > handed.now:
        raise Refused(HTTPStatus.UNPROCESSABLE_ENTITY, "what is yet to come is no event", "send it once it happened")
    if not any(fields.get(name) for name in _SPACES):
        raise Refused(HTTPStatus.UNPROCESSABLE_ENTITY, "nobody is named", "name the deal, the company or the contact")
    source, own = _of_system(handed, fields) if handed.for_systems else _of_rep(handed, fields)
    whole = {**fields, **own, "source_id": handed.said.id or id_under(handed.asking.viewer.person, handed.key)}
    append(handed.asking.desk.home, Entry(source, handed.record, whole, handed.now))
    audit.note(handed.asking.viewer.person, f"api: {handed.record}", str(whole["source_id"]))
    return {
        "id": whole["source_id"],
        "record": handed.record,
        "source": source,
        "evidence": whole.get("evidence") or Evidence.CAPTURED,
        "occurred_at": whole["occurred_at"],
        "written_at": handed.now.isoformat(),
    }


def _of_system(handed: Handed, fields: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """From a system's own program: ids that nobody knows yet are taken where it says whose they are."""
    if handed.said.source:
        if handed.said.source not in _sources(handed, fields):
            raise NotFoundError("there is no such system")
        return handed.said.source, {}
    named = next((space, str(fields[name])) for name, space in _SPACES.items() if fields.get(name))
    return _source(handed, *named), {}


def _sources(handed: Handed, fields: dict[str, Any]) -> set[str]:
    """The systems of which anything is loaded that this record names."""
    found: set[str] = set()
    for name, space in (*_SPACES.items(), ("rep_id", "rep"), ("registered_by_id", "rep")):
        if fields.get(name):
            found |= sources_knowing(handed.asking.desk.home, space, str(fields[name]))
    return found


def _of_rep(handed: Handed, fields: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """From somebody's own program: of themselves, on a chain that they see, typed in."""
    if handed.said.id is not None:
        raise Refused(HTTPStatus.FORBIDDEN, "only a system's program may state ids", "leave the id away")
    if fields.get("evidence") == Evidence.CAPTURED:
        raise Refused(
            HTTPStatus.FORBIDDEN, "only a system's program may say that it was recorded", "leave evidence away"
        )
    chain_id = fields.get("deal_id") or fields.get("account_id")
    if chain_id is None:
        raise Refused(HTTPStatus.UNPROCESSABLE_ENTITY, "no chain is named", "name the deal or the company")
    for name in ("deal_id", "account_id"):
        if fields.get(name):
            retold(handed.asking, str(fields[name]))  # not found for whoever does not see it
    who = "rep_id" if handed.record == "effort" else "registered_by_id"
    key, roster = handed.asking.viewer.own_key, handed.asking.desk.roster()
    if key is None or (fields.get(who) and roster.key_of(str(fields[who])) != key):
        raise Http404
    source = _source(handed, "deal" if fields.get("deal_id") else "account", str(chain_id))
    own = [name for name, each in roster.keys.items() if each == key]
    known = [name for name in own if source in sources_knowing(handed.asking.desk.home, "rep", name)]
    if not known:
        raise Refused(
            HTTPStatus.CONFLICT, f"{source} does not know you", "ask operations to tie your accounts together"
        )
    return source, {who: known[0], "evidence": str(Evidence.CLAIMED)}


def _source(handed: Handed, space: str, name: str) -> str:
    """The system that knows an id. Refused where several do and none was said."""
    try:
        return source_of(handed.asking.desk.home, space, (name,), handed.said.source or "")
    except UsageError as error:
        raise Refused(HTTPStatus.CONFLICT, error.what, "say which one as source") from error
