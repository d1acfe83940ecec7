"""What people say is on the pages from when they say it, while a build takes it in and after: nothing goes."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import quote

import pytest
from django.test import Client

from answerback.domain.playbook_file import read_playbook
from answerback.engine.protocol import Limits
from answerback.people.learning.models import Talk
from answerback.people.models import Person
from answerback.people.tokens import make_token
from answerback.web.answering import desk as desks
from answerback.web.answering.beforehand import Ahead, keep
from answerback.web.answering.desk import desk
from answerback.workspace.build import build
from answerback.workspace.home import open_home
from tests.cli.terminal import Terminal
from tests.web.test_chain import OSKAR, deal_of, page
from tests.web.test_mirror import waiting_events

SignedIn = Callable[[str], Client]


@pytest.fixture(autouse=True)
def _worked_out(workspace: Path, worked_out: dict[Ahead, object]) -> None:
    for what, made in worked_out.items():
        keep(desk(), what, made)


def built(workspace: Path, look: Callable[[], None] = lambda: None) -> None:
    """Builds as the worker does; looks at the pages at each step of it."""
    home = open_home(workspace)
    build(
        home,
        read_playbook(home.playbook),
        now=datetime.now(UTC),
        limits=Limits(threads=1),
        on_step=lambda *_: look(),
    )


def test_a_posted_event_is_on_its_chain_from_the_post_to_the_build_that_has_it(
    signed_in: SignedIn, practice: dict[str, Person], workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    deal = deal_of(desk(), OSKAR)
    address, client = f"/deals/{quote(deal)}/", signed_in("Oskar Ricci")
    token = make_token(practice["Oskar Ricci"], "a program", writes=True, days=1, now=datetime.now(UTC))
    said = {"rep_id": OSKAR, "deal_id": deal, "occurred_at": desk().as_of().isoformat(), "kind": "visit"}
    before = page(client, address).count("<time ")
    headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": "one"}
    response = client.post("/api/v1/efforts", json.dumps(said), content_type="application/json", headers=headers)
    assert response.status_code == 201, response.content
    seen: list[int] = []
    built(workspace, lambda: seen.append(page(client, address).count("noted just now")))
    assert seen
    assert set(seen) == {1}
    monkeypatch.setattr(desks, "LOOK_SECONDS", 3600.0)  # this process has not seen yet that there is a newer one
    assert page(client, address).count("noted just now") == 1
    monkeypatch.setattr(desks, "LOOK_SECONDS", 0.0)
    after = page(client, address)
    assert "noted just now" not in after
    assert after.count("<time ") == before + 1


@pytest.mark.parametrize("said", ["no", "week"])
def test_a_mark_that_a_build_has_taken_in_can_be_undone(
    said: str, signed_in: SignedIn, workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(desks, "LOOK_SECONDS", 0.0)
    client = signed_in("Oskar Ricci")
    listed = waiting_events(page(client, "/mirror/"))
    event = listed[0]
    client.post("/marks/", {"event": event, "said": said})
    built(workspace)
    off = page(client, "/mirror/")
    assert event not in waiting_events(off)
    assert "is off the list" in off
    client.post("/marks/", {"event": event, "said": "undo"})
    back = page(client, "/mirror/")
    assert waiting_events(back) == listed
    assert "is off the list" not in back
    built(workspace)
    assert waiting_events(page(client, "/mirror/")) == listed


def lift(workspace: Path) -> list[dict[str, object]]:
    """What the command line says of talks along to a buyer."""
    of = ("lift", "--where", "kind=ride_along", "--where", f"rep={OSKAR}")
    return Terminal(workspace).rows(*of)


def test_a_talk_that_was_held_is_data_for_lift_and_one_that_is_only_planned_is_not(
    signed_in: SignedIn, practice: dict[str, Person], workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(desks, "LOOK_SECONDS", 0.0)
    manager, before = signed_in("Kofi Novak"), lift(workspace)
    assert before == []
    at = (desk().as_of() - timedelta(days=1)).strftime("%Y-%m-%dT09:30")
    said = {"other": practice["Oskar Ricci"].pk, "kind": "ride_along", "at": at, "minutes": "30"}
    given = {f"coached-{name}": each for name, each in said.items()}
    assert manager.post("/talks/plan/", {"what": "coached", **given}).status_code == 302
    talk = Talk.objects.get(kind="ride_along")
    built(workspace)
    assert lift(workspace) == before
    assert manager.post(f"/talks/{talk.pk}/say/", {"act": "held"}).status_code == 302
    assert lift(workspace) == before, "figures show it with the next build"
    built(workspace)
    told = {str(row["by"]): row["reps"] for row in lift(workspace) if row["what"] == "ride_along"}
    assert told == {"": 1, "kofi.novak@halden.example": 1}
