"""How chains run: what follows what, the ways they take, how long they last, and where they stop."""

from answerback.analysis.process.following import LABELS, Follows, Process, Stop, Variant, process

__all__ = ["LABELS", "Follows", "Process", "Stop", "Variant", "process"]
