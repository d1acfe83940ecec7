"""The buyer's path: what a deal asked of the buyer, and how long they waited for the seller."""

from answerback.analysis.path.pooled import Measure, Pooled, Spread, pooled
from answerback.analysis.path.walked import Asked, Path, Paths, path_of, paths

__all__ = ["Asked", "Measure", "Path", "Paths", "Pooled", "Spread", "path_of", "paths", "pooled"]
