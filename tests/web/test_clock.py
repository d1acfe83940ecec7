"""Pages tell time by the organisation's clock, and say whose it is."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC
from http import HTTPStatus
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils.formats import date_format

from answerback.web.answering.desk import desk


def test_instants_are_shown_by_the_playbook_s_time_zone(signed_in: Callable[[str], Client]) -> None:
    at = desk()
    seen = at.as_of()
    here, there = (f"{date_format(seen.astimezone(zone), 'j F Y, H:i')}" for zone in (at.zone, UTC))
    assert here != there
    page = signed_in("Oskar Ricci").get("/mirror/").content.decode()
    assert f"Seen from {here}, build {at.snapshot}; times are those of {at.zone}." in page
    assert there not in page


@pytest.mark.django_db
def test_without_a_workspace_a_page_that_needs_none_is_there(settings: Any, tmp_path: Path) -> None:
    settings.WORKSPACE = str(tmp_path / "nothing")
    assert Client().get("/account/login/").status_code == HTTPStatus.OK
