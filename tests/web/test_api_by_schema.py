"""The API held against its own description by schemathesis: whatever it makes up must not break it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import pytest
import schemathesis
from django.conf import LazySettings
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import positive_data_acceptance

from answerback.people.models import Person
from answerback.people.tokens import make_token
from answerback.web.wsgi import application

REP, OPERATIONS = "Oskar Ricci", "Revenue operations"
MOST = 10_000_000


@pytest.fixture
def tokens(practice: dict[str, Person], settings: LazySettings) -> dict[str, str]:
    """Of whom reads, and of whom writes: operations name systems, so they come furthest."""
    settings.API_READS_A_MINUTE = settings.API_WRITES_A_MINUTE = settings.API_WRONG_TOKENS_A_MINUTE = MOST
    now = datetime.now(UTC)
    return {
        method: make_token(practice[name], "made up", writes=True, days=1, now=now)
        for method, name in (("GET", REP), ("POST", OPERATIONS))
    }


@pytest.fixture
def one_connection() -> Iterator[None]:
    """A request through the whole server ends its connection, and with it the test's own transaction; not here."""
    signals = (request_started, request_finished)
    for each in signals:
        each.disconnect(close_old_connections)
    yield
    for each in signals:
        each.connect(close_old_connections)


def test_nothing_made_up_breaks_it(tokens: dict[str, str], one_connection: None) -> None:
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", application)
    operations = [each.ok() for each in schema.get_all_operations() if isinstance(each, Ok)]
    assert len(operations) == 8
    for operation in operations:
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
            _attack(operation, mode, tokens[operation.method.upper()])


def _attack(operation: Any, mode: GenerationMode, token: str) -> None:
    @settings(max_examples=5, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    @given(case=operation.as_strategy(generation_mode=mode))
    def attack(case: Any) -> None:
        # Ids that nobody knows and times to come fit the schema, and are refused all the same.
        case.call_and_validate(headers={"Authorization": f"Bearer {token}"}, excluded_checks=[positive_data_acceptance])

    with suppress(Unsatisfiable):  # nothing about it can be wrong
        attack()
