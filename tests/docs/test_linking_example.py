"""The worked example of docs/understand/linking.md, built and compared with the page's own tables."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, ClassVar

import pyarrow.parquet as pq

from answerback.domain.playbook_file import default_playbook
from answerback.domain.reading import Item, Kept, Place, Reading, Recognition, Record, Value
from answerback.engine.duckdb import Limits
from answerback.workspace.batches import LoadRequest, load
from answerback.workspace.build import build
from answerback.workspace.home import create_home

PAGE = Path(__file__).resolve().parents[2] / "docs" / "understand" / "linking.md"
NOW = datetime(2026, 5, 1, tzinfo=UTC)
KINDS = {"mails": "email", "calls": "call", "sends a proposal": "proposal"}


def table(first: str) -> list[list[str]]:
    """The rows of the page's table whose first head is this."""
    text = PAGE.read_text(encoding="utf-8")
    _, _, rest = text.partition(f"| {first} | ")
    lines = rest.split("\n\n")[0].splitlines()[2:]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def records() -> Iterator[Record]:
    yield Record("account", {"source_id": "acme"})
    for name in ("Kim", "Lee"):
        yield Record("contact", {"source_id": name, "account_id": "acme"})
    yield Record("rep", {"source_id": "ann"})
    for event, when, what, who, bears in table("id"):
        day, hour = re.fullmatch(r"(\d+) March, (\d+):00", when).groups()  # type: ignore[union-attr]
        tokens = {role: re.findall(rf"{role} `(.*?)`", bears) for role in ("is", "answers", "about")}
        fields: dict[str, Value] = {
            "source_id": event,
            "occurred_at": datetime(2026, 3, int(day), int(hour), tzinfo=UTC),
            "account_id": "acme",
            "contact_id": who if who in {"Kim", "Lee"} else None,
            "reference": " ".join(tokens["is"]),
            "refers_to": " ".join(tokens["answers"]),
            "about": " ".join(tokens["about"]),
        }
        if event.startswith("e"):
            kind = next(kind for said, kind in KINDS.items() if f"Ann {said}" in what)
            yield Record("effort", fields | {"rep_id": "ann", "kind": kind})
        else:
            yield Record("buyer_action", fields | {"kind": re.findall(r"`(\w+)`", what)[0]})


class Example:
    name: ClassVar[str] = "example"
    meaning: ClassVar[str] = "the worked example"

    def recognise(self, path: Path) -> Recognition:
        return Recognition(1.0, path.name)

    def read(self, path: Path, reading: Reading) -> Iterator[Item]:
        del reading
        for number, record in enumerate(records(), 1):
            yield Kept(Place(path.name, number), (record,))


def test_the_example_is_linked_as_the_page_says(tmp_path: Path) -> None:
    home = create_home(tmp_path / "home")
    (tmp_path / "example.txt").write_text("see the page", encoding="utf-8")
    request = LoadRequest(
        source=Example(),
        path=tmp_path / "example.txt",
        name="example",
        ids_of="example",
        playbook=default_playbook(),
        loaded_at=NOW,
        exported_at=NOW,
        mapping=None,
        options={},
    )
    batch = load(home, request, lambda _: None)
    assert (batch.rejects, batch.kept) == (0, len(list(records())))
    snapshot = build(home, default_playbook(), now=NOW, limits=Limits(), on_step=lambda *_: None).snapshot

    def rows(relation: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = pq.read_table(home.root / snapshot.relations[relation].parts[0].path).to_pylist()
        return found

    ids = {home.keys().key("event", "example", event): event for event, *_ in table("id")}
    found = {
        ids[row["action_key"]]: (ids[row["effort_key"]], row["basis"], row["grade"], row["lag_seconds"])
        for row in rows("link")
    }
    told = {
        action: (effort, basis, grade, int(lag.removesuffix(" hours")) * 3600)
        for action, effort, basis, grade, lag, _ in table("action")
        if effort != "none"
    }
    assert found == told
    assert [action for action, effort, *_ in table("action") if effort == "none"] == ["a5"]
    plays = {ids[row["effort_key"]]: row["play"] for row in rows("effort_play")}
    assert plays == {
        "e1": "email",
        "e2": "email (reactive)",
        "e3": "call",
        "e4": "proposal",
        "e5": "email",
    }
