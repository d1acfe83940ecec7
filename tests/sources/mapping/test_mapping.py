"""A table through a mapping: what its rows become, and that each is accounted for once."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyarrow import parquet

from answerback.domain.errors import MappingError, SourceError, UsageError
from answerback.domain.playbook import Organisation, Playbook
from answerback.domain.reading import Also, FullExtract, Item, NonEvent, Note, Reading, Record, Reject, Table
from answerback.sources.mapping import MappingSource

EXPORTED = datetime(2026, 5, 1, tzinfo=UTC)
SOURCE = '[source]\nname = "dialler"\n'
CALLS = """
[[record]]
type = "effort"
when = { direction = "out" }
[record.fields]
id = "call"
rep_id = "agent"
occurred_at = "began"
kind = { const = "call" }
"""


@dataclass
class Seen:
    """What came out of a reading."""

    rows: dict[str, list[dict[str, object]]] = field(default_factory=dict)
    along: dict[str, list[dict[str, object]]] = field(default_factory=dict)
    places: dict[str, list[int]] = field(default_factory=dict)
    skipped: Counter[str] = field(default_factory=Counter)
    rejects: dict[int, tuple[str, str]] = field(default_factory=dict)
    others: list[Item] = field(default_factory=list)

    def take(self, item: Item) -> None:
        if isinstance(item, Table):
            rows = pa.table(item.columns).to_pylist()
            (self.rows if item.counted else self.along).setdefault(item.type, []).extend(rows)
            assert item.rows is not None
            if item.counted:
                self.places.setdefault(item.type, []).extend(pa.table(item.rows).column(0).to_pylist())
        elif isinstance(item, NonEvent):
            self.skipped[item.kind] += item.count
        elif isinstance(item, Reject):
            self.rejects[item.place.at] = (item.reason, item.field)
        elif isinstance(item, Also | Note | FullExtract):
            self.others.append(item)

    @property
    def read(self) -> int:
        return sum(map(len, self.rows.values())) + self.skipped.total() + len(self.rejects)


def load(tmp_path: Path, table: str | Path, mapping: str, zone: str = "UTC") -> Seen:
    if isinstance(table, str):
        path = tmp_path / "calls.csv"
        path.write_text(table, encoding="utf-8")
    else:
        path = table
    told = tmp_path / "calls.toml"
    told.write_text(SOURCE + mapping if "[source]" not in mapping else mapping, encoding="utf-8")
    reading = Reading(playbook=Playbook(organisation=Organisation(time_zone=zone)), exported_at=EXPORTED, mapping=told)
    seen = Seen()
    for item in MappingSource().read(path, reading):
        seen.take(item)
    return seen


def one(tmp_path: Path, column: str, value: str, spec: str, name: str = "subkind", extra: str = "") -> object:
    """What a single value becomes in a field of an effort, or the reason why it does not."""
    fields = 'rep_id = { const = "r" }\nkind = { const = "call" }\n'
    if name != "occurred_at":
        fields += 'occurred_at = { const = "2026-01-01" }\n'
    quoted = '"' + value.replace('"', '""') + '"'
    seen = load(
        tmp_path,
        f"{column},other\n{quoted},x\n",
        f'{extra}\n{SOURCE}[[record]]\ntype = "effort"\n[record.fields]\n{fields}{name} = {spec}\n',
    )
    return seen.rejects[1] if seen.rejects else seen.rows["effort"][0][name]


def test_rows_become_records(tmp_path: Path) -> None:
    seen = load(
        tmp_path,
        "call,agent,began,direction\n1,ann,2026-03-01T09:00:00Z,out\n2,ben,2026-03-01 10:00,in\n3,,2026-03-01,out\n",
        'otherwise = "incoming"\n' + SOURCE + CALLS,
    )
    call = {"source_id": "1", "rep_id": "ann", "occurred_at": datetime(2026, 3, 1, 9, tzinfo=UTC), "kind": "call"}
    assert seen.rows == {"effort": [call]}
    assert seen.places == {"effort": [1]}
    assert seen.skipped == {"incoming": 1}
    assert seen.rejects == {3: ("missing", "rep_id")}
    assert seen.read == 3


def test_a_row_that_no_rule_knows_is_a_reject(tmp_path: Path) -> None:
    seen = load(tmp_path, "call,agent,began,direction\n1,ann,2026-03-01,in\n", CALLS)
    assert seen.rejects == {1: ("no_rule", "")}


TWO = (
    CALLS
    + """
