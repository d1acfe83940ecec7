"""The mapping language and the source that reads any table through it."""

from typing import Final

from answerback.domain.reading import Source
from answerback.sources.mapping.apply import Mapper
from answerback.sources.mapping.language import Mapping, MappingFile, parse_mapping, read_mapping
from answerback.sources.mapping.source import MappingSource, mapping_of, table_files

SOURCE: Final[Source] = MappingSource()

__all__ = [
    "SOURCE",
    "Mapper",
    "Mapping",
    "MappingFile",
    "MappingSource",
    "mapping_of",
    "parse_mapping",
    "read_mapping",
    "table_files",
]
