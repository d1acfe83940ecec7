"""Event logs (XES, IEEE 1849)."""

from typing import Final

from answerback.domain.reading import Source
from answerback.sources.xes.parser import read_events
from answerback.sources.xes.source import XesSource

SOURCE: Final[Source] = XesSource()

__all__ = ["SOURCE", "XesSource", "read_events"]
