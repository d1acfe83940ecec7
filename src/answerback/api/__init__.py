"""The Python API: a workspace as an object. `answerback.open_workspace` is the way in.

This is a door: here, as on the command line, "now" is looked up once and passed on.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from answerback.analysis.disputes import left_out
from answerback.analysis.listing import OF_THE_LOG, Log, show, show_log
from answerback.analysis.on_base import on_base
from answerback.analysis.reader import Reader, reading
from answerback.api.judging import Judging
from answerback.api.rows import JudgedRows, OnBaseRows, Rows
from answerback.domain.playbook import Playbook
from answerback.domain.playbook_file import playbook_at
from answerback.domain.reading import Progress, Source
from answerback.domain.scope import Scope
from answerback.engine.opening import EngineChoice
from answerback.engine.protocol import Limits
from answerback.present.on_base import on_base_table
from answerback.sources.mapping import read_mapping
from answerback.sources.registry import NAMES, by_name, recognise
from answerback.workspace.access import note_use, owner_scope
from answerback.workspace.batches import Batch, LoadRequest, load, read_batches
from answerback.workspace.build import Built, OnStep, build
from answerback.workspace.forget import Forgotten, finish_if_idle, forget, look_up
from answerback.workspace.home import Home, create_home, open_home


def _quiet(*_: object) -> None:
    """Tells nobody."""


class Workspace(Judging):
    r"""A workspace on this disk.

    >>> import tempfile
    >>> from pathlib import Path
    >>> folder, home = Path(tempfile.mkdtemp()), Path(tempfile.mkdtemp())
    >>> _ = (folder / "effort.csv").write_text(
    ...     "effort_id,rep_id,account_id,occurred_at,kind,reference\ne1,ann,acme,2026-03-01T09:00:00Z,email,message:1\n"
    ... )
    >>> _ = (folder / "buyer_action.csv").write_text(
    ...     "action_id,account_id,occurred_at,kind,refers_to\nb1,acme,2026-03-02T10:00:00Z,replied,message:1\n"
    ... )
    >>> workspace = open_workspace(home, create=True)
    >>> workspace.load(folder).kept
    2
    >>> workspace.build().new
    True
    >>> answer = workspace.on_base(by=["rep"])
    >>> answer.to_arrow().select(["rep", "efforts", "on_base", "reason"]).to_pylist()
    [{'rep': 'ann', 'efforts': 1, 'on_base': 1, 'reason': 'too_few_efforts'}]
    >>> workspace.show("links").to_arrow().to_pylist()
    [{'action_id': 'b1', 'effort_id': 'e1', 'basis': 'reference', 'grade': 'E1', 'lag_seconds': 90000}]
    """

    def __init__(self, home: Home, limits: Limits = Limits()) -> None:  # noqa: B008 - frozen
        self.home = home
        self.limits = limits

    @property
    def playbook(self) -> Playbook:
        """The organisation's settings; the defaults where the folder holds no playbook."""
        return playbook_at(self.home.playbook)

    def load(
        self,
        path: str | Path,
        *,
        source: str = "",
        mapping: str | Path | None = None,
        ids_of: str = "",
        exported_at: datetime | None = None,
        options: Mapping[str, str] | None = None,
        progress: Callable[[Progress], None] = _quiet,
    ) -> Batch:
        """Reads files into the log. `source` names the connector, or names the system when the connector is clear.

        Loading the same again changes nothing. Raises SourceError where nothing could be read.
        """
        chosen = _connector(Path(path), source, Path(mapping) if mapping is not None else None)
        request = LoadRequest(
            source=chosen.source,
            path=Path(path),
            name=chosen.name,
            ids_of=ids_of or chosen.ids_of,
            playbook=self.playbook,
            loaded_at=datetime.now(UTC),
            exported_at=exported_at,
            mapping=Path(mapping) if mapping is not None else None,
            options=dict(options or {}),
        )
        return load(self.home, request, progress)

    def build(
        self,
        *,
        engine: EngineChoice = EngineChoice(),  # noqa: B008 - frozen
        afresh: bool = False,
        on_step: OnStep = _quiet,
    ) -> Built:
        """Makes a snapshot of everything loaded so far; which engine makes it cannot be told from it.

        Only what changes can show in is made again, unless `afresh`: the rows are the same either way.

        Raises BusyError while another build runs, EngineError where the engine cannot be started.
        """
        now = datetime.now(UTC)
        return build(
            self.home, self.playbook, now=now, limits=self.limits, choice=engine, afresh=afresh, on_step=on_step
        )

    def forget(self, person: str, *, of: str = "", only_look: bool = False) -> Forgotten:
        """Forgets a person for good: an address, an id, or `SOURCE:ID`. `of` says contact or rep where an id is both.

        With `only_look` nothing is changed: who is meant, and what of them there is. Raises NotFoundError where nobody
        is known so, UsageError where several are, BusyError while a load or build runs.
        """
        if only_look:
            self._scope("forget: who is meant")
            return look_up(self.home, person, of=of, limits=self.limits)
        now = datetime.now(UTC)
        return forget(self.home, person, playbook=self.playbook, now=now, of=of, limits=self.limits)

    def on_base(
        self,
        by: Sequence[str] = ("rep", "play"),
        *,
        where: Mapping[str, str] | None = None,
        as_of: datetime | None = None,
        snapshot: str | None = None,
    ) -> OnBaseRows:
        """On-base rates by any dimensions, as of an instant (when the snapshot was built, unless said)."""
        scope = self._scope("on-base")
        with self._reading(snapshot, as_of) as reader:
            answer = on_base(reader, scope, by=tuple(by), where=where)
        return OnBaseRows(on_base_table(answer), answer, left_out=answer.contested_efforts)

    def show(self, what: str, *, as_of: datetime | None = None, snapshot: str | None = None) -> Rows:
        """The rows of a listing: efforts, actions, links, outcomes, deals, lags, rejects, batches and more."""
        scope = self._scope(what)
        if what in OF_THE_LOG and snapshot is None:  # known from the instant of the load, built or not
            return Rows(show_log(Log(self.home, tuple(read_batches(self.home))), what))
        with self._reading(snapshot, as_of) as reader:
            return Rows(show(reader, scope, what), left_out=left_out(reader, scope, what))

    def _scope(self, purpose: str) -> Scope:
        """Everything, for the owner of the folder; that they looked is written down."""
        scope = owner_scope(purpose)
        note_use(self.home, scope.purpose, "", now=datetime.now(UTC))
        return scope

    def _reading(self, snapshot: str | None, as_of: datetime | None) -> AbstractContextManager[Reader]:
        return reading(self.home, snapshot=snapshot, as_of=as_of, limits=self.limits)


