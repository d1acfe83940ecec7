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

SMALL_TEAM = Path(__file__).resolve().parents[2] / "examples" / "small_team"
SETTINGS = {"DJANGO_SETTINGS_MODULE": "answerback.web.settings", "ANSWERBACK_INSECURE": "1"}
FOUNDED = """
from datetime import UTC, datetime
from answerback.people.models import Person, Role
from answerback.people.practice import Seller, people_of_practice
from answerback.people import invitations, tokens
from allauth.mfa.totp.internal.auth import TOTP
now = datetime.now(UTC)
sellers = [Seller("ann", "Ann", "ann@acme.example", ""), Seller("ben", "Ben", "b@x.example", "ann")]
people_of_practice("Acme", sellers, now=now)
ann = Person.objects.get(name="Ann")
ann.set_password("correct horse battery")
ann.save()
invitations.invite(ann, invitations.Invited("zoe@acme.example", "Zoë", (Role.LEADER,)), now=now)
tokens.make_token(ann, "a program", writes=True, days=1, now=now)
from answerback.people.learning.models import Debrief, DebriefOf, Reach
TOTP.activate(ann, "JBSWY3DPEHPK3PXP")
said = {"went": "They went elsewhere: “too dear”.", "lesson": "Ask for the budget first. 💡", "own_reasons": ["price"]}
Debrief.objects.create(owner=ann, of=DebriefOf.LOST, chain_id="d1", ended_at=now, closed_at=now, **said)
Debrief.objects.create(owner=ann, of=DebriefOf.DECISION, ended_at=now, reach=Reach.EVERYBODY, anonymous=True)
"""
HELD = """
import sys
from django.core.management import call_command
from answerback.web.running.keeping import _LEFT_OUT
call_command("dumpdata", exclude=_LEFT_OUT, natural_foreign=True, stdout=sys.stdout)
"""
GOES_ON = """
from answerback.people.models import Noted, Person
from answerback.people.learning.models import Debrief
from allauth.mfa.models import Authenticator
assert Authenticator.objects.get(type="totp").wrap().instance.user.name == "Ann"
mine, told = Debrief.objects.order_by("pk")
assert (mine.owner.name, mine.reach, mine.went) == ("Ann", "nobody", "They went elsewhere: “too dear”.")
assert (told.anonymous, told.reach) == (True, "everybody")
assert Debrief.objects.create(owner=mine.owner, of="won", ended_at=told.ended_at).pk > told.pk
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


def rates(home: Path, database: str) -> list[dict[str, object]]:
    """What the workspace answers."""
    told = answerback(home, database, "--format", "json", "show", "on-base", "--by", "rep")
    assert told.returncode == 0, told.stderr
    found: list[dict[str, object]] = json.loads(told.stdout)
    return found


def test_people_and_what_they_work_on_come_back_row_for_row(databases: list[str], tmp_path: Path) -> None:
    kept, back = databases
    home, new, file = tmp_path / "home", tmp_path / "new", tmp_path / "all.tar"
    workspace = open_workspace(home, create=True)
    workspace.load(SMALL_TEAM)
    workspace.build()
    migrated = "from django.core.management import call_command\ncall_command('migrate', verbosity=0)\n"
    with_people(home, kept, migrated + FOUNDED)
    before = json.loads(with_people(home, kept, HELD))
    held = {each["model"] for each in before}
    people = {f"people.{name}" for name in ("person", "invitation", "apitoken", "noted", "reporting")}
    assert people | {"learning.debrief", "mfa.authenticator"} <= held
    told = rates(home, kept)
    assert "ann" in {row["rep"] for row in told}
    assert answerback(home, kept, "backup", str(file)).returncode == 0
    with_people(home, kept, "from answerback.people.models import Person\nPerson.objects.filter(name='Ben').delete()")
    restored = answerback(new, back, "restore", str(file))
    assert restored.returncode == 0, restored.stderr
    assert json.loads(with_people(new, back, HELD)) == before
    assert not (new / "people" / "people.json").exists()  # rows lie in one place
    assert rates(new, back) == told
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
