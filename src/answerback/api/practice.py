"""A practice company as a workspace: its systems write what they recorded, and that is loaded and built as yours is."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from answerback.api import Workspace, open_workspace
from answerback.engine.protocol import Limits
from answerback.simulate.envelope import NAME, Envelope, envelope_of, to_text
from answerback.simulate.exports.guide import present
from answerback.simulate.parameters import Parameters
from answerback.simulate.writing import write_company
from answerback.workspace.build import Built
from answerback.workspace.disk import put_in_place

SCENARIOS = ("new-hire", "system", "dropped")
TARGET_EASE = 1.25
"""The board asked for a quarter more than the team would win."""
SEED = 7

Advance = Callable[[str, int, int], None]
"""Told what is being done, how much is done and how much there is."""
Stage = Callable[[str], AbstractContextManager[Advance]]
"""Told that a stage begins; says how to tell of its steps."""


@dataclass(frozen=True, slots=True)
class Practice:
    """A company that was told, loaded and built."""

    envelope: Envelope
    workspace: Workspace
    built: Built


def make_practice(exports: Path, home: Path, *, seed: int, limits: Limits, stage: Stage) -> Practice:
    """Makes a practice company: exports in one folder, a workspace in another; both new, or empty.

    The envelope is laid into the workspace last: where it lies, the company is whole.
    """
    with stage("Nine months of selling") as advance:
        parameters = Parameters(seed=seed, target_ease=TARGET_EASE)
        plan, story = write_company(exports, parameters, SCENARIOS, on_step=advance)
    made = open_workspace(home, create=True, limits=limits)
    shutil.copyfile(exports / "playbook.toml", made.home.playbook)
    truth = json.loads((exports / "truth" / "truth.json").read_text(encoding="utf-8"))
    loads = present(exports)
    with stage(f"Loading {len(loads)} systems") as advance:
        for done, each in enumerate(loads):
            advance(each.folder, done, len(loads))
            made.load(
                exports / each.folder,
                source=each.source,
                mapping=exports / each.mapping if each.mapping else None,
                exported_at=datetime.fromisoformat(truth["to"]),
            )
    with stage("Linking each answer to its touch") as advance:
        built = made.build(on_step=advance)
    envelope = envelope_of(plan, story, tuple(truth["planted"]))
    put_in_place(home / NAME, to_text(envelope).encode())
    return Practice(envelope, made, built)