[[record]]
type = "buyer_action"
when = { answered = "yes" }
fields = { occurred_at = "began", kind = { const = "answered_call" }, refers_to = { template = "call:{call}" } }
[[record]]
type = "rep"
once = true
when = { agent = { present = true } }
fields = { id = "agent" }
"""
)


def test_a_row_with_several_records_counts_once(tmp_path: Path) -> None:
    table = "call,agent,began,direction,answered\n1,ann,2026-03-01,out,yes\n2,ann,2026-03-02,out,no\n"
    seen = load(tmp_path, table + "3,ben,2026-03-03,in,yes\n4,ben,2026-03-04,in,no\n", TWO)
    assert [row["source_id"] for row in seen.rows["effort"]] == ["1", "2"]
    assert [row["refers_to"] for row in seen.along["buyer_action"]] == ["call:1"]
    assert [row["refers_to"] for row in seen.rows["buyer_action"]] == ["call:3"]
    assert [row["source_id"] for row in seen.along["rep"]] == ["ann", "ben"]
    assert seen.rejects == {4: ("no_rule", "")}, "a rep that comes along is no reason to count the row as kept"
    assert seen.read == 4


def test_a_row_of_which_one_record_is_wrong_is_rejected_as_a_whole(tmp_path: Path) -> None:
    mapping = TWO.replace('occurred_at = "began", kind', 'occurred_at = "ended", kind')
    table = "call,agent,began,ended,direction,answered\n"
    table += "1,ann,2026-03-01,never,out,yes\n2,ben,2026-03-01,2026-03-01,out,yes\n"
    seen = load(tmp_path, table, mapping)
    assert seen.rejects == {1: ("bad_time", "occurred_at")}
    assert [row["source_id"] for row in seen.rows["effort"]] == ["2"]
    assert [row["source_id"] for row in seen.along["rep"]] == ["ben"]


@pytest.mark.parametrize(
    ("when", "chosen"),
    [
        ('{ a = "x" }', [1, 2]),
        ('{ a = ["x", "y"] }', [1, 2, 3]),
        ('{ a = "x", n = "1" }', [1]),
        ('[{ a = "y" }, { n = 2 }]', [2, 3]),
        ('{ a = { not = "x" } }', [3, 4]),
        ("{ a = { present = true } }", [1, 2, 3]),
        ("{ a = { present = false } }", [4]),
        ('{ a = ["", "y"] }', [3, 4]),
        ('{ a = { matches = "^[xy]$", not = "y" } }', [1, 2]),
        ("{ n = { at_least = 2 } }", [2, 3]),
        ("{ n = { above = 2 } }", [3]),
        ("{ n = { above = 1, at_most = 2.5 } }", [2]),
        ("{ t = { below = 2026-03-02 } }", [1]),
        ("{ t = { at_least = 2026-03-02T10:00:00+01:00 } }", [2, 3]),
        ("[]", [1, 2, 3, 4]),
    ],
)
def test_conditions(tmp_path: Path, when: str, chosen: list[int]) -> None:
    table = 'a,n,t\nx,1,2026-03-01\nx,2,2026-03-02T09:00:00Z\ny,"1,000",2026-03-03\n,much,\n'
    mapping = f"""otherwise = "other"
{SOURCE}[[record]]
type = "rep"
when = {when}
fields = {{ team = "a", role = "n", segment = "t" }}
"""
    assert load(tmp_path, table, mapping).places.get("rep", []) == chosen
    flipped = mapping.replace("when =", "unless =")
    if when != "[]":
        assert load(tmp_path, table, flipped).places.get("rep", []) == [n for n in range(1, 5) if n not in chosen]


@pytest.mark.parametrize(
    ("text", "spec", "instant"),
    [
        ("2026-03-01", '"t"', datetime(2026, 3, 1, 5, tzinfo=UTC)),
        ("2026-03-01 09:30", '"t"', datetime(2026, 3, 1, 14, 30, tzinfo=UTC)),
        ("2026-03-01T09:30:15.999", '"t"', datetime(2026, 3, 1, 14, 30, 15, tzinfo=UTC)),
        ("2026-03-01T09:30:15,5Z", '"t"', datetime(2026, 3, 1, 9, 30, 15, tzinfo=UTC)),
        ("2026-03-01T09:30:15+0130", '"t"', datetime(2026, 3, 1, 8, 0, 15, tzinfo=UTC)),
        ("2026-03-01 09:30 -05", '"t"', datetime(2026, 3, 1, 14, 30, tzinfo=UTC)),
        ("2026-03-01", '{ column = "t", zone = "Europe/Berlin" }', datetime(2026, 2, 28, 23, tzinfo=UTC)),
        ("1.3.2026 9:05", '{ column = "t", format = "%d.%m.%Y %H:%M" }', datetime(2026, 3, 1, 14, 5, tzinfo=UTC)),
        (
            "Mar 1, 2026 9:05 PM",
            '{ column = "t", format = ["iso", "%b %d, %Y %I:%M %p"] }',
            datetime(2026, 3, 2, 2, 5, tzinfo=UTC),
        ),
        ("1772357400", '{ column = "t", format = "epoch_seconds" }', datetime(2026, 3, 1, 9, 30, tzinfo=UTC)),
        ("1772357400999", '{ column = "t", format = "epoch_milliseconds" }', datetime(2026, 3, 1, 9, 30, tzinfo=UTC)),
        ("46082.5", '{ column = "t", format = "excel_days", zone = "UTC" }', datetime(2026, 3, 1, 12, tzinfo=UTC)),
        # The clocks of New York leave out 2:30 on 8 March 2026, and go through 1:30 twice on 1 November.
        ("2026-03-08 02:30", '"t"', datetime(2026, 3, 8, 7, tzinfo=UTC)),
        ("2026-11-01 01:30", '"t"', datetime(2026, 11, 1, 5, 30, tzinfo=UTC)),
    ],
)
def test_times(tmp_path: Path, text: str, spec: str, instant: datetime) -> None:
    extra = f'{SOURCE}[read]\ntime_zone = "America/New_York"\n'
    mapping = f'{extra}[[record]]\ntype = "deal"\nfields = {{ created_at = {spec} }}\n'
    assert load(tmp_path, f't,x\n"{text}",1\n', mapping).rows["deal"] == [{"created_at": instant}]


@pytest.mark.parametrize(
    "text",
    ["2026-02-30", "2026-13-01", "2026-03-01T25:00", "yesterday", "0026-03-01", "9999-12-31", "2026-03-01T10:00 CET"],
)
def test_what_is_no_time_is_rejected(tmp_path: Path, text: str) -> None:
    assert one(tmp_path, "t", text, '"t"', "occurred_at") == ("bad_time", "occurred_at")


def test_a_day_that_a_month_does_not_have_is_rejected(tmp_path: Path) -> None:
    spec = '{ column = "t", format = "%d.%m.%Y" }'
    assert one(tmp_path, "t", "31.02.2026", spec, "occurred_at") == ("bad_time", "occurred_at")
    assert one(tmp_path, "t", "01.03.2026", spec, "occurred_at") == datetime(2026, 3, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "spec", "number"),
    [
        ("12", '"n"', 12),
        ("2.5", '"n"', ("bad_number", "minutes")),
        ("12.50", '{ column = "n", minor = 2 }', 1250),
        ("1,234.5", '{ column = "n", minor = 2 }', 123450),
        ("€ 1.234,50", '{ column = "n", minor = 2, decimal = "," }', 123450),
        ("1'234.50", '{ column = "n", minor = 2 }', 123450),
        ("-3", '{ column = "n", minor = 0 }', -3),
        ("0.125", '{ column = "n", minor = 2 }', 12),
        ("1.234,50", '{ column = "n", minor = 2 }', ("bad_number", "minutes")),
        ("12,5", '{ column = "n", minor = 2 }', ("bad_number", "minutes")),
        ("1e5", '{ column = "n", minor = 2 }', ("bad_number", "minutes")),
        ("99999999999999999999", '"n"', ("bad_number", "minutes")),
        ("", '{ column = "n", default = 5 }', 5),
    ],
)
def test_numbers(tmp_path: Path, text: str, spec: str, number: object) -> None:
    assert one(tmp_path, "n", text, spec, "minutes") == number


def test_words(tmp_path: Path) -> None:
    spec = '{ column = "w", values = { Anruf = "call", Post = "" } }'
    assert one(tmp_path, "w", "Anruf", spec) == "call"
    assert one(tmp_path, "w", " Anruf ", spec) == "call"
    assert one(tmp_path, "w", "Post", spec) is None
    assert one(tmp_path, "w", "Fax", spec) == ("not_allowed", "subkind")
    assert one(tmp_path, "w", "Fax", spec.replace(" }", ' }, unlisted = "keep"', 1)) == "Fax"
    assert one(tmp_path, "w", "Fax", spec.replace(" }", ' }, unlisted = "empty"', 1)) is None
    assert one(tmp_path, "w", "Fax", spec.replace(" }", ' }, unlisted = "empty", default = "letter"', 1)) == "letter"


def test_the_first_column_that_holds_something(tmp_path: Path) -> None:
    assert one(tmp_path, "w", "n/a", '["w", "other"]', extra='[read]\nempty = "n/a"\n') == "x"
    assert one(tmp_path, "w", "1", '["w", "other"]') == "1"


def test_tokens(tmp_path: Path) -> None:
    assert one(tmp_path, "w", "A 12", '{ template = "offer:{w}" }', "reference") == "offer:A_12"
    assert (
        one(tmp_path, "w", "<a@b>\n <c@d>", '{ column = "w", each = "message:" }', "reference")
        == "message:a@b message:c@d"
    )
    assert one(tmp_path, "w", "<a@b>", '{ template = "message:{w}" }', "refers_to") == "message:a@b"
    assert one(tmp_path, "w", "", '{ template = "offer:{w}" }', "about") is None


def test_typed_columns_stay_typed(tmp_path: Path) -> None:
    path = tmp_path / "calls.parquet"
    began = pa.array([datetime(2026, 3, 1, 9, 30), None], pa.timestamp("us"))  # noqa: DTZ001
    parquet.write_table(
        pa.table({"call": [1, 2], "agent": ["a", "b"], "began": began, "direction": ["out", "out"]}), path
    )
    seen = load(tmp_path, path, CALLS, zone="Europe/Berlin")
    assert seen.rows["effort"][0]["occurred_at"] == datetime(2026, 3, 1, 8, 30, tzinfo=UTC)
    assert seen.rows["effort"][0]["source_id"] == "1"
    assert seen.rejects == {2: ("missing", "occurred_at")}


def test_a_folder_of_files(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "reps.csv").write_text("agent\nann\n")
    (tmp_path / "in" / "calls.csv.gz").write_text("call,agent,began,direction\n1,ann,2026-03-01,out\n")
    (tmp_path / "in" / "stray.csv").write_text("a,b\n1,2\n")
    mapping = CALLS.replace('type = "effort"', 'type = "effort"\nfile = "calls*.csv"')
    seen = load(
        tmp_path, tmp_path / "in", mapping + '[[record]]\ntype = "rep"\nfile = "reps.csv"\nfields = { id = "agent" }\n'
    )
    assert (len(seen.rows["effort"]), len(seen.rows["rep"])) == (1, 1)
    assert Note("stray.csv", "not_in_mapping", hint="a [[record]] or [[skip]] whose file fits this name") in seen.others


def test_coverage_reaches_to_the_last_event(tmp_path: Path) -> None:
    table = "call,agent,began,direction\n1,a,2026-03-02,out\n2,a,2026-03-01,out\n3,a,bad,out\n"
    first, last = datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 3, 2, 0, 0, 1, tzinfo=UTC)
    everything = [Also((Record("coverage", {"channel": None, "from": first, "to": last}),))]
    assert not load(tmp_path, table, CALLS).others, "efforts alone say nothing"
    assert load(tmp_path, table, "[coverage]\n" + CALLS).others == everything
    answers = (
        '[[record]]\ntype = "buyer_action"\nwhen = { call = "1" }\n'
        'fields = { occurred_at = "began", kind = { const = "called" } }\n'
    )
    assert load(tmp_path, table, CALLS + answers).others == everything
    assert not load(tmp_path, table, CALLS + answers.replace('"1"', '"9"')).others, "no buyer act was kept"
    told = load(tmp_path, table, '[coverage]\nchannel = "call"\nuntil = "exported_at"\n' + CALLS)
    assert told.others == [Also((Record("coverage", {"channel": "call", "from": first, "to": EXPORTED}),))]
    assert not load(tmp_path, table, "[coverage]\nknown = false\n" + CALLS).others


def test_full_extracts(tmp_path: Path) -> None:
    mapping = f'full = ["rep"]\n{SOURCE}[[record]]\ntype = "rep"\nfields = {{ id = "agent" }}\n'
    assert load(tmp_path, "agent,x\nann,1\n", mapping).others == [FullExtract("rep", EXPORTED)]


@pytest.mark.parametrize(
    ("mapping", "says"),
    [
        (
            CALLS.replace('"began"', '"begun"'),
            r"line 10: calls.csv has no column begun, did you mean began\? It has: call",
        ),
        (
            CALLS.replace("{ direction", "{ directoin"),
            "line 6: calls.csv has no column directoin, did you mean direction",
        ),
        (CALLS.replace('"effort"', '"efort"'), r"line 5: type is 'efort', did you mean effort\? Allowed: rep, account"),
        (CALLS.replace("rep_id", "rep"), "rep_id is missing, a effort needs it|rep is no field of effort"),
        (CALLS.replace("occurred_at", "occured_at"), "occured_at is no field of effort, did you mean occurred_at"),
        (CALLS.replace('const = "call"', 'const = "telephone"'), "fields.kind is 'telephone'"),
        (CALLS.replace('const = "call"', 'const = "call", column = "x"'), "exactly one of column, const and template"),
        (CALLS.replace("when", "whenn"), "whenn is not known here, did you mean when"),
        (CALLS + 'subkind = { template = "{call" }', "braces"),
        (CALLS + 'subkind = { column = "call", format = "%d" }', "format"),
        (CALLS + 'effort_id = "call"', "states the id a second time"),
        (CALLS + '[read]\ntime_zone = "Berlin"', "line 13: read.time_zone is 'Berlin', which is no time zone"),
        (CALLS + '[[skip]]\nwhen = { agent = { matches = "(" } }\nas = "x"', "regular expression"),
        (CALLS + '[[skip]]\nas = "No Way"', "must look like work_item_scheduled"),
        ('full = ["deal"]\n' + SOURCE + CALLS, "full is 'deal'"),
        (
            CALLS.replace("id =", "subkind =").replace('type = "effort"', 'type = "effort"\nonce = true'),
            "once needs fields.id",
        ),
        ("[[record]\n", "not TOML"),
    ],
)
def test_mistakes_name_their_line(tmp_path: Path, mapping: str, says: str) -> None:
    with pytest.raises(MappingError, match=says) as caught:
        load(tmp_path, "call,agent,began,direction\n1,ann,2026-03-01,out\n", mapping)
    assert "line " in str(caught.value)


def test_without_a_mapping_there_is_a_next_step(tmp_path: Path) -> None:
    (tmp_path / "calls.csv").write_text("a,b\n1,2\n")
    with pytest.raises(SourceError, match="inspect"):
        list(MappingSource().read(tmp_path / "calls.csv", Reading(playbook=Playbook(), exported_at=EXPORTED)))


def test_options_are_refused(tmp_path: Path) -> None:
    (tmp_path / "calls.csv").write_text("a,b\n1,2\n")
    reading = Reading(playbook=Playbook(), exported_at=EXPORTED, options={"encoding": "cp1252"})
    with pytest.raises(UsageError, match="no option encoding"):
        list(MappingSource().read(tmp_path / "calls.csv", reading))


def test_a_file_of_a_folder_that_cannot_be_read_costs_itself_alone(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.csv").write_text("")
    (tmp_path / "in" / "b.csv").write_text("call,agent,began,direction\n1,ann,2026-03-01,out\n")
    seen = load(tmp_path, tmp_path / "in", CALLS)
    assert (len(seen.rows["effort"]), seen.rejects) == (1, {0: ("source", "")})
    (tmp_path / "in" / "b.csv").unlink()
    with pytest.raises(SourceError, match="empty"):
        load(tmp_path, tmp_path / "in", CALLS)


def test_a_folder_that_no_rule_is_for_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "b.csv").write_text("call,agent,began,direction\n")
    with pytest.raises(MappingError, match="no file fits"):
        load(tmp_path, tmp_path / "in", CALLS.replace('type = "effort"', 'type = "effort"\nfile = "c.csv"'))


CELL = st.sampled_from(["out", "in", "", "x"])
ROW = st.tuples(
    CELL, st.sampled_from(["ann", ""]), st.sampled_from(["2026-03-01", "bad", ""]), st.sampled_from(["yes", "no"])
)


@given(rows=st.lists(ROW, min_size=1, max_size=30))
def test_every_row_ends_once(rows: list[tuple[str, ...]], tmp_path_factory: pytest.TempPathFactory) -> None:
    """Against plain loops over the rows."""
    table = "direction,agent,began,answered,call\n" + "".join(f"{','.join(row)},{n}\n" for n, row in enumerate(rows))
    seen = load(tmp_path_factory.mktemp("m"), table, TWO + '[[skip]]\nas = "incoming"\nwhen = { direction = "in" }\n')
    effort, action, skipped, rejected = [], [], 0, []
    for number, (direction, agent, began, answered) in enumerate(rows, start=1):
        good = began == "2026-03-01"
        if (direction == "out" and not (agent and good)) or (answered == "yes" and not good):
            rejected.append(number)
        elif direction == "out":
            effort.append(number)
        elif answered == "yes":
            action.append(number)
        elif direction == "in":
            skipped += 1
        else:
            rejected.append(number)
    assert seen.places.get("effort", []) == effort
    assert seen.places.get("buyer_action", []) == action
    assert seen.skipped.total() == skipped
    assert sorted(seen.rejects) == rejected
    assert seen.read == len(rows)
