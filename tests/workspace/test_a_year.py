"""Day after day something is loaded, entered and built: the number of files stays bounded."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from answerback.domain.playbook import Keep
from answerback.workspace.compaction import FACTOR
from answerback.workspace.home import Home
from answerback.workspace.journal import Entry, append
from answerback.workspace.log import read_batches, read_folders
from answerback.workspace.snapshots import all_snapshots
from tests.workspace.world import PLAYBOOK, act, effort, kept, make, take

DAYS = 24
KEEP = Keep(last=2, daily=2, monthly=1)


@pytest.mark.slow
def test_day_after_day_files_do_not_pile_up(home: Home) -> None:
    """The clock goes a day ahead each time, so that every lease is over at the next build."""
    begun = datetime.now(UTC)
    playbook = PLAYBOOK.model_copy(update={"keep": KEEP})
    counts = []
    for day in range(DAYS):
        now = begun + timedelta(days=day)
        token = f"message:{day}"
        lines = [
            effort(f"e{day}", reference=token, contact_id="c1", occurred_at=now.isoformat()),
            act(f"b{day}", refers_to=token, occurred_at=(now + timedelta(hours=1)).isoformat()),
            kept("contact", source_id="c1", name=f"Kim {day}", account_id="a1"),
        ]
        take(home, lines, at=now)
        append(home, Entry("crm", "happening", {"source_id": f"h{day}", "text": "rain"}, now))
        built = make(home, now=now, playbook=playbook)
        assert built.snapshot.relations["effort"].rows == day + 1
        counts.append({folder: _files(home, folder) for folder in ("log", "journal", "pool", "snapshots")})
    assert len(read_batches(home)) == 2 * DAYS, "a load and an entry each day"
    assert len(read_folders(home)) <= 2 * FACTOR
    kept_files = {part.path for each in all_snapshots(home) for part in each.parts()}
    half, whole = counts[DAYS // 2], counts[-1]
    assert whole["journal"] == 1, "what the last build took in, for who still reads the one before"
    assert whole["snapshots"] == 2 * len(all_snapshots(home)) <= 2 * (KEEP.last + KEEP.daily + KEEP.monthly)
    assert whole["pool"] <= 2 * len(kept_files), "what is kept, and what its last readers may hold"
    assert whole["pool"] <= half["pool"] * 1.3
    assert max(each["log"] for each in counts[DAYS // 2 :]) <= max(each["log"] for each in counts[: DAYS // 2]) * 1.3


def _files(home: Home, folder: str) -> int:
    return sum(path.is_file() for path in (home.root / folder).rglob("*"))
