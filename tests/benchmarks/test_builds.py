"""The workspace that benchmarks build: what is built is what was written, and what is said of it adds up."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from answerback.domain.playbook_file import read_playbook
from answerback.engine.protocol import Limits
from answerback.workspace.build import build
from answerback.workspace.home import create_home
from benchmarks.building import watching
from benchmarks.builds import belongs, dirty_share, exponent
from benchmarks.workspace import add_day, add_year


def test_a_year_and_a_day_are_built_as_they_were_written(tmp_path: Path) -> None:
    home = create_home(tmp_path / "home")
    year = add_year(home, 4_000)
    playbook, limits = read_playbook(home.playbook), Limits(threads=1)
    with watching() as watch:
        first = build(
            home, playbook, now=datetime(2026, 1, 1, tzinfo=UTC), limits=limits, on_step=watch.on_step
        ).snapshot
    assert first.relations["effort"].rows == year.records["effort"] == 3_200
    assert first.relations["buyer_action"].rows == year.records["buyer_action"] == 800
    assert {"write effort", "make link_by_account", "write outcome"} <= watch.steps.keys()
    assert watch.sorts > 20

    day = add_day(home, 4_000)
    now = datetime(2026, 1, 2, tzinfo=UTC)
    second = build(home, playbook, now=now, limits=limits, on_step=lambda *_: None).snapshot
    corrected = 2
    assert (
        second.relations["effort"].rows == 3_200 + day.records["effort"] - corrected - 1
    )  # one of them was taken back
    assert second.relations["buyer_action"].rows == 800 + day.records["buyer_action"]
    assert 0 < dirty_share(first, second) <= 1


@pytest.mark.parametrize(("power", "said"), [(1.0, 1.0), (2.0, 2.0), (0.5, 0.5)])
def test_the_growth_exponent_is_the_slope(power: float, said: float) -> None:
    sizes = {events: {"clock": 3 * events**power} for events in (100, 1_000, 10_000)}
    assert exponent(sizes) == pytest.approx(said)


def test_linking_and_outcomes_are_told_from_the_rest() -> None:
    steps = ["make link_by_deal", "write link", "write outcome", "make effort_bearer", "make effort", "query link"]
    assert [belongs(step) for step in steps] == [True, True, True, True, False, False]
