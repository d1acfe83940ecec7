"""One team, loaded and built once for all tests of answers."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from answerback.analysis.reader import Reader
from answerback.api import Workspace, open_workspace
from tests.analysis.asking import ONE_THREAD, looking
from tests.analysis.team import END, PLAYBOOK, Team, make_team

AS_OF = END - timedelta(days=5)
"""From here some touches are still open."""


@pytest.fixture(scope="session")
def team() -> Team:
    return make_team()


@pytest.fixture(scope="session")
def built(team: Team, tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """The team's workspace."""
    folder = tmp_path_factory.mktemp("team")
    workspace = open_workspace(folder / "home", create=True, limits=ONE_THREAD)
    workspace.home.playbook.write_text(PLAYBOOK, encoding="utf-8")
    for name, path in team.write(folder).items():
        workspace.load(path, source=name, ids_of="crm")
    workspace.build()
    return workspace


@pytest.fixture(scope="session")
def reader(built: Workspace) -> Iterator[Reader]:
    """Looking at it five days before the end of the export."""
    with looking(built, AS_OF) as reader:
        yield reader
