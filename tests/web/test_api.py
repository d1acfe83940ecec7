"""The API for programs: by token alone, through the one door, each key once, and at once on its chain."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from django.core.cache import cache
from django.http import HttpResponse
from django.test import Client

from answerback.people.models import Look, Noted, Person
from answerback.people.tokens import make_token
from answerback.web.answering import desk as desks
from answerback.web.api import bearer
from answerback.web.api.models import Taken
from answerback.web.api.routes import urlpatterns
from answerback.workspace.journal import written

REP, MANAGER, LEADER, OPERATIONS = "Oskar Ricci", "Kofi Novak", "Jana Sato", "Revenue operations"
OTHERS = ("Enablement", "Admin")
OTHER_TEAM = "tessa.dahl@halden.example"
HOSTILE = ["nobody", "'; drop table x; --", "../../etc/passwd", "%00", "a" * 400, "\u202e\u0301", "1 or 1=1", "%ff"]
READ = ("me", "findings", "on-base?by=rep", "balls")


class Program:
    """A program with a token."""

    def __init__(self, person: Person, *, writes: bool = True) -> None:
        self.token = make_token(person, "a test's", writes=writes, days=1, now=datetime.now(UTC))
        self.client = Client(headers={"Authorization": f"Bearer {self.token}"}, enforce_csrf_checks=True)

    def get(self, where: str) -> HttpResponse:
        return self.client.get(f"/api/v1/{where}")  # type: ignore[return-value]

    def post(self, where: str, said: object, key: str = "k1") -> HttpResponse:
        text = said if isinstance(said, str) else json.dumps(said)
        return self.client.post(  # type: ignore[return-value]
            f"/api/v1/{where}", text, content_type="application/json", headers={"Idempotency-Key": key}
        )


@pytest.fixture(autouse=True)
def _nobody_asked_yet() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def program(practice: dict[str, Person]) -> Callable[..., Program]:
    return lambda name, **how: Program(practice[name], **how)


@pytest.fixture
def own_deal(practice: dict[str, Person]) -> str:
    """A deal that the rep owns and worked on, and that is open."""
    return _deal_of(practice[REP].rep_id)


def _deal_of(rep_id: str) -> str:
    desk = desks.desk()
    key = desk.roster().key_of(rep_id)
    with desk.reading() as reader:
        rows = reader.query(f"""
            select ids.id from deal_span join ids on ids.key = deal_span.deal_key and ids.space = 'deal'
            where deal_span.owner_key = {key} and deal_span.outcome is null
              and exists (select 1 from chain_event as e where e.chain_key = deal_span.deal_key and e.rep_key = {key})
            order by deal_span.starts_at desc, ids.id limit 1""").to_pylist()
    return str(rows[0]["id"])


def _effort(deal: str, **more: object) -> dict[str, object]:
    at = datetime.now(UTC) - timedelta(minutes=1)
    return {
        "rep_id": "oskar.ricci@halden.example",
        "deal_id": deal,
        "occurred_at": at.isoformat(),
        "kind": "call",
    } | more


def _said(response: HttpResponse) -> Any:
    return json.loads(response.content)


def test_each_route_states_a_right() -> None:
    rights = {str(each.name): str(each.callback.right) for each in urlpatterns}  # type: ignore[attr-defined]
    assert rights.pop("api_description") == "everybody"
    assert set(rights.values()) == {"token"}
    assert len(rights) == 9


def test_without_a_token_nothing_is_said(signed_in: Callable[[str], Client]) -> None:
    asking = signed_in(REP)  # a session opens nothing here
    for where in (*READ, "findings/x", "chains/x", "no/such/thing", "chains/a%2Fb%0A"):
        response = asking.get(f"/api/v1/{where}")
        assert response.status_code == (404 if where[:3] == "no/" or "%2F" in where else 401)
        assert response["Content-Type"] == "application/problem+json"
        assert "sessionid" not in response.cookies


def test_a_token_that_is_none_is_no_token_and_many_of_them_are_too_many(client: Client, db: None) -> None:
    wrong = {"Authorization": "Bearer answerback_" + "x" * 43}
    found = [client.get("/api/v1/me", headers=wrong).status_code for _ in range(22)]
    assert found == [401] * 20 + [429] * 2


def test_who_may_read_what(program: Callable[..., Program]) -> None:
    sellers = dict.fromkeys(READ, 200)
    others = sellers | {"on-base?by=rep": 404, "balls": 404}
    table = {REP: sellers, MANAGER: sellers} | dict.fromkeys((LEADER, OPERATIONS, *OTHERS), others)
    for who, sees in table.items():
        asking = program(who, writes=False)
        assert {where: asking.get(where).status_code for where in sees} == sees, who


def test_a_rep_s_rates_are_their_own_and_a_manager_s_are_of_those_who_report_to_them(
    program: Callable[..., Program],
) -> None:
    own = {row["rep"] for row in _said(program(REP).get("on-base?by=rep"))["rows"]}
    led = {row["rep"] for row in _said(program(MANAGER).get("on-base?by=rep"))["rows"]}
    assert own == {"oskar.ricci@halden.example"}
    assert own < led
    assert OTHER_TEAM not in led


def test_nobody_else_s_balls_are_there(program: Callable[..., Program]) -> None:
    asking = program(MANAGER)
    for whose in (OTHER_TEAM, "jana.sato@halden.example", *HOSTILE):
        response = asking.client.get("/api/v1/balls", {"rep": whose})
        assert response.status_code == (422 if len(whose) > 320 else 404), whose


def test_a_manager_who_looks_at_somebody_s_balls_is_seen_by_them(program: Callable[..., Program]) -> None:
    assert program(MANAGER).client.get("/api/v1/balls", {"rep": "oskar.ricci@halden.example"}).status_code == 200
    assert Look.objects.get(rep_id="oskar.ricci@halden.example").viewer is not None


def test_what_is_not_there_is_not_found(program: Callable[..., Program]) -> None:
    asking = program(MANAGER)
    for found in HOSTILE:
        for where in (f"chains/{found}", f"findings/{found}"):
            response = asking.get(where)
            assert response.status_code == (422 if len(found) > 320 else 404), where
            assert response["Content-Type"] == "application/problem+json"


def test_a_chain_opens_for_who_worked_on_it_and_for_their_manager_only(
    own_deal: str, program: Callable[..., Program]
) -> None:
    whole = _said(program(REP).get(f"chains/{own_deal}"))
    assert whole["id"] == own_deal
    assert whole["lines"]
    assert whole["turn"]["court"] in ("seller", "buyer", "nobody")
    assert program(MANAGER).get(f"chains/{own_deal}").status_code == 200
    for who in ("Tessa Dahl", LEADER, OPERATIONS, *OTHERS):
        assert program(who).get(f"chains/{own_deal}").status_code == 404, who


def test_findings_of_the_api_are_those_of_one_s_pages(
    program: Callable[..., Program], practice: dict[str, Person]
) -> None:
    found = {name: _said(Program(person, writes=False).get("findings")) for name, person in practice.items()}
    shown = {name: [*said["findings"], *said["earlier"]] for name, said in found.items()}
    name, (first, *_) = next((name, said) for name, said in shown.items() if said)
    strangers = [each for each, said in shown.items() if first["id"] not in {one["id"] for one in said}]
    assert _said(program(name).get(f"findings/{first['id']}")) == first
    assert strangers
    for each in strangers:
        if not practice[each].appointments.filter(role__in=("leader", "operations", "manager")).exists():
            assert program(each).get(f"findings/{first['id']}").status_code == 404, each


def test_what_a_rep_hands_over_is_on_the_chain_at_once_and_typed_in(
    own_deal: str, program: Callable[..., Program]
) -> None:
    asking = program(REP)
    before = _said(asking.get(f"chains/{own_deal}"))
    began = time.monotonic()
    response = asking.post("efforts", _effort(own_deal, purpose="follow_up"))
    after = _said(asking.get(f"chains/{own_deal}"))
    assert time.monotonic() - began < 5
    assert response.status_code == 201
    taken = _said(response)
    assert taken["evidence"] == "claimed"
    line = next(each for each in after["lines"] if each["event_id"] == taken["id"])
    assert (line["sort"], line["what"], line["built"]) == ("touch", "call / follow_up", False)
    assert after["turn"]["court"] == "buyer"
    assert len(after["lines"]) == len(before["lines"]) + 1
    reply = {"deal_id": own_deal, "kind": "asked", "occurred_at": datetime.now(UTC).isoformat()}
    assert asking.post("buyer-actions", reply, "k2").status_code == 201
    assert _said(asking.get(f"chains/{own_deal}"))["turn"]["court"] == "seller"
    assert {each.what for each in Noted.objects.all()} >= {"api: effort", "api: buyer_action"}


def test_the_same_key_again_gives_the_same_answer_and_writes_nothing(
    own_deal: str, program: Callable[..., Program]
) -> None:
    asking, said = program(REP), _effort(own_deal)
    first, second = asking.post("efforts", said), asking.post("efforts", said)
    assert (first.status_code, first.content) == (second.status_code, second.content)
    assert len(written(desks.desk().home, "effort")) == 1
    other = asking.post("efforts", said | {"kind": "email"})
    assert other.status_code == 409
    act = {"deal_id": own_deal, "kind": "asked", "occurred_at": said["occurred_at"]}
    assert asking.post("buyer-actions", act).status_code == 409
    theirs = program(MANAGER).post("efforts", said | {"rep_id": "kofi.novak@halden.example"})
    assert theirs.status_code == 201  # another person's key is another key
    assert _said(theirs)["id"] != _said(first)["id"]


def test_a_record_whose_answer_was_lost_is_one_record(own_deal: str, program: Callable[..., Program]) -> None:
    asking, said = program(REP), _effort(own_deal)
    first = _said(asking.post("efforts", said))
    Taken.objects.all().delete()  # killed after the journal, before the key was kept
    second = _said(asking.post("efforts", said))
    assert first["id"] == second["id"]
    lines = _said(asking.get(f"chains/{own_deal}"))["lines"]
    assert sum(each["event_id"] == first["id"] for each in lines) == 1


FORBIDDEN: list[tuple[dict[str, object], int]] = [
    ({"evidence": "captured"}, 403),
    ({"id": "e1"}, 403),
    ({"rep_id": OTHER_TEAM}, 404),
    ({"rep_id": "nobody"}, 404),
    ({"deal_id": "nothing"}, 404),
    ({"account_id": "nothing"}, 404),
    ({"kind": "telepathy"}, 422),
    ({"colour": "red"}, 422),
    ({"occurred_at": "2999-01-01T00:00:00Z"}, 422),
    ({"occurred_at": "2026-03-01T00:00:00"}, 422),
    ({"purpose": "a\x00b"}, 422),
    ({"purpose": "\ud800"}, 422),
    ({"minutes": -1}, 422),
]


def test_what_a_rep_s_program_may_not_say(own_deal: str, program: Callable[..., Program]) -> None:
    asking = program(REP)
    for more, status in FORBIDDEN:
        response = asking.post("efforts", _effort(own_deal, **more))
        assert response.status_code == status, (more, response.content)
        assert response["Content-Type"] == "application/problem+json"
    for text in ("", "{", "[]", "null", '{"kind": "call"}', "\x00"):
        response = asking.post("efforts", text)
        assert response.status_code in (400, 422), text
        assert response["Content-Type"] == "application/problem+json"
    assert not written(desks.desk().home, "effort")
    assert not Taken.objects.exists()


def test_too_much_at_once_is_refused(program: Callable[..., Program]) -> None:
    assert program(REP).post("efforts", json.dumps({"purpose": "x" * (1 << 21)})).status_code == 413


def test_a_system_s_program_states_ids_and_that_it_was_recorded(own_deal: str, program: Callable[..., Program]) -> None:
    asking = program(OPERATIONS)
    response = asking.post("efforts", _effort(own_deal, id="call-77", evidence="captured", reference="call:77"))
    assert response.status_code == 201, response.content
    (entry,) = written(desks.desk().home, "effort")
    assert (entry.fields["source_id"], entry.fields["evidence"]) == ("call-77", "captured")
    assert asking.post("efforts", _effort("nothing"), "k2").status_code == 404
    assert asking.post("efforts", _effort("nothing", source="no such system"), "k3").status_code == 404
    assert asking.post("efforts", _effort("new deal", source=entry.source), "k4").status_code == 201


def test_who_sells_nothing_and_runs_nothing_hands_over_nothing(own_deal: str, program: Callable[..., Program]) -> None:
    for who in (LEADER, *OTHERS):
        assert program(who).post("efforts", _effort(own_deal)).status_code == 404, who


def test_a_token_that_only_reads_writes_nothing(own_deal: str, program: Callable[..., Program]) -> None:
    assert program(REP, writes=False).post("efforts", _effort(own_deal)).status_code == 403
    assert not written(desks.desk().home, "effort")


def test_a_key_is_needed(own_deal: str, program: Callable[..., Program]) -> None:
    asking = program(REP)
    response = asking.client.post("/api/v1/efforts", json.dumps(_effort(own_deal)), content_type="application/json")
    assert response.status_code == 422
    assert "Idempotency-Key" in response.content.decode()


def test_who_asks_too_often_waits(
    program: Callable[..., Program], settings: LazySettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.API_READS_A_MINUTE = 3
    monkeypatch.setattr(bearer, "MINUTE", 10**9)  # a busy machine takes longer than a minute
    asking = program(REP)
    found = [asking.get("me") for _ in range(4)]
    assert [each.status_code for each in found] == [200, 200, 200, 429]
    assert found[-1]["Retry-After"] == str(bearer.MINUTE)
    assert program(MANAGER).get("me").status_code == 200


def test_who_left_has_no_token_any_more(program: Callable[..., Program], practice: dict[str, Person]) -> None:
    asking = program(REP)
    practice[REP].is_active = False
    practice[REP].save()
    assert asking.get("me").status_code == 401


def test_until_all_is_judged_it_says_so(program: Callable[..., Program]) -> None:
    asking = program(REP)
    desks.forget_desk()
    response = asking.get("findings")
    assert response.status_code == 503
    assert response["Retry-After"] == "3"


def test_a_chain_asks_the_database_little(
    own_deal: str, program: Callable[..., Program], django_assert_max_num_queries: Any
) -> None:
    asking = program(REP)
    asking.get(f"chains/{own_deal}")
    with django_assert_max_num_queries(6):
        asking.get(f"chains/{own_deal}")


def test_the_description_holds_every_route_and_no_secret(client: Client, db: None) -> None:
    said = client.get("/api/v1/openapi.json").json()
    assert {path.removeprefix("/api/v1/") for path in said["paths"]} == {
        *(
            "me",
            "findings",
            "findings/{finding_id}",
            "on-base",
            "balls",
            "chains/{chain_id}",
            "efforts",
            "buyer-actions",
        )
    }
    for operations in said["paths"].values():
        for operation in operations.values():
            assert operation["security"]
            assert {"401", "404", "429"} <= operation["responses"].keys()
    assert not re.search(r"halden|/work/|/tmp/", json.dumps(said))


def test_the_page_about_it_names_every_route_and_each_trouble(client: Client, db: None) -> None:
    page = (Path(__file__).resolve().parents[2] / "docs" / "lookup" / "api.md").read_text(encoding="utf-8")
    said = client.get("/api/v1/openapi.json").json()
    routes = {
        f"{method.upper()} {path.removeprefix('/api/v1').replace('{finding_id}', '{id}').replace('{chain_id}', '{id}')}"
        for path, operations in said["paths"].items()
        for method in operations
    }
    assert routes == set(re.findall(r"`((?:GET|POST) /[a-z-]+(?:/\{id\})?)", page))
    statuses = {
        status
        for each in said["paths"].values()
        for one in each.values()
        for status in one["responses"]
        if status > "3"
    }
    assert statuses == set(re.findall(r"^\| (\d{3}) \|", page, flags=re.MULTILINE))
