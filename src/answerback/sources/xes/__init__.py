"""Event logs (XES, IEEE 1849)."""

from answerback.sources.xes.parser import read_events
from answerback.sources.xes.source import XesSource

__all__ = ["XesSource", "read_events"]
