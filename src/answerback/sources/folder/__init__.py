"""The interchange format: tables named after the records."""

from typing import Final

from answerback.domain.reading import Source
from answerback.sources.folder.source import FolderSource

SOURCE: Final[Source] = FolderSource()

__all__ = ["SOURCE", "FolderSource"]
