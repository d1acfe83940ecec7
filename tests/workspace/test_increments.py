"""A build that makes only what changed gives, row for row, what one build of everything gives."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from answerback.domain.playbook import Playbook
from answerback.engine.duckdb import Limits
from answerback.workspace.build import Built, build
from answerback.workspace.home import Home, create_home
from tests.workspace.world import FULL_EFFORT, NOW, Line, ignore, relations, take
from tests.workspace.year import PLAYBOOKS, USUAL, Dice, part

SEEDS = range(int(os.environ.get("ANSWERBACK_WORLDS", "12")))
Load = tuple[str, list[Line]]


def fresh(folder: Path) -> Home:
    """A workspace with the secret that all have: their keys can be compared."""
    root = folder / "home"
    root.mkdir(parents=True)
    (root / "secret").write_bytes(bytes(range(32)))
    return create_home(root)


def make(home: Home, playbook: Playbook = USUAL, *, afresh: bool = False, events_in_block: int = 1) -> Built:
    return build(
        home,
        playbook,
        now=NOW,
        limits=Limits(threads=1),
        on_step=ignore,
        afresh=afresh,
        events_in_block=events_in_block,
    )


def loads(seed: int) -> list[Load]:
    """Loads of two sources, small and large; now and then one that states everything."""
    dice = Dice(seed)
    made = []
    for number in range(dice.pick(2, 3, 4)):
        lines = part(dice, dice.pick(3, 12, 40) if number else dice.pick(40, 90))
        made.append(
            (dice.pick("crm", "crm", "mailbox"), lines + ([FULL_EFFORT] if dice.pick(*[False] * 7, True) else []))
        )
    return made


def assert_equal(
    found: dict[str, list[tuple[tuple[str, object], ...]]], wanted: dict[str, list[tuple[tuple[str, object], ...]]]
) -> None:
    assert found.keys() == wanted.keys()
    for name in wanted:
        gone, new = (
            [row for row in wanted[name] if row not in found[name]],
            [row for row in found[name] if row not in wanted[name]],
        )
        assert (name, new, gone) == (name, [], [])
        assert found[name] == wanted[name], name


@pytest.mark.parametrize("seed", SEEDS)
def test_what_grew_is_what_one_build_gives(seed: int, tmp_path: Path) -> None:
    dice = Dice(seed)
    growing, whole = fresh(tmp_path / "growing"), fresh(tmp_path / "whole")
    playbook = USUAL
    built = None
    for name, lines in loads(seed):
        playbook = dice.pick(*PLAYBOOKS)
        for home in (growing, whole):
            take(home, lines, name=name, ids_of=name)
        built = make(growing, playbook)
    assert built is not None
    assert_equal(relations(growing, built), relations(whole, make(whole, playbook, events_in_block=1_000_000)))
