"""A practice company, loaded and built once for all tests of the pages; its people; browsers signed in as them."""

from __future__ import annotations

import fcntl
import hashlib
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.test import Client

import answerback
from answerback.analysis.together.us import Us, read_us
from answerback.api import open_workspace
from answerback.engine.protocol import Limits
from answerback.people.models import Person
from answerback.people.practice import Seller, people_of_practice
from answerback.simulate.exports.guide import present
from answerback.simulate.parameters import Parameters
from answerback.simulate.writing import write_company
from answerback.web.answering import beforehand
from answerback.web.answering import desk as desks
from answerback.web.answering.beforehand import Ahead, ahead
from answerback.web.answering.board import FINDINGS
from answerback.web.answering.tasks import keep, make
from answerback.workspace.access import owner_scope
from answerback.workspace.home import open_home

SCENARIOS = ("new-hire", "system", "dropped")


@pytest.fixture(scope="session")
def practice_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace of a practice company; the processes of one run share it, and runs of the same code."""
    root = tmp_path_factory.getbasetemp().parent / f"practice-for-pages-{_code()}"
    root.mkdir(exist_ok=True)
    with (root / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (root / "ready").exists():
            shutil.rmtree(root / "home", ignore_errors=True)
            shutil.rmtree(root / "exports", ignore_errors=True)
            _make(root)
            (root / "ready").touch()
    return root / "home"


def _code() -> str:
    """A hash of the code that makes and builds it."""
    found = hashlib.sha256(Path(__file__).read_bytes())
    source = Path(answerback.__file__).parent
    for floor in ("domain", "engine", "link", "simulate", "sources", "sql", "stats", "workspace"):
        for path in sorted((source / floor).rglob("*.*")):
            if path.suffix in (".py", ".sql", ".toml"):
                found.update(path.read_bytes())
    return found.hexdigest()[:12]


def _make(root: Path) -> None:
    exports = root / "exports"
    plan, _ = write_company(exports, Parameters(seed=7, target_ease=1.25), SCENARIOS)
    workspace = open_workspace(root / "home", create=True)
    shutil.copyfile(exports / "playbook.toml", workspace.home.playbook)
    until = datetime(2026, 1, 5, tzinfo=UTC).timestamp() + plan.days * 86_400
    for each in present(exports):
        mapping = exports / each.mapping if each.mapping else None
        workspace.load(
            exports / each.folder, source=each.source, mapping=mapping, exported_at=datetime.fromtimestamp(until, UTC)
        )
    workspace.build()


@pytest.fixture
def workspace(practice_folder: Path, settings: LazySettings, tmp_path: Path) -> Iterator[Path]:
    """The practice company's workspace at the pages' desk, with a journal of this test's own."""
    home = tmp_path / "home"
    shutil.copytree(practice_folder, home, copy_function=_linked)
    settings.WORKSPACE = home
    desks.forget_desk()
    yield home
    desks.forget_desk()


def _linked(source: str, target: str) -> str:
    """Snapshots and batches are never written again, so a link is as good as a copy."""
    if Path(source).suffix == ".parquet":
        Path(target).hardlink_to(source)
        return target
    return shutil.copy2(source, target)


@pytest.fixture(scope="session")
def judged(practice_folder: Path) -> object:
    """What was found in the practice company: judged once, for it takes seconds."""
    desk = desks.Desk(open_home(practice_folder), Limits(), lambda: datetime.now(UTC))
    found = make(desk, FINDINGS)
    desk.close()
    return found


@pytest.fixture(scope="session")
def worked_out(practice_folder: Path) -> dict[Ahead, object]:
    """What pages have worked out beforehand of the practice company: once, for it takes seconds."""
    desk = desks.Desk(open_home(practice_folder), Limits(), lambda: datetime.now(UTC))
    found = {each: ahead(desk, each) for each in Ahead}
    desk.close()
    return found


@pytest.fixture(scope="session")
def everybody(practice_folder: Path) -> Us:
    """Everybody of the practice company as one: worked out once, for it takes seconds."""
    at = desks.Desk(open_home(practice_folder), Limits(), lambda: datetime.now(UTC))
    with at.reading() as reader:
        found = read_us(reader, owner_scope("test"))
    at.close()
    return found


@pytest.fixture
def practice(db: None, workspace: Path, judged: object, worked_out: dict[Ahead, object]) -> dict[str, Person]:
    """The people of the practice company by name, its findings judged, what pages ask for beforehand worked out."""
    desk = desks.desk()
    roster = desk.roster()
    sellers = [
        Seller(
            each.rep_id,
            each.name,
            each.email,
            roster.id_of(each.manager_key),
        )
        for each in roster.members.values()
    ]
    people_of_practice("Halden Instruments", sellers, now=datetime.now(UTC))
    keep(desk, FINDINGS, judged)
    for what, made in worked_out.items():
        beforehand.keep(desk, what, made)
    return {each.name: each for each in Person.objects.all()}


@pytest.fixture
def signed_in(practice: dict[str, Person]) -> Callable[[str], Client]:
    """A client signed in as somebody of the practice company, by name."""

    def as_person(name: str) -> Client:
        client = Client()
        client.force_login(practice[name])
        return client

    return as_person
