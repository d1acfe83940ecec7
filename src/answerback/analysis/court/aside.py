"""Acts of which somebody said that nobody waits there, or not yet: found again, so that it can be taken back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from answerback.analysis.court.balls import words_sql
from answerback.analysis.reader import Reader, ids_of


@dataclass(frozen=True, slots=True)
class WordsOfActs:
    """What stands of what was said on acts of buyers.

    Attributes:
        chains: The keys of the chains that the acts are in.
        by_contact: By the key of the buyer's person, when each act was and its id; instants are naive UTC.
    """

    chains: frozenset[int]
    by_contact: Mapping[int, tuple[tuple[datetime, str], ...]]

    def of(self, contact_key: int, since: datetime) -> tuple[str, ...]:
        """The ids of a person's acts from an instant on of which such a word stands, the earliest first."""
        return tuple(event for at, event in self.by_contact.get(contact_key, ()) if at >= since)


def words_of_acts(reader: Reader) -> WordsOfActs:
    """The acts of which it was said, by the reader's instant, that nobody waits there; or until a day still to come."""
    rows = reader.query(f"""
        with {words_sql("event", reader.instant)}
        select word.subject_key, act.contact_key, act.occurred_at, chain_event.chain_key
        from event_word as word
        join buyer_action as act on act.action_key = word.subject_key
        join chain_event on chain_event.event_key = act.action_key and chain_event.side = 'buyer'
        where act.contact_key is not null and (word.none_at is not null or word.until > {reader.instant})
        order by act.occurred_at, act.action_key""").to_pylist()
    ids = ids_of(reader, [row["subject_key"] for row in rows], "event")
    found: dict[int, list[tuple[datetime, str]]] = defaultdict(list)
    for row in rows:
        if row["subject_key"] in ids:
            found[row["contact_key"]].append((row["occurred_at"], ids[row["subject_key"]]))
    chains = frozenset(row["chain_key"] for row in rows)
    return WordsOfActs(chains, {key: tuple(acts) for key, acts in found.items()})
