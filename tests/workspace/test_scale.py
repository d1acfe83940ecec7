"""A build within little memory: what does not fit goes to disk, and the rows are the same."""

from __future__ import annotations

from pathlib import Path

from answerback.domain.playbook_file import read_playbook
from answerback.engine.changes import keep_difference
from answerback.engine.duckdb import DuckDB, Limits, engine
from answerback.engine.lookup import Lookups
from answerback.workspace.build import Built, build
from answerback.workspace.home import Home, create_home
from benchmarks.workspace import add_year
from tests.workspace.world import NOW

EVENTS = 200_000
LITTLE = "100MB"


def made(home: Home, limits: Limits, spilled: set[str], events_in_block: int) -> Built:
    def watch(*_: object) -> None:
        spilled.update(path.name for path in home.pool.glob(".scratch-*/*"))

    settings = read_playbook(home.playbook)
    return build(home, settings, now=NOW, limits=limits, on_step=watch, afresh=True, events_in_block=events_in_block)


def test_what_does_not_fit_into_memory_goes_to_disk(tmp_path: Path) -> None:
    home = create_home(tmp_path / "home")
    add_year(home, EVENTS)
    spilled: set[str] = set()
    little = made(home, Limits(threads=1, memory=LITTLE), spilled, 10 * EVENTS)
    assert spilled, f"{LITTLE} were enough: this shows nothing"
    assert not list(home.pool.glob(".scratch-*")), "what was spilled is gone afterwards"
    much = made(home, Limits(threads=2), set(), EVENTS // 4)
    assert len(little.snapshot.blocks) < len(much.snapshot.blocks)
    with engine(Limits(threads=2)) as duck:
        for name in ("effort", "buyer_action", "effort_play", "link", "outcome"):
            for which, built in (("small", little), ("large", much)):
                parts = built.snapshot.relations[name].parts
                assert sum(part.rows for part in parts) > EVENTS / 20
                duck.over_files(f"{which}_{name}", [home.root / part.path for part in parts])
            assert keep_difference(duck, f"differing_{name}", new=f"small_{name}", old=f"large_{name}") == 0
        _assert_lookup(duck, home, much)


def _assert_lookup(duck: DuckDB, home: Home, built: Built) -> None:
    """An account's rows are looked up as SQL finds them; one that nobody has, has none."""
    relations = built.snapshot.relations
    names = ("effort", "buyer_action", "link")
    asked = "select account_key from large_link group by account_key order by count(*) desc, account_key limit 3"
    keys = [*duck.query(asked).column(0).to_pylist(), 1]
    files = {name: [home.root / part.path for part in relations[name].parts] for name in names}
    with Lookups(files) as lookups:
        for key in keys:
            for name in names:
                found = lookups.rows(name, "account_key", [key])
                wanted = duck.query(f"select * from large_{name} where account_key = {key} order by all")
                assert sorted(map(repr, found.to_pylist())) == sorted(map(repr, wanted.to_pylist()))
                assert name != "link" or bool(found.num_rows) == (key != 1)
            few = lookups.rows("link", "account_key", [key], ("grade", "effort_key"))
            assert few.equals(lookups.rows("link", "account_key", [key]).select(["grade", "effort_key"]))
