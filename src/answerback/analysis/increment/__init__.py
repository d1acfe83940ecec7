"""What would not have come anyway: proof, plausible, would have come anyway, unknown; and the randomised hold-out."""

from __future__ import annotations

from answerback.analysis.increment.finding import findings

__all__ = ["findings"]
