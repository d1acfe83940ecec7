"""Makes the relations of a build: the whole ones, then those by month, pass by pass and block by block.

With an earlier build at hand only that is made again which changes can show in, as the headers say (`engine.reaches`);
the files of the rest are listed again. Without one, everything is made. A block is made like any other, whichever the
reason: so what grew day by day is, row for row, what one full build would give.

Memory holds the relations of one block at a time, each no longer than until its last reader in this block is made.
"""

from __future__ import annotations

import filecmp
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from answerback.domain.log import ColumnType
from answerback.engine.blocks import Blocks
from answerback.engine.catalogue import PLACED_INPUTS, Relation, passes
from answerback.engine.changes import blocks_during, blocks_with, keep_difference, keep_touched
from answerback.engine.protocol import Engine
from answerback.engine.reaches import Follow, Reach

WHOLE = -1
"""Stands for a block where a relation has none."""

Files = dict[str, dict[int, list[Path]]]
"""By relation and block, where its rows lie."""


OnStep = Callable[[str, str, int, int], None]
"""Told of each relation, the block it is made for, how many are done and how many there are as far as is known."""


@dataclass(slots=True)
class Making:
    """One build in the making."""

    engine: Engine
    relations: Sequence[Relation]
    folder: Path
    """Where new files go."""
    durations: Mapping[str, int]
    """Seconds of the durations that headers name."""
    blocks: Blocks
    was: Files | None = None
    """The files of the build before, by the blocks of this one; None: everything is to be made."""
    columns: Mapping[str, Mapping[str, ColumnType]] = field(default_factory=dict)
    """The columns of inputs that may have no file."""
    on_step: OnStep = lambda _name, _block, _done, _total: None
    files: Files = field(default_factory=lambda: defaultdict(dict))
    """What this build lists: new files and old ones."""
    differs: dict[str, bool] = field(default_factory=dict)
    """By input or relation that is not cut by month: whether it changed."""
    _changed: dict[str, set[int]] = field(default_factory=dict)
    _caught: dict[tuple[str, str], set[int]] = field(default_factory=lambda: defaultdict(set))
    _followed: dict[tuple[str, str], set[int]] = field(default_factory=dict)
    _here: set[str] = field(default_factory=set)
    _shown: dict[str, object] = field(default_factory=dict)
    _done: int = 0
    _total: int = 0

    def __post_init__(self) -> None:
        for name, known in (self.was or {}).items():
            self.files[name] = dict(known)

    # Relations that are not cut by month ---------------------------------------------------------------------------

    def make_whole(self) -> None:
        """Makes the relations that are not cut by month, where an input differs; each stays in the engine by its name.

        Events, which these read in part, lie in the engine as `standing_<record>`.
        """
        for relation in self.relations:
            if relation.monthly:
                continue
            if self.was is None or any(self.differs.get(name, True) for name in relation.reads):
                self._tell(relation.name, "")
                for name, narrow in relation.narrows.items():
                    standing = name.replace("current_", "standing_")
                    kept = f"select {narrow.values} from {narrow.relation}"
                    self.engine.view(name, f"select * from {standing} where {narrow.column} in ({kept})")
                self.engine.make(relation.name, relation.sql)
                self.settle(relation.name, relation.order, relation.rows_in_group)
            else:
                self.stand(relation.name)

    def settle(self, name: str, order: Sequence[str] = (), rows_in_group: int = 0) -> None:
        """Writes a relation that the engine holds, unless the build before holds the same rows."""
        old = (self.was or {}).get(name, {}).get(WHOLE)
        if old is not None:
            self.engine.over_files(f"was_{name}", old)
            self.differs[name] = keep_difference(self.engine, f"changed_{name}", new=name, old=f"was_{name}") > 0
            self.engine.drop(f"changed_{name}")
        else:
            self.differs[name] = True
        if self.differs[name]:
            self.files[name] = {WHOLE: self.engine.write(name, self.folder / name, order, rows_in_group)}

    def stand(self, name: str) -> None:
        """A relation as the build before left it."""
        for known_as in (name, f"was_{name}"):
            self.engine.over_files(known_as, self.files[name][WHOLE])
        self.differs[name] = False

    # Relations by month --------------------------------------------------------------------------------------------

    def make_monthly(
        self, place: Callable[[set[int]], Files], dirty: set[int], check: Callable[[frozenset[str]], None]
    ) -> None:
        """Makes the relations that are cut by month, where a change shows.

        Args:
            place: Gives the events (`PLACED_INPUTS`) of some blocks.
            dirty: The blocks whose events, or what belongs to them, changed.
            check: Told after each pass which relations are there now.
        """
        self._changed = {each.name: set() for each in self.relations if each.monthly}
        self._changed |= {name: set(dirty) for name in PLACED_INPUTS}
        groups = passes(self.relations)
        for number, group in enumerate(groups):
            plan = self._plan(group)
            self._place(place, {block for each in group if _placed(each) for block in plan[each.name]})
            self._count(groups[number:])
            for block in range(len(self.blocks)):
                if run := _wanted(group, plan, block):
                    self._place(place, {block} if any(map(_placed, run)) else set())
                    self._make_block(run, block)
                    plan = self._plan(group)
            check(frozenset(each.name for done in groups[: number + 1] for each in done))
            if not any(_placed(each) for later in groups[number + 1 :] for each in later):
                self._clear()

    def changed_blocks(self, names: Iterable[str]) -> set[int]:
        """The blocks in which one of these relations by month holds other rows than before."""
        return {block for name in names for block in self._changed.get(name, ())}

    def has_block(self, names: Iterable[str], block: int) -> bool:
        """Whether all of these that are cut by month have this block; events have those that were asked for."""
        return all(block in self.files[name] for name in names if name in self._changed)

    def show_block(self, names: Iterable[str], block: int) -> None:
        """Makes the engine's relations of these names what they are in one block, for whoever checks it."""
        for name in names:
            if name in self._changed:
                self.show_blocks(name, [block])

    def show_blocks(self, name: str, blocks: Iterable[int]) -> None:
        """The same for several blocks of one relation."""
        self._shown.pop(name, None)
        paths = [path for block in blocks for path in self.files[name].get(block, ())]
        self.engine.over_files(name, paths, self.columns.get(name))

    def _place(self, place: Callable[[set[int]], Files], blocks: set[int]) -> None:
        if missing := blocks - self.files[PLACED_INPUTS[0]].keys():
            for name, found in place(missing).items():
                self.files[name] |= {block: found.get(block, []) for block in missing}

    def _clear(self) -> None:
        """Lets the placed events go: they take as much room as the log."""
        for name in PLACED_INPUTS:
            for path in (path for paths in self.files.pop(name, {}).values() for path in paths):
                path.unlink()

    def _count(self, groups: Sequence[Sequence[Relation]]) -> None:
        """How much there is to do, as far as is known: what is made may turn out to be what it was."""
        plan = self._plan([each for group in groups for each in group])
        blocks = range(len(self.blocks))
        self._total = self._done + sum(len(_wanted(group, plan, block)) for group in groups for block in blocks)

    def _plan(self, group: Sequence[Relation]) -> dict[str, set[int]]:
        """By relation, the blocks in which it has to be made again."""
        plan: dict[str, set[int]] = {}
        for relation in group:
            found: set[int] = set()
            for name in relation.reads:
                if name in plan or name in self._changed:
                    found |= self._shown_blocks(relation, name, plan[name] if name in plan else self._changed[name])
                elif self.was is not None and self.differs.get(name, True):
                    found |= self._blocks_following(relation, name)
            plan[relation.name] = found if self.was is not None else set(range(len(self.blocks)))
        return plan

    def _shown_blocks(self, relation: Relation, name: str, changed: Iterable[int]) -> set[int]:
        """The blocks of a relation in which changed blocks of an input by month show."""
        back, forward = relation.look_back.get(name, Reach()), relation.look_forward.get(name, Reach())
        found = set(changed) | self._caught[relation.name, name]
        for block in changed:
            found |= self.blocks.shown_in(block, later=self._seconds(back), earlier=self._seconds(forward))
        return found

    def _blocks_following(self, relation: Relation, name: str) -> set[int]:
        """The blocks of a relation in which changed rows of an input that is not cut by month show."""
        if (relation.name, name) not in self._followed:
            self._followed[relation.name, name] = self._follow(relation.follows.get(name), name)
        return self._followed[relation.name, name]

    def _follow(self, follow: Follow | None, name: str) -> set[int]:
        if follow is None:
            return set(range(len(self.blocks)))
        if follow.starts:
            return blocks_during(
                self.engine,
                new=name,
                old=f"was_{name}",
                follow=follow,
                blocks=self.blocks,
                reaching=self.durations[follow.reaching] if follow.reaching else 0,
            )
        columns = dict.fromkeys((*follow.keys, *follow.columns, *([follow.since] if follow.since else ())))
        found: set[int] = set()
        if keep_difference(self.engine, "differing", new=name, old=f"was_{name}", columns=tuple(columns)):
            keep_touched(self.engine, "touched", "differing", follow)
            if rows := self._by_block(follow):
                found = blocks_with(self.engine, rows, "touched", follow)
            self.engine.drop("touched")
        self.engine.drop("differing")
        return found

    def _by_block(self, follow: Follow) -> str:
        """A relation of the rows in which a changed key is looked for, with their blocks; empty for none."""
        if follow.of in PLACED_INPUTS:
            return follow.of.replace("current_", "dated_")
        return self._rows_by_block(follow.of, range(len(self.blocks)), [*follow.matches, *_time(bool(follow.since))])

    def _rows_by_block(self, name: str, blocks: Iterable[int], columns: Sequence[str]) -> str:
        said = []
        for block in blocks:
            if paths := self.files[name].get(block):
                self.engine.over_files(f"{name}_{block}", paths)
                said.append(f"select cast({block} as bigint) as block, {', '.join(columns)} from {name}_{block}")
        if not said:
            return ""
        self.engine.view(f"{name}_by_block", " union all ".join(said))
        return f"{name}_by_block"

    # One block -----------------------------------------------------------------------------------------------------

    def _make_block(self, run: Sequence[Relation], block: int) -> None:
        """Makes relations of one block, and lets them go again."""
        last = {name: relation.name for relation in run for name in relation.reads}
        for relation in run:
            self._tell(relation.name, self.blocks.labels[block])
            for name in relation.reads & self._changed.keys():
                self._show(relation, name, block)
            here = f"{relation.name}_here"
            if relation.name in last:
                self.engine.make(here, relation.sql)
                self._here.add(relation.name)
            else:
                self.engine.view(here, relation.sql)
            if relation.kept:
                self._keep(relation, here, block)
            for name in [name for name in self._here if last.get(name) == relation.name]:
                self._let_go(name)
        for name in list(self._here):
            self._let_go(name)

    def _let_go(self, name: str) -> None:
        self.engine.drop(f"{name}_here")
        self._here.discard(name)
        self._shown.pop(name, None)

    def _show(self, relation: Relation, name: str, block: int) -> None:
        """Makes the engine's relation of this name what one relation may read of it for one block."""
        back, forward = relation.look_back.get(name, Reach()), relation.look_forward.get(name, Reach())
        first = 0 if back.key else min(self.blocks.shown_in(block, earlier=self._seconds(back)))
        final = max(self.blocks.shown_in(block, later=self._seconds(forward)))
        here = name in self._here
        paths = [
            path
            for each in range(first, final + 1)
            if not (here and each == block)
            for path in self.files[name].get(each, ())
        ]
        shown = (here, *paths)
        if self._shown.get(name) == shown:
            return
        self._shown[name] = shown
        if not here:
            self.engine.over_files(name, paths, self.columns.get(name))
        elif not paths:
            self.engine.view(name, f"select * from {name}_here")
        else:
            self.engine.over_files(f"{name}_files", paths)
            self.engine.view(name, f"select * from {name}_here union all select * from {name}_files")

    def _keep(self, relation: Relation, here: str, block: int) -> None:
        """Writes one block of a relation; if it holds what it held, the old file stays and nothing has changed."""
        paths = self.engine.write(
            here, self.folder / f"{relation.name}-{self.blocks.labels[block]}", relation.order, relation.rows_in_group
        )
        old = (self.was or {}).get(relation.name, {}).get(block)
        if old is not None and len(old) == len(paths) and all(map(_same, old, paths)):
            for path in paths:
                path.unlink()
            return
        self.files[relation.name][block] = paths
        self._changed[relation.name].add(block)
        if self.was is not None and block + 1 < len(self.blocks):
            self._catch(relation.name, block, old)

    def _catch(self, name: str, block: int, old: list[Path] | None) -> None:
        """Finds the later blocks in which rows share a key with a row that changed in this one."""
        for reader in self.relations:
            reach = reader.look_back.get(name)
            if reach is None or not reach.key:
                continue
            self.engine.over_files("is_now", self.files[name][block])
            if old is None:
                self.engine.view("was_then", "select * from is_now where false")
            else:
                self.engine.over_files("was_then", old)
            if keep_difference(self.engine, "differing", new="is_now", old="was_then"):
                follow = Follow(keys=(reach.key,), of=reach.of, matches=(reach.key,), since="occurred_at")
                keep_touched(self.engine, "touched", "differing", follow)
                later = self._rows_by_block(reach.of, range(block + 1, len(self.blocks)), [reach.key, *_time(True)])
                if later:
                    self._caught[reader.name, name] |= blocks_with(self.engine, later, "touched", follow)
                self.engine.drop("touched")
            self.engine.drop("differing")

    def _seconds(self, reach: Reach) -> int:
        return self.durations[reach.duration] if reach.duration else 0

    def _tell(self, name: str, block: str) -> None:
        self.on_step(name, block, self._done, max(self._total, self._done))
        self._done += 1


def _wanted(group: Sequence[Relation], plan: Mapping[str, set[int]], block: int) -> list[Relation]:
    """What to make for a block: the kept relations in which a change shows, and what these need besides."""
    wanted: list[Relation] = []
    for relation in reversed(group):
        if relation.kept:
            needed = block in plan.get(relation.name, ())
        else:
            needed = any(relation.name in each.reads for each in wanted)
        if needed:
            wanted.append(relation)
    return wanted[::-1]


def _placed(relation: Relation) -> bool:
    return not relation.reads.isdisjoint(PLACED_INPUTS)


def _time(wanted: bool) -> list[str]:
    return ["occurred_at"] if wanted else []


def _same(one: Path, other: Path) -> bool:
    return filecmp.cmp(one, other, shallow=False)
