"""The house's own linter: each rule seen to break, and seen to hold."""

from __future__ import annotations

from pathlib import Path

import pytest

from scripts import check_house

HEADER = "-- One row per effort.\n-- key: effort_key · unit: month · look-back: 14 days · look-forward: none\n"


def messages(text: str, place: str = "analysis/link.py") -> list[str]:
    parts = tuple(place.split("/"))
    return [breach.message for breach in check_house.check_module(Path(place), text, parts)]


def relation(text: str) -> list[str]:
    return [breach.message for breach in check_house.check_relation(Path("effort.sql"), text)]


def test_a_plain_module_passes() -> None:
    assert messages('"""What it is for."""\n\n\ndef add(a: int, b: int) -> int:\n    return a + b\n') == []


def test_a_module_of_400_lines_passes_and_one_more_does_not() -> None:
    assert messages("x = 1\n" * 400) == []
    assert "401 lines" in messages("x = 1\n" * 401)[0]


def test_a_function_of_50_lines_passes_and_one_more_does_not() -> None:
    assert messages("def f():\n" + "    x = 1\n" * 49) == []
    assert "f has 51 lines" in messages("def f():\n" + "    x = 1\n" * 50)[0]


def test_a_method_and_an_async_function_are_measured_too() -> None:
    assert "g has 61 lines" in messages("class A:\n    async def g(self):\n" + "        x = 1\n" * 60)[0]


def test_a_docstring_does_not_count_as_length() -> None:
    explained = '    """Says.\n' + "    much\n" * 40 + '    """\n'
    assert messages("def f():\n" + explained + "    x = 1\n" * 49) == []
    assert "f has 51 lines" in messages("def f():\n" + explained + "    x = 1\n" * 50)[0]


@pytest.mark.parametrize(
    "text",
    [
        "import datetime\ndatetime.datetime.now(datetime.UTC)",
        "from datetime import datetime\ndatetime.now(UTC)",
        "from datetime import datetime as dt\ndt.utcnow()",
        "import datetime as d\nd.date.today()",
        "from datetime import date\ndate.today()",
        "import time\ntime.time()",
        "from time import time\ntime()",
        "from time import time_ns as now\nnow()",
    ],
)
def test_the_clock_is_read_at_the_doors_only(text: str) -> None:
    assert "reads the clock" in messages(text)[0]
    assert messages(text, "cli/show.py") == messages(text, "api/__init__.py") == []


@pytest.mark.parametrize("text", ["import time\ntime.perf_counter()", "clock.now()", "def time(): ...\ntime()"])
def test_measuring_a_duration_or_a_clock_handed_in_is_fine(text: str) -> None:
    assert messages(text) == []


@pytest.mark.parametrize("name", ["utils", "helpers", "common", "manager", "_util", "date_utils"])
def test_a_module_is_named_after_what_it_holds(name: str) -> None:
    assert "says nothing" in messages("", f"engine/{name}.py")[0]


@pytest.mark.parametrize("caught", ["", " Exception", " BaseException as error", " (ValueError, Exception)"])
def test_catching_everything_is_a_breach(caught: str) -> None:
    assert "catches every error" in messages(f"try:\n    f()\nexcept{caught}:\n    pass\n")[0]


def test_catching_named_errors_is_fine() -> None:
    assert messages("try:\n    f()\nexcept (ValueError, KeyError):\n    pass\n") == []


@pytest.mark.parametrize(
    ("place", "text", "allowed"),
    [
        ("domain/period.py", "import pydantic\nimport zoneinfo\nfrom answerback.domain import errors", True),
        ("domain/period.py", "import numpy as np", False),
        ("domain/period.py", "from pyarrow import compute", False),
        ("stats/rate.py", "import numpy as np\nfrom scipy.special import beta\nimport math", True),
        ("stats/rate.py", "import pyarrow.compute as pc", False),
        ("stats/rate.py", "def f():\n    import duckdb", False),
        ("workspace/batch.py", "import pyarrow", True),
    ],
)
def test_the_lowest_floors_import_little(place: str, text: str, *, allowed: bool) -> None:
    assert (messages(text, place) == []) is allowed


def test_a_declared_relation_passes() -> None:
    assert relation(HEADER + "select 1") == []
    assert relation("-- key: a, b\n-- unit: whole\n-- look-back: none\n-- look-forward: none\nselect 1") == []


@pytest.mark.parametrize("field", check_house.HEADER_FIELDS)
def test_a_relation_declares_each_field(field: str) -> None:
    without = HEADER.replace(f"{field}:", "other:")
    assert relation(without + "select 1") == [
        f"the comment on top does not declare '{field}:'; write 'none' where there is none"
    ]


def test_an_empty_field_is_not_declared() -> None:
    assert len(relation(HEADER.replace("14 days", "") + "select 1")) == 1


def test_a_declaration_below_the_first_statement_does_not_count() -> None:
    assert len(relation("select 1\n" + HEADER)) == len(check_house.HEADER_FIELDS)


def test_a_rebuild_unit_is_one_of_three() -> None:
    assert "rebuild unit 'week'" in relation(HEADER.replace("month", "week") + "select 1")[0]


def test_a_whole_package_is_looked_at(tmp_path: Path) -> None:
    (tmp_path / "stats").mkdir()
    (tmp_path / "stats" / "utils.py").write_text("import duckdb\n")
    (tmp_path / "sql").mkdir()
    (tmp_path / "sql" / "effort.sql").write_text("select 1\n")
    found = check_house.check(tmp_path)
    assert {breach.path.name for breach in found} == {"utils.py", "effort.sql"}
    assert str(found[-1]).startswith(f"{tmp_path / 'stats' / 'utils.py'}:1: ")
