"""`answerback demo`: a practice company in three minutes. It asks first, shows what the data say, opens the envelope.

Nothing is shown that was not computed just now: the company is simulated, its exports are loaded through the ordinary
sources, and every figure comes from the snapshot that is built of them. Only the envelope holds the truth.
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from textwrap import fill

import pyarrow as pa

from answerback.analysis.guided import Times, coached, replaced, who_changed
from answerback.analysis.reader import Reader, reading
from answerback.analysis.roster import read_roster
from answerback.analysis.unlike import Unlike
from answerback.api.practice import Practice, make_practice
from answerback.cli.output import put
from answerback.cli.progress import progress
from answerback.cli.settings import Settings, is_terminal
from answerback.domain.errors import UsageError
from answerback.engine.protocol import Limits
from answerback.present import demo as words
from answerback.simulate.envelope import CURRENCY
from answerback.stats.limit import least_mean_delay
from answerback.workspace.access import owner_scope

MARK = ".answerback-demo"
"""A folder with this file is a demo's, and may be made anew."""
WIDTH = 100


def run_demo(settings: Settings, folder: Path, seed: int, *, ask: bool) -> Path:
    """The whole demo; the workspace that it made."""
    _make_room(folder)
    say(words.INTRODUCTION)
    limits = Limits(threads=settings.threads, memory=settings.memory)
    stage = partial(progress, settings)
    made = make_practice(folder / "exports", folder / "home", seed=seed, limits=limits, stage=stage)
    rows = {name: files.rows for name, files in made.built.snapshot.relations.items()}
    say(words.loaded(rows["effort"], rows["buyer_action"], rows["link"]))
    envelope = made.envelope
    say(words.question(envelope.quarter, envelope.won_minor, envelope.target_minor, CURRENCY))
    _guess(ask=ask)
    _tell(settings, made)
    weeks = least_mean_delay(0.10, 0.03, false_alarm_efforts=words.EFFORTS * words.FALSE_ALARM_WEEKS) / words.EFFORTS
    say(words.limit(weeks, words.EFFORTS))
    say(words.whats_there(folder))
    return folder / "home"


def _tell(settings: Settings, made: Practice) -> None:
    """What the data say, what replacing people would do, what coaching did, and the envelope."""
    envelope, workspace = made.envelope, made.workspace
    with reading(workspace.home, as_of=envelope.ends, limits=workspace.limits) as reader:
        demo = Demo(settings, made, reader)
        found = demo.changes()
        demo.replaced(found)
        demo.coached()
    say("The envelope. What was planted in this company, and whether the figures above named it:")
    for line in words.envelope(envelope.planted, found, envelope.turn):
        print(fill(line, WIDTH, initial_indent="  - ", subsequent_indent="    "))


@dataclass(frozen=True, slots=True)
class Demo:
    """A company that was told, loaded and built, and a reader of it."""

    settings: Settings
    made: Practice
    reader: Reader

    @property
    def names(self) -> Mapping[str, str]:
        """By address, what sellers are called."""
        return {each.rep_id: each.name for each in read_roster(self.reader).members.values()}

    def changes(self) -> list[Unlike]:
        """Who changed unlike the others, and what is left of that when the answers are shuffled."""
        envelope = self.made.envelope
        times = Times(envelope.begins, envelope.turn, envelope.quarter)
        found = who_changed(self.reader, owner_scope("demo"), times)
        say(words.shuffling(envelope.turn, len(found)))
        print()
        rows = words.unlike_rows(found, self.names)
        put(self.settings, pa.Table.from_pylist([{name: str(value) for name, value in row.items()} for row in rows]))
        say(words.verdict(found, self.names))
        return found

    def replaced(self, found: Sequence[Unlike]) -> None:
        """What average reps in place of the lowest would change, beside what a kind of company moved less."""
        quarter = self.made.envelope.quarter
        told = replaced(self.reader, owner_scope("demo"), quarter, found)
        if told is not None:
            say(words.replaced(quarter, told))

    def coached(self) -> None:
        """What the talks with a peer changed, beside what chance alone would have returned."""
        envelope = self.made.envelope
        rep, day, quarter = envelope.coached, envelope.coached_on, envelope.quarter
        told = coached(self.reader, owner_scope("demo"), rep, day, quarter)
        if told is not None:
            say(words.rebound(self.names[rep], day, quarter, told))


def say(text: str) -> None:
    """A paragraph."""
    print(f"\n{fill(text, WIDTH)}", flush=True)


def _make_room(folder: Path) -> None:
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        if not (folder / MARK).is_file():
            raise UsageError("this folder holds something else", where=str(folder), next_step="name another with --out")
        shutil.rmtree(folder)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / MARK).touch()


def _guess(*, ask: bool) -> None:
    for number, text in enumerate(words.GUESSES, start=1):
        print(f"  {number}  {text}")
    if ask and is_terminal() and sys.stdin.isatty():
        print("Your guess, before you look (Enter to go on): ", end="", flush=True)
        sys.stdin.readline()
