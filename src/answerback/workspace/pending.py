"""What a workspace has that its newest snapshot does not show yet: loads, words in the journal, another playbook."""

from __future__ import annotations

from dataclasses import dataclass

from answerback.domain.errors import NotFoundError
from answerback.domain.playbook import Playbook
from answerback.workspace.home import Home
from answerback.workspace.journal import waiting_bytes
from answerback.workspace.log import read_batches
from answerback.workspace.snapshots import read_snapshot


@dataclass(frozen=True, slots=True)
class Pending:
    """What a build would bring in."""

    loads: frozenset[str]
    """Batches that the snapshot was not made from."""
    journal_bytes: int
    """So much was entered by people since the last build."""
    playbook: bool
    """The settings are not those of the snapshot."""

    @property
    def anything(self) -> bool:
        """Whether a build would change anything."""
        return bool(self.loads or self.journal_bytes or self.playbook)


def pending(home: Home, playbook: Playbook) -> Pending:
    """What came in since the newest snapshot; a change of settings counts only where there is something to see."""
    batches = frozenset(batch.batch_id for batch in read_batches(home))
    journal = waiting_bytes(home)
    try:
        newest = read_snapshot(home)
    except NotFoundError:
        return Pending(batches, journal, playbook=False)
    return Pending(batches - set(newest.batches), journal, newest.playbook != playbook.model_dump_json())
