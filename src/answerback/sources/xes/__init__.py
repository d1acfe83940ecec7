"""Event logs (XES, IEEE 1849)."""

from answerback.sources.xes.parser import read_events
from answerback.sources.xes.source import XesSource

SOURCE = XesSource()

__all__ = ["SOURCE", "XesSource", "read_events"]
