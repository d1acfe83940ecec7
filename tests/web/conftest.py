"""A practice company, loaded and built once for all tests of the pages; its people; browsers signed in as them."""

from __future__ import annotations

import fcntl
import hashlib
import os
import pickle
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

import pytest
from django.conf import LazySettings
from django.test import Client

import answerback
from answerback.analysis.together.us import Us, read_us
from answerback.api import open_workspace
from answerback.engine.protocol import Limits
from answerback.people.models import Person
from answerback.people.practice import people_of_practice
from answerback.simulate.exports.guide import present
from answerback.simulate.parameters import Parameters
from answerback.simulate.writing import write_company
from answerback.web.answering import beforehand
from answerback.web.answering import desk as desks
from answerback.web.answering.beforehand import Ahead, ahead
from answerback.web.answering.board import FINDINGS
from answerback.web.answering.tasks import keep, make
from answerback.web.running.practice_people import sellers_of
from answerback.workspace.access import owner_scope
from answerback.workspace.home import open_home

Found = TypeVar("Found")
SCENARIOS = ("new-hire", "system", "dropped")


@pytest.fixture(scope="session")
def practice_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace of a practice company; all processes share it, and all runs of the same code."""
    base = tmp_path_factory.getbasetemp().parent
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    root = shared / f"practice-for-pages-{_hash('domain', 'engine', 'link', 'simulate', 'sources', 'sql', 'workspace')}"
    root.mkdir(exist_ok=True)
    with _alone(root):
        if not (root / "ready").exists():
            shutil.rmtree(root / "home", ignore_errors=True)
            shutil.rmtree(root / "exports", ignore_errors=True)
            _make(root)
            (root / "ready").touch()
    return root / "home"


@contextmanager
def _alone(root: Path) -> Iterator[None]:
    """One process at a time; the others wait."""
    with (root / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _hash(*floors: str) -> str:
    """A hash of the code of these floors of the house, and of what is asked of them here."""
    found = hashlib.sha256(Path(__file__).read_bytes())
    source = Path(answerback.__file__).parent
    for floor in floors:
        for path in sorted((source / floor).rglob("*.*")):
            if path.suffix in (".py", ".sql", ".toml"):
                found.update(path.read_bytes())
    return found.hexdigest()[:12]


def _kept(practice_folder: Path, name: str, make: Callable[[desks.Desk], Found]) -> Found:
    """What is worked out of the practice company: by one process for all, since it takes seconds."""
    root = practice_folder.parent
    kept = root / f"{name}-{_hash('domain', 'engine', 'analysis', 'stats', 'sql', 'workspace', 'web/answering')}.pickle"
    with _alone(root):
        if not kept.exists():
            desk = desks.Desk(open_home(practice_folder), Limits(), lambda: datetime.now(UTC))
            draft = kept.with_suffix(".draft")
            draft.write_bytes(pickle.dumps(make(desk)))
            draft.rename(kept)
            desk.close()
        found: Found = pickle.loads(kept.read_bytes())  # noqa: S301 - our own, made by the same code
        return found


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
    """What was found in the practice company."""
    return _kept(practice_folder, "findings", lambda desk: make(desk, FINDINGS))


@pytest.fixture(scope="session")
def worked_out(practice_folder: Path) -> dict[Ahead, object]:
    """What pages have worked out beforehand of the practice company."""
    return _kept(practice_folder, "ahead", lambda desk: {each: ahead(desk, each) for each in Ahead})


@pytest.fixture(scope="session")
def everybody(practice_folder: Path) -> Us:
    """Everybody of the practice company as one."""

    def made(desk: desks.Desk) -> Us:
        with desk.reading() as reader:
            return read_us(reader, owner_scope("test"))

    return _kept(practice_folder, "everybody", made)


@pytest.fixture
def practice(db: None, workspace: Path, judged: object, worked_out: dict[Ahead, object]) -> dict[str, Person]:
    """The people of the practice company by name, its findings judged, what pages ask for beforehand worked out."""
    desk = desks.desk()
    people_of_practice("Halden Instruments", sellers_of(desk), now=datetime.now(UTC))
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
