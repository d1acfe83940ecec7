"""What a page shows, as a file: the same rows, within the same scope, for a spreadsheet or another tool."""

from __future__ import annotations

from io import BytesIO

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from django.http import HttpResponse
from pyarrow import csv

FORMS = {"csv": "text/csv; charset=utf-8", "parquet": "application/vnd.apache.parquet"}
"""What can be had, and what it is to a browser."""
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""A spreadsheet takes text that begins like this for a formula."""


def export(rows: pa.Table, form: str, name: str) -> HttpResponse:
    """Rows as a file to keep. Raises KeyError for a form that there is not."""
    made = BytesIO()
    if form == "csv":
        csv.write_csv(harmless(rows), made)
    else:
        pq.write_table(rows, made)
    response = HttpResponse(made.getvalue(), content_type=FORMS[form])
    response.headers["Content-Disposition"] = f'attachment; filename="answerback-{name}.{form}"'
    return response


def harmless(rows: pa.Table) -> pa.Table:
    """The same with a quote before text that a spreadsheet would run.

    >>> harmless(pa.table({"who": ["=1+1", "ann", None]}))["who"].to_pylist()
    ["'=1+1", 'ann', None]
    """
    for place, column in enumerate(rows.columns):
        if pa.types.is_string(column.type):
            risky = pc.starts_with(column, _FORMULA[0])
            for sign in _FORMULA[1:]:
                risky = pc.or_(risky, pc.starts_with(column, sign))
            quoted = pc.binary_join_element_wise(pa.scalar("'"), column, pa.scalar(""))
            rows = rows.set_column(place, rows.column_names[place], pc.if_else(risky, quoted, column))
    return rows


def picture(content: bytes | str, form: str) -> HttpResponse:
    """A chart as a page or a document takes it."""
    kinds = {"svg": "image/svg+xml", "png": "image/png"}
    return HttpResponse(content, content_type=kinds[form])