def open_workspace(path: str | Path, *, create: bool = False, limits: Limits = Limits()) -> Workspace:  # noqa: B008
    """The workspace in a folder; made there if `create`. Raises WorkspaceError where there is none.

    Where a killed command has left somebody half forgotten, that is finished first.
    """
    root = Path(path)
    home = create_home(root) if create else open_home(root)
    finish_if_idle(home, now=datetime.now(UTC))
    return Workspace(home, limits)


@dataclass(frozen=True, slots=True)
class _Connector:
    """What reads a path, the name of the system it comes from, and whose ids it uses."""

    source: Source
    name: str
    ids_of: str


def _connector(path: Path, source: str, mapping: Path | None) -> _Connector:
    """`source` names the connector, or the system where the connector is clear; a mapping names its system itself."""
    if mapping is not None:
        stated = read_mapping(mapping).mapping.source
        chosen = by_name(source) if source in NAMES else by_name("xes" if ".xes" in path.name.lower() else "mapping")
        name = source if source and source not in NAMES else stated.name
        return _Connector(chosen, name, stated.ids_of or name)
    if source in NAMES:
        return _Connector(by_name(source), source, source)
    chosen = recognise(path)
    return _Connector(chosen, source or chosen.name, source or chosen.name)


__all__ = ["Forgotten", "JudgedRows", "OnBaseRows", "Reader", "Rows", "Workspace", "open_workspace"]
