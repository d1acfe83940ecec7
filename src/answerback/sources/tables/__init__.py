"""Tables of any usual file format as a stream of columns with exact row numbers: what several sources stand on."""

from answerback.sources.tables.formats import read_rows, stem_and_ending
from answerback.sources.tables.rows import Header, ReadOptions, Rows, TableItem, TableItems

__all__ = ["Header", "ReadOptions", "Rows", "TableItem", "TableItems", "read_rows", "stem_and_ending"]
