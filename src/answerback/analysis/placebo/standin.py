"""Relations of a reader replaced, and all that is made of them made again, so that analyses notice nothing."""

from __future__ import annotations

from collections.abc import Iterable

from answerback.analysis.reader import Reader
from answerback.engine.catalogue import catalogue

TRUE = "true_"
"""What stands before the name of a relation as it was."""


class StandIns:
    """Stand-ins for relations of one reader, which is for placebos alone from then on.

    A relation as it was is found by its name with `true_` before it.
    """

    def __init__(self, reader: Reader) -> None:
        self.reader = reader
        self._replaced: dict[str, None] = {}

    def keep(self, name: str) -> str:
        """The name by which a relation is known as it was."""
        if name not in self._replaced:
            reader, duck = self.reader, self.reader.duck
            paths = [reader.home.root / part.path for part in reader.snapshot.relations[name].parts]
            if paths and all(path.is_file() for path in paths):
                duck.over_files(TRUE + name, [path.resolve() for path in paths])
            else:
                duck.make(TRUE + name, f"select * from {name}")
            self._replaced[name] = None
        return TRUE + name

    def replace(self, name: str, sql: str) -> None:
        """Another relation in the place of one, and of all that is made of it; `sql` reads what was, by its name."""
        self.keep(name)
        self.reader.forget_all()
        self.reader.duck.make(name, sql)
        changed = {name}
        for relation in catalogue():
            if relation.reads & changed and relation.kept and self._has(relation.reads):
                self.keep(relation.name)
                self.reader.duck.make(relation.name, relation.sql)
                changed.add(relation.name)

    def restore(self) -> None:
        """Everything as it was."""
        self.reader.forget_all()
        for name in self._replaced:
            self.reader.duck.view(name, f"select * from {TRUE}{name}")

    def _has(self, names: Iterable[str]) -> bool:
        """Whether a snapshot holds all of these: what is not kept cannot be made again here."""
        return all(name in self.reader.snapshot.relations for name in names)
