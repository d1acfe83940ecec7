"""Patterns of one's own craft: what works for buyers like these, strengths, ruts, grooves, the same ending again."""

from answerback.analysis.craft.patterns import Craft, craft_of
from answerback.analysis.craft.raised import findings

__all__ = ["Craft", "craft_of", "findings"]
