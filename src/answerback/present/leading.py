"""What those who lead gave and heard, in words: theirs first, as counts of their own doing, and never in an order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from types import MappingProxyType

from answerback.analysis.leading.first_hand import FirstHand
from answerback.present.words import counted

LEAST_SEEN = 0.9
"""A channel that was loaded for less of the time is said to be seen in part."""
_CHANNELS = MappingProxyType(
    {"calendar": ("calendar", "meetings"), "email": ("mailbox", "mails"), "call": ("dialler", "calls")}
)


_NOTHING_SEEN = (
    "Not seen: no calendar, mailbox or dialler of {mine} is loaded, so what {whose} hear from buyers is not known."
)


def first_hand_lines(found: FirstHand, *, whose: str = "you") -> list[str]:
    """What was heard from buyers first hand, and what could not be seen.

    >>> first_hand_lines(FirstHand(touches=12, calls=3, seen={"calendar": 0.0, "email": 1.0, "call": 1.0}))[0]
    'In the last 13 weeks you made 12 touches of your own. Buyers took or made 3 calls with you.'
    >>> first_hand_lines(FirstHand(seen={"calendar": 0.0, "email": 1.0, "call": 1.0}))[1:]
    ['Not seen: no calendar of yours is loaded, so meetings are not in it.']
    """
    if not found.heard and not found.touches and not any(found.seen.values()):
        return [_NOTHING_SEEN.format(mine="yours" if whose == "you" else "theirs", whose=whose)]
    own = "your own" if whose == "you" else "their own"
    heard = [f"In the last 13 weeks {whose} made {counted(found.touches, 'touch', 'touches')} of {own}."]
    with_whom = "you" if whose == "you" else "them"
    if found.meetings:
        heard.append(f"A buyer came to {counted(found.meetings, 'meeting', 'meetings')} with {with_whom}.")
    if found.calls:
        heard.append(f"Buyers took or made {counted(found.calls, 'call', 'calls')} with {with_whom}.")
    if found.written:
        acts = counted(found.written, "answer, question or mail", "answers, questions or mails")
        heard.append(f"{acts} of buyers came to {with_whom}.")
    if not found.heard:
        heard.append(f"No act of a buyer that reached {with_whom} was seen.")
    return [" ".join(heard), *_unseen(found.seen, whose)]


def _unseen(seen: Mapping[str, float], whose: str) -> list[str]:
    mine, of = ("your", "yours") if whose == "you" else ("their", "theirs")
    said = []
    for channel, (name, what) in _CHANNELS.items():
        share = seen.get(channel, 0.0)
        if share <= 0.0:
            said.append(f"Not seen: no {name} of {of} is loaded, so {what} are not in it.")
        elif share < LEAST_SEEN:
            said.append(f"Seen in part: {mine} {name} is loaded for {share * 100:.0f} % of that time.")
    return said


def known_from_reps(touched: int, met: int) -> str:
    """How much is known from reps alone.

    >>> known_from_reps(40, 3), known_from_reps(0, 0)
    ('Your people touched 40 companies. Of 3 you heard a buyer yourself; 37 you know from your people alone.', '')
    """
    if not touched:
        return ""
    alone = touched - met
    rest = (
        f"Of {met} you heard a buyer yourself; {alone} you know from your people alone."
        if met
        else "All of them you know from your people alone."
    )
    return f"Your people touched {counted(touched, 'company', 'companies')}. {rest}"


def talks_text(planned: int, kept: int, in_log: int, people: int) -> str:
    """Talks planned and kept, and those that the log has.

    >>> talks_text(8, 6, 14, 5)
    'Of 8 talks that were to be by now, 6 took place. The log has 14 talks of yours with 5 people.'
    >>> talks_text(0, 0, 0, 0)
    'No talk of yours was planned, and the log has none.'
    """
    if not planned and not in_log:
        return "No talk of yours was planned, and the log has none."
    said = []
    if planned:
        said.append(f"Of {counted(planned, 'talk', 'talks')} that {'was' if planned == 1 else 'were'} to be by now,"
                    f" {kept or 'none'} took place.")  # fmt: skip
    if in_log:
        said.append(
            f"The log has {counted(in_log, 'talk', 'talks')} of yours with {counted(people, 'person', 'people')}."
        )
    return " ".join(said)


def with_buyers_text(rides: int, interviews: int) -> str:
    """Times with buyers that were planned as talks; empty for none.

    >>> with_buyers_text(1, 2), with_buyers_text(0, 0)
    ('You went along to a buyer 1 time and listened to one 2 times.', '')
    """
    if not rides and not interviews:
        return ""
    return (
        f"You went along to a buyer {counted(rides, 'time', 'times')}"
        f" and listened to one {counted(interviews, 'time', 'times')}."
    )


def debriefs_text(shared: int, followed: int) -> str:
    """Debriefs that were shared, and whether they were talked about.

    >>> debriefs_text(3, 2), debriefs_text(0, 0)
    ('3 debriefs were shared with you; after 2 of them the two of you talked.', 'No debrief was shared with you.')
    """
    if not shared:
        return "No debrief was shared with you."
    were = "was" if shared == 1 else "were"
    told = f"{counted(shared, 'debrief', 'debriefs')} {were} shared with you"
    return f"{told}; after {followed or 'none'} of them the two of you talked."


def lessons_text(lessons: int, spread: int) -> str:
    """Lessons that spread.

    >>> lessons_text(4, 1), lessons_text(0, 0)
    ('You and your people shared 4 lessons; others gave thanks for 1.', 'You and your people shared no lesson by name.')
    """
    if not lessons:
        return "You and your people shared no lesson by name."
    told = counted(lessons, "lesson", "lessons")
    return f"You and your people shared {told}; others gave thanks for {spread or 'none'}."


def acted_text(came: int, days: Sequence[int], others: int = 0) -> str:
    """Findings that came to a page, and how fast whoever leads said something of them.

    Args:
        came: How many there were.
        days: Of those that they closed or put off themselves, after how many days each was.
        others: How many were closed or put off by others alone.

    >>> acted_text(9, [1, 2, 30], 1)
    'Of 9 findings that came to you, you closed or put off 3, half of these within 2 days; others 1 more.'
    >>> acted_text(2, []), acted_text(0, [])
    ('Of 2 findings that came to you, you closed or put off none.', 'No finding came to you.')
    """
    if not came:
        return "No finding came to you."
    told = f"Of {counted(came, 'finding', 'findings')} that came to you,"
    rest = f"; others {others}{' more' if days else ''}" if others else ""
    if not days:
        return f"{told} you closed or put off none{rest}."
    within = counted(round(median(days)), "day", "days")
    fast = f"within {within}" if len(days) == 1 else f"half of these within {within}"
    return f"{told} you closed or put off {len(days)}, {fast}{rest}."


def systemic_text(found: int, owned: int) -> str:
    """Findings whose verdict is the system, and whether somebody has taken them on.

    >>> systemic_text(2, 1), systemic_text(0, 0)
    ('Of 2 findings that lie in the system, 1 has an owner and a day.', '')
    """
    if not found:
        return ""
    have = "has" if owned == 1 else "have"
    told = counted(found, "finding that lies", "findings that lie")
    return f"Of {told} in the system, {owned or 'none'} {have if owned else 'has'} an owner and a day."


def spent_text(talks: int, on_people: int) -> str:
    """How many talks were with single people of whom the verdict is: the system. Empty where there is none.

    >>> spent_text(12, 5), spent_text(0, 0)
    ('Of 12 talks of yours in the log, 5 were with somebody of whom the verdict says: the system, not the person.', '')
    """
    if not talks or not on_people:
        return ""
    were = "was" if on_people == 1 else "were"
    told = f"Of {counted(talks, 'talk', 'talks')} of yours in the log, {on_people} {were} with somebody"
    return f"{told} of whom the verdict says: the system, not the person."


def too_few_text(managers: int, least: int) -> str:
    """Why what managers gave and heard is not told as one.

    >>> too_few_text(2, 5)
    'What managers gave and heard is not told: there are 2 of them, 5 are needed so that none can be told apart.'
    """
    there = f"there is {managers} of them" if managers == 1 else f"there are {managers or 'none'} of them"
    return f"What managers gave and heard is not told: {there}, {least} are needed so that none can be told apart."


@dataclass(frozen=True, slots=True)
class Pooled:
    """What several managers gave, as one sum: talks planned and kept, those in the log, debriefs, lessons."""

    planned: int
    kept: int
    in_log: int
    people: int
    shared: int
    followed: int
    lessons: int
    spread: int


def managers_lines(gave: Pooled, heard: FirstHand) -> list[str]:
    """What several managers gave, and what they heard from buyers, as one sum.

    >>> managers_lines(Pooled(0, 0, 90, 31, 4, 2, 0, 0), FirstHand(people=6, touches=9))[0]
    '6 managers, as one sum: the log has 90 talks with 31 people. After 2 of 4 shared debriefs they talked.'
    """
    said = [f"{heard.people} managers, as one sum:"]
    if gave.planned:
        said.append(f"of {counted(gave.planned, 'talk', 'talks')} that were to be by now, {gave.kept} took place;")
    said.append(f"the log has {counted(gave.in_log, 'talk', 'talks')} with {counted(gave.people, 'person', 'people')}.")
    if gave.shared:
        said.append(
            f"After {gave.followed} of {counted(gave.shared, 'shared debrief', 'shared debriefs')} they talked."
        )
    if gave.lessons:
        said.append(f"Others gave thanks for {gave.spread} of {counted(gave.lessons, 'lesson', 'lessons')}.")
    return [" ".join(said), *first_hand_lines(heard, whose="they")]
