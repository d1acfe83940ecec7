"""What clocks rest on, in words: for whom the organisation's zone and holidays were taken, and why."""

from __future__ import annotations

from answerback.analysis.clocks.book import NOBODY, ClockBook, Taken


def clock_sentences(book: ClockBook) -> list[str]:
    """What is not known of the reps' working time and what holds instead; nothing where all is stated.

    >>> from answerback.analysis.clocks.calendars import Calendar
    >>> clock_sentences(ClockBook(Calendar((), "UTC")))
    ['The playbook states no working_hours: every hour of every day counts, nights and weekends too.']
    """
    office = book.organisation
    said = []
    if not office.hours:
        said.append("The playbook states no working_hours: every hour of every day counts, nights and weekends too.")
    if zones := _reps(book, Taken.ZONE_NOT_STATED):
        said.append(f"For {zones} no time zone is stated, so the organisation's ({office.zone}) holds.")
    if days := _reps(book, Taken.HOLIDAYS_NOT_STATED):
        kept = f"For {days} no public holidays are stated, so the organisation's ({office.holidays}) hold."
        said.append(kept if office.holidays else "The playbook states no public holidays: none are kept.")
    if zones := _reps(book, Taken.ZONE_UNKNOWN):
        words = _words(book, Taken.ZONE_UNKNOWN)
        said.append(f"No such time zone is known: {words}. For {zones} the organisation's ({office.zone}) holds then.")
    if words := _words(book, Taken.HOLIDAYS_UNKNOWN):
        days = _reps(book, Taken.HOLIDAYS_UNKNOWN)
        instead = f"the organisation's ({office.holidays}) hold then" if office.holidays else "none are kept then"
        whose = f"For {days} {instead}." if days else "None are kept."
        said.append(f"No such public holidays are known: {words}. {whose}")
    return said


def _reps(book: ClockBook, taken: Taken) -> str:
    count = len({each.rep_key for each in book.assumed if each.taken is taken and each.rep_key != NOBODY})
    return f"{count:,} rep{'s' if count != 1 else ''}" if count else ""


def _words(book: ClockBook, taken: Taken) -> str:
    return ", ".join(sorted({each.said for each in book.assumed if each.taken is taken}))
