"""`answerback demo`: a practice company in three minutes. It asks first, shows what the data say, opens the envelope.

Nothing is shown that was not computed just now: the company is simulated, its exports are loaded through the ordinary
sources, and every figure comes from the snapshot that is built of them. Only the envelope holds the truth.
"""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from textwrap import fill
from typing import Any

import pyarrow as pa

from answerback.analysis.on_base import on_base
from answerback.analysis.reader import reading
from answerback.analysis.replacing import replacing_lowest
from answerback.analysis.unlike import Unlike, most_unlike
from answerback.api import Workspace, open_workspace
from answerback.cli.output import put
from answerback.cli.progress import progress
from answerback.cli.settings import Settings, is_terminal
from answerback.domain.answers import Rate
from answerback.domain.errors import UsageError
from answerback.engine.protocol import Limits
from answerback.present import demo as words
from answerback.simulate.assemble import Story
from answerback.simulate.exports.guide import present
from answerback.simulate.parameters import Parameters
from answerback.simulate.results import quarter_result
from answerback.simulate.scenarios import Plan
from answerback.simulate.writing import write_company
from answerback.stats.limit import least_mean_delay
from answerback.workspace.access import owner_scope

SCENARIOS = ("new-hire", "system", "dropped")
EFFORTS, FALSE_ALARM_WEEKS = 20, 104
TARGET_EASE = 1.25
"""The board asked for a quarter more than the team would win."""
MARK = ".answerback-demo"
"""A folder with this file is a demo's, and may be made anew."""
WIDTH = 100


def run_demo(settings: Settings, folder: Path, seed: int, *, ask: bool) -> None:
    """The whole demo."""
    _make_room(folder)
    say(words.INTRODUCTION)
    with progress(settings, "Nine months of selling") as advance:
        plan, story = write_company(
            folder / "exports", Parameters(seed=seed, target_ease=TARGET_EASE), SCENARIOS, on_step=advance
        )
    demo = Demo(settings, plan, story, _loaded(settings, folder))
    result = quarter_result(story.facts)
    say(words.question(result.quarter, result.won_minor, result.target_minor, "EUR"))
    _guess(ask=ask)
    found = demo.changes()
    demo.replaced(result.quarter, found)
    demo.coached(result.quarter)
    _envelope(folder, found, demo.turn)
    weeks = least_mean_delay(0.10, 0.03, false_alarm_efforts=EFFORTS * FALSE_ALARM_WEEKS) / EFFORTS
    say(words.limit(weeks, EFFORTS))
    say(words.whats_there(folder))


@dataclass(frozen=True, slots=True)
class Demo:
    """A company that was told, loaded and built."""

    settings: Settings
    plan: Plan
    story: Story
    workspace: Workspace

    @property
    def names(self) -> Mapping[str, str]:
        """By address, what sellers are called; in the order of their numbers."""
        return {row["email"]: row["name"] for row in self.story.facts.rows("seller")}

    @property
    def turn(self) -> date:
        """The Monday before and after which everybody is looked at."""
        return self.at(self.plan.change).date()

    def at(self, day: int) -> datetime:
        """The beginning of a day of the story."""
        return datetime.fromtimestamp(self.story.facts.start, tz=UTC) + timedelta(days=day)

    def changes(self) -> list[Unlike]:
        """Who changed unlike the others, and what is left of that when the answers are shuffled."""
        start, turn = self.at(0).date(), self.turn
        with reading(self.workspace.home, as_of=self.at(self.plan.days), limits=self.workspace.limits) as reader:
            found = most_unlike(reader, owner_scope("demo"), list(words.DIMENSIONS), turn=turn, since=start)
        say(words.shuffling(turn, len(found)))
        print()
        rows = words.unlike_rows(found, self.names)
        put(self.settings, pa.Table.from_pylist([{name: str(value) for name, value in row.items()} for row in rows]))
        say(words.verdict(found, self.names))
        return found

    def replaced(self, quarter: str, found: Sequence[Unlike]) -> None:
        """What average reps in place of the lowest would change, beside what a kind of company moved less."""
        missed = {}
        with reading(self.workspace.home, as_of=self.at(self.plan.days), limits=self.workspace.limits) as reader:
            cells = on_base(reader, owner_scope("demo"), by=("rep",), where={"quarter": quarter}).cells
            for each in (one for one in words.named(found) if one.dimension != "rep"):
                where = {each.dimension: each.group, "quarter": quarter}
                (own,) = on_base(reader, owner_scope("demo"), by=(each.dimension,), where=where).cells
                less = each.own.before * (own.on_base + own.answered + own.unanswered) - own.on_base
                if less > 0:
                    missed[f"{each.group} ({words.DIMENSIONS[each.dimension]})"] = less
        lowest = replacing_lowest(cells)
        if lowest is not None:
            say(words.replaced(quarter, lowest, missed))

    def coached(self, quarter: str) -> None:
        """What the talks with a peer changed, beside what chance alone would have returned."""
        day, seller, _, _ = self.plan.parameters.talks[0]
        rep, when = list(self.names)[seller], self.at(day)
        before = self._rate({"rep": rep}, when)
        after = self._rate({"rep": rep, "quarter": quarter}, self.at(self.plan.days))
        if before is not None and after is not None:
            say(words.rebound(self.names[rep], when.date(), before, quarter, after))

    def _rate(self, where: Mapping[str, str], as_of: datetime) -> Rate | None:
        """What could be told of a rep, in a quarter perhaps, at a time; None where there was not enough."""
        with reading(self.workspace.home, as_of=as_of, limits=self.workspace.limits) as reader:
            cells = on_base(reader, owner_scope("demo"), by=tuple(where), where=where).cells
        return next((each.rate for each in cells if isinstance(each.rate, Rate)), None)


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


def _loaded(settings: Settings, folder: Path) -> Workspace:
    """A workspace with everything, as `load.sh` would make it."""
    exports = folder / "exports"
    limits = Limits(threads=settings.threads, memory=settings.memory)
    made = open_workspace(folder / "home", create=True, limits=limits)
    shutil.copyfile(exports / "playbook.toml", made.home.playbook)
    until = datetime.fromisoformat(_truth(folder)["to"])
    loads = present(exports)
    with progress(settings, f"Loading {len(loads)} systems") as advance:
        for done, each in enumerate(loads):
            advance(each.folder, done, len(loads))
            mapping = exports / each.mapping if each.mapping else None
            made.load(exports / each.folder, source=each.source, mapping=mapping, exported_at=until)
    with progress(settings, "Linking each answer to its touch") as advance:
        built = made.build(on_step=advance)
    rows = {name: files.rows for name, files in built.snapshot.relations.items()}
    say(words.loaded(rows["effort"], rows["buyer_action"], rows["link"]))
    return made


def _guess(*, ask: bool) -> None:
    for number, text in enumerate(words.GUESSES, start=1):
        print(f"  {number}  {text}")
    if ask and is_terminal() and sys.stdin.isatty():
        print("Your guess, before you look (Enter to go on): ", end="", flush=True)
        sys.stdin.readline()


def _envelope(folder: Path, found: Sequence[Unlike], turn: date) -> None:
    say("The envelope. What was planted in this company, and whether the figures above named it:")
    for line in words.envelope(_truth(folder)["planted"], found, turn):
        print(fill(line, WIDTH, initial_indent="  - ", subsequent_indent="    "))


def _truth(folder: Path) -> dict[str, Any]:
    told: dict[str, Any] = json.loads((folder / "exports" / "truth" / "truth.json").read_text(encoding="utf-8"))
    return told
