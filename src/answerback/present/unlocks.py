"""What each kind of source unlocks, whether it is there, and what cannot be told without it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from answerback.workspace.log import Batch


@dataclass(frozen=True, slots=True)
class Unlock:
    """A kind of source."""

    title: str
    examples: str
    unlocks: str
    missing: str
    loaded: tuple[str, ...]
    """What of it is there, in words; nothing where nothing is."""


def unlocks_of(batches: Iterable[Batch]) -> list[Unlock]:
    """Every kind of source, in the order in which they help most."""
    known = sorted(batches, key=lambda each: (each.loaded_at, each.batch_id))
    return [
        Unlock(title, examples, unlocks, missing, tuple(_told(each) for each in known if is_one(each)))
        for title, examples, unlocks, missing, is_one in _KINDS
    ]


def _told(batch: Batch) -> str:
    rejects = f", {batch.rejects:,} could not be read" if batch.rejects else ""
    return f"{batch.path}, {batch.loaded_at:%Y-%m-%d}: {batch.kept:,} of {batch.read:,} kept{rejects}"


def _has(batch: Batch, *records: str) -> bool:
    return any(batch.records.get(each) for each in records)


_KINDS: tuple[tuple[str, str, str, str, Callable[[Batch], bool]], ...] = (
    (
        "CRM",
        "Salesforce or HubSpot exports: people, companies, deals with their history. Load it first.",
        "Steps, stages, amounts and whose deal it is; who is known, so that only their mails are kept.",
        "Without it nothing can be said of stages or of the pipeline.",
        lambda batch: _has(batch, "deal", "account") and batch.source_kind not in ("mailbox", "calendar"),
    ),
    (
        "Mail",
        "Mailboxes of reps: mbox, Maildir, .eml or a zip of them.",
        "Which mail got which reply: proof by the ids that mail programs write.",
        "Without it most touches and answers are not seen at all.",
        lambda batch: batch.source_kind == "mailbox",
    ),
    (
        "Calendars",
        "Calendars of reps: .ics.",
        "Invitations accepted, declined and moved.",
        "Without them a meeting counts only where somebody typed it in, which counts as a claim.",
        lambda batch: batch.source_kind == "calendar",
    ),
    (
        "Calls, offers and the rest",
        "Tables of a dialler or a signing service, with a mapping; event logs (XES).",
        "Calls that were answered, offers that came back signed.",
        "Without them calls are seen only as far as somebody typed them in.",
        lambda batch: batch.source_kind in ("mapping", "folder", "xes") and _has(batch, "effort", "buyer_action"),
    ),
    (
        "Teams, targets and what happened",
        "Tables of who sells, who leads whom, targets, absences, price changes.",
        "Person or system: a price change is tested before anybody is looked at.",
        "Without them common causes cannot be told from a person's.",
        lambda batch: _has(batch, "happening", "target", "absence"),
    ),
)
