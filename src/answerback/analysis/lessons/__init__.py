"""Lessons as claims that can be refuted: what speaks for each, which deals it fits, and which ones data suggest."""

from answerback.analysis.lessons.evidence import Evidence, State, evidence, evidence_of_each, not_yet
from answerback.analysis.lessons.matching import Place, best, fits, places
from answerback.analysis.lessons.suggesting import Suggestion, suggestions
from answerback.analysis.lessons.touches import Claim

__all__ = [
    "Claim",
    "Evidence",
    "Place",
    "State",
    "Suggestion",
    "best",
    "evidence",
    "evidence_of_each",
    "fits",
    "not_yet",
    "places",
    "suggestions",
]
