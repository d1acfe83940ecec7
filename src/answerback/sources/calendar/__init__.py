"""Calendars: an invitation is an effort, its answer a buyer's act. See `docs/lookup/sources/calendar.md`."""

from answerback.sources.calendar.source import CalendarSource, from_mail_part

SOURCE = CalendarSource()

__all__ = ["SOURCE", "CalendarSource", "from_mail_part"]
