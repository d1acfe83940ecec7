"""People come back from a backup row for row, with passwords that open and ids that go on: on SQLite and PostgreSQL."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest
from django.db import connection

from answerback.api import open_workspace
from answerback.domain.errors import Exit

SETTINGS = {"DJANGO_SETTINGS_MODULE": "answerback.web.settings", "ANSWERBACK_INSECURE": "1"}
FOUNDED = """
from datetime import UTC, datetime
from answerback.people.models import Person, Role
from answerback.people.practice import Seller, people_of_practice
from answerback.people import invitations, tokens
now = datetime.now(UTC)
sellers = [Seller("ann", "Ann", "ann@acme.example", ""), Seller("ben", "Ben", "b@x.example", "ann")]
people_of_practice("Acme", sellers, now=now)
ann = Person.objects.get(name="Ann")
ann.set_password("correct horse battery")
ann.save()
invitations.invite(ann, invitations.Invited("zoe@acme.example", "Zoë", (Role.LEADER,)), now=now)
tokens.make_token(ann, "a program", writes=True, days=1, now=now)
"""
HELD = """
import sys
from django.core.management import call_command
from answerback.web.running.keeping import _LEFT_OUT
call_command("dumpdata", exclude=_LEFT_OUT, natural_foreign=True, stdout=sys.stdout)
"""
GOES_ON = """
from answerback.people.models import Noted, Person
ann = Person.objects.get(name="Ann")
assert ann.check_password("correct horse battery")
last = max(Person.objects.values_list("pk", flat=True))
made = Person.objects.create_user("new@acme.example", None, name="New")
assert made.pk > last, (made.pk, last)
Noted.objects.create(actor=made, what="came in")
"""


@pytest.fixture
def databases(db: None) -> Iterator[list[str]]:
    """Two addresses of empty databases, beside the one of the tests; empty ones for SQLite."""
    if connection.vendor != "postgresql":
        yield ["", ""]
        return
    import psycopg

    server = os.environ["ANSWERBACK_DATABASE"]
    names = [f"people_{which}_{os.getpid()}" for which in ("kept", "back")]
    with closing(psycopg.connect(server, autocommit=True)) as open_one:
        for name in names:
            open_one.execute(f'create database "{name}"')
        yield [urlunsplit(urlsplit(server)._replace(path=f"/{name}")) for name in names]
        for name in names:
            open_one.execute(f'drop database "{name}" with (force)')


def with_people(home: Path, database: str, code: str) -> str:
    """Runs code where people's data of a workspace are at hand."""
    environment = {**os.environ, **SETTINGS, "ANSWERBACK_HOME": str(home), "ANSWERBACK_DATABASE": database}
    whole = f"import django\ndjango.setup()\n{code}"
    made = subprocess.run([sys.executable, "-c", whole], env=environment, capture_output=True, text=True, check=False)
    assert made.returncode == 0, made.stderr
    return made.stdout


def answerback(home: Path, database: str, *words: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "ANSWERBACK_DATABASE": database}
    command = [sys.executable, "-m", "answerback", "--home", str(home), *words]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


def test_people_come_back_row_for_row(databases: list[str], tmp_path: Path) -> None:
    kept, back = databases
    home, new, file = tmp_path / "home", tmp_path / "new", tmp_path / "all.tar"
    open_workspace(home, create=True)
    migrated = "from django.core.management import call_command\ncall_command('migrate', verbosity=0)\n"
    with_people(home, kept, migrated + FOUNDED)
    before = json.loads(with_people(home, kept, HELD))
    assert {"people.person", "people.invitation", "people.apitoken", "people.noted"} <= {
        each["model"] for each in before
    }
    assert answerback(home, kept, "backup", str(file)).returncode == 0
    with_people(home, kept, "from answerback.people.models import Person\nPerson.objects.filter(name='Ben').delete()")
    restored = answerback(new, back, "restore", str(file))
    assert restored.returncode == 0, restored.stderr
    assert json.loads(with_people(new, back, HELD)) == before
    assert not (new / "people" / "people.json").exists()  # rows lie in one place
    with_people(new, back, GOES_ON)


def test_people_are_not_mixed_with_others(databases: list[str], tmp_path: Path) -> None:
    kept, back = databases
    home, file = tmp_path / "home", tmp_path / "all.tar"
    open_workspace(home, create=True)
    migrated = "from django.core.management import call_command\ncall_command('migrate', verbosity=0)\n"
    with_people(home, kept, migrated + FOUNDED)
    assert answerback(home, kept, "backup", str(file)).returncode == 0
    if not kept:  # a file of its own goes into no other database
        found = answerback(tmp_path / "other", "postgresql://nobody@127.0.0.1:1/none", "restore", str(file))
        assert (found.returncode, "leave it empty" in found.stderr) == (Exit.USAGE, True)
        return
    found = answerback(tmp_path / "other", kept, "restore", str(file))
    assert (found.returncode, "holds people already" in found.stderr) == (Exit.USAGE, True)
    assert answerback(tmp_path / "none", "", "restore", str(file)).returncode == Exit.USAGE
    assert back
