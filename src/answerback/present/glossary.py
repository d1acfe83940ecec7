"""The words of the product and its measures, each with what it means and the relations that hold it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from answerback.engine.catalogue import catalogue


@dataclass(frozen=True, slots=True)
class Meaning:
    """A word or a measure.

    Attributes:
        name: As pages show it.
        meaning: What it means, in a sentence or two.
        relations: Where its rows are.
        measure: Whether it is a figure rather than a thing.
    """

    name: str
    meaning: str
    relations: tuple[str, ...]
    measure: bool = False

    @property
    def anchor(self) -> str:
        """How a page's address names it."""
        return self.name.replace(" ", "-").replace(",", "").lower()


_WORDS = """
touch = effort effort_play
One thing a rep did toward buyers: a call, a mail, an invitation, an offer, a document, a visit, a message. Made by
hand or by a sequence; recorded by a system or typed in.

act of a buyer = buyer_action
One thing a buyer did. Opens, clicks, automatic replies and bounces are kept for reference and never count.

recorded and typed in = effort buyer_action
Recorded: by a system that the buyer acted in. Typed in: by the seller; shown, and never counted as a success.

kind of touch = effort_play playbook_play
Touches that can be compared with one another: by channel, purpose, step, and whether they answer a buyer.

link = link answer
This act answers that touch. By reference or by the same object it is proof; by person, deal or company it is
plausible: a probability, not a fact.

waiting time = playbook_play outcome
For how long a touch of its kind may wait for its answer.

moved forward = outcome
Answered in time by an act that its kind of touch aims at, and no refusal.

too early = outcome
Younger than its waiting time: it counts as much as such answers usually have come by then.

not visible = outcome coverage_span
Its answer could not have been recorded: that mailbox, calendar or dialler was not loaded on those days. It is in no
rate, and its share stands beside the rate.

story = chain_event
The touches and acts of one deal, or of a company where they belong to no deal, in order of time.

whose turn = chain_event
The side that acted last waits for the other. A refusal ends it.

waiting on you = askable_action ball_word holding
It is the seller's turn for longer than the playbook's policy gives.

gone quiet = chain_event
It is the buyer's turn for longer than this step's own history makes likely.

buyer-backed = deal_stage playbook_proof chain_event
An act of the buyer supports the stage that the CRM says; else the stage is typed in.

objection = obstacle
What stood in the way, said by the buyer, the rep or a record.

promise = promise
Something that one side said it would do by a day.

happening = happening
Something that touched many at once: a price change, a launch, an outage. It is tested before anybody is judged.

contested = contest
Somebody says that a record is wrong. Until operations settle it, it is in no figure but their own.

coverage = coverage coverage_span
Which mailbox, calendar or dialler was loaded for which days.

merged record = same_as same_event
Records of several systems that are one person or company: by address, by domain, or because somebody decided so.

doubtful identity = doubtful
Records that may be one company and were not merged: somebody has to decide.
"""
"""Each paragraph: a word and the relations that hold it, then what it means."""
_MEASURES = """
on-base rate = outcome effort_count answer_count
Touches that moved forward, of those that were recorded, made by hand and visible; open ones count by how many of
their answers have usually come.

touches a week = effort_count
How many touches stand behind a rate.

answer time = answer_count
How long answers take: the share that comes within the usual median.

share typed in = effort
Touches that were typed in, of all.

deals won = deal_outcome
Of the deals that ended, those that were won.

value of a win = deal_outcome deal
What a won deal was worth, by the rate of its day.

touches per win = effort deal_outcome
Touches made for each deal that was won.

still comes = chain_event deal_span coverage_span
How probable the next step is after a silence, by stories that stood at the same step for as long.

left on the table = effort_count deal_outcome target
What the same touches would have brought at good rates seen for comparable work.

extra, thanks to you = outcome intention
The share of buyers' acts that would not have come anyway.
"""


def meanings() -> tuple[Meaning, ...]:
    """Every word, then every measure.

    >>> next(each.relations for each in meanings() if each.name == "link")
    ('link', 'answer')
    """
    return (*_told(_WORDS, measure=False), *_told(_MEASURES, measure=True))


def _told(text: str, *, measure: bool) -> list[Meaning]:
    """Paragraphs of a first line `name = relations` and the meaning below it."""
    found = []
    for paragraph in text.strip().split("\n\n"):
        first, *meaning = paragraph.splitlines()
        name, _, relations = first.partition(" = ")
        found.append(Meaning(name, " ".join(meaning), tuple(relations.split()), measure=measure))
    return found


def meanings_with(typed: Iterable[str]) -> list[Meaning]:
    """Those whose name or relations have words that begin with all of these.

    >>> [each.name for each in meanings_with(["mov"])]
    ['moved forward']
    """
    wanted = list(typed)
    return [each for each in meanings() if wanted and all(_begins(each, word) for word in wanted)]


def _begins(each: Meaning, word: str) -> bool:
    words = f"{each.name} {' '.join(each.relations)}".lower().replace("-", " ").replace("_", " ").split()
    return any(own.startswith(word) for own in words)


def relations_without() -> list[str]:
    """Relations that a snapshot keeps and that no word names: steps on the way and the playbook's own."""
    named = {relation for each in meanings() for relation in each.relations}
    return [each.name for each in catalogue() if each.kept and each.name not in named]
