"""The small vocabulary in which a CRM's table of objects is written: what a field is made of, and when a rule holds.

An expression is worked out over a whole batch. Expressions are values: a table of them is data that can be listed and
checked, and `a & b`, `a | b`, `~a` say what they look like. Truths are never null.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from answerback.sources.crm import values
from answerback.sources.crm.frame import Frame, first_of_each, outside, plain, split


class Expr:
    """A column to be made of a batch. It is made once for each batch, however many rules use it."""

    __slots__ = ("_make",)

    def __init__(self, make: Callable[[Frame], Any]) -> None:
        self._make = make

    def of(self, frame: Frame) -> Any:
        """The column; in a rule's `each`, the rows and parts."""
        if self not in frame.made:
            frame.made[self] = self._make(frame)
        return frame.made[self]

    def __and__(self, other: Expr) -> Expr:
        return Expr(lambda frame: pc.and_(self.of(frame), other.of(frame)))

    def __or__(self, other: Expr) -> Expr:
        return Expr(lambda frame: pc.or_(self.of(frame), other.of(frame)))

    def __invert__(self) -> Expr:
        return Expr(lambda frame: pc.invert(self.of(frame)))


# ---------------------------------------------------------------------------------------------------------- values


def text(*names: str) -> Expr:
    """The first of these columns that has something in it."""
    columns = [plain(name) for name in names]
    return Expr(lambda frame: pc.coalesce(*(frame.text(name) for name in columns)))


def instant(*names: str) -> Expr:
    """The first of these columns that has something in it, as an instant."""
    columns = [plain(name) for name in names]
    return Expr(lambda frame: pc.coalesce(*(frame.instant(name) for name in columns)))


def earliest(*parts: Expr) -> Expr:
    """The earliest of some instants."""
    return Expr(
        # As numbers: there is no such function of instants.
        lambda frame: pc.min_element_wise(*(part.of(frame).cast(pa.int64()) for part in parts)).cast(values.INSTANT),
    )


def on_the_same_day(moment: Expr, day: Expr) -> Expr:
    """The moment where it lies on that day: a bare day is made precise by a stamp of the same day."""

    def of(frame: Frame) -> Any:
        zone = frame.world.day_zone.key
        exact, bare = (pc.local_timestamp(each.of(frame).cast(pa.timestamp("s", zone))) for each in (moment, day))
        same = pc.equal(pc.floor_temporal(exact, unit="day"), pc.floor_temporal(bare, unit="day"))
        return pc.if_else(same, moment.of(frame), pa.scalar(None, values.INSTANT))

    return Expr(of)


def first(*parts: Expr) -> Expr:
    """The first of some expressions that has something in it."""
    return Expr(lambda frame: pc.coalesce(*(part.of(frame) for part in parts)))


def day_of(name: str, *, only: Expr | None = None) -> Expr:
    """The day of an instant, in all rows or `only` some, as text: `2026-03-31`."""
    column = plain(name)

    def of(frame: Frame) -> Any:
        zone = frame.world.day_zone
        if only is None:
            moment = frame.instant(column)
        else:
            cells = pc.if_else(only.of(frame), frame.text(column), pa.scalar(None, pa.string()))
            moment, bad = values.instants(
                cells, zone=frame.world.naive_zone, day_zone=zone, order=frame.world.date_order
            )
            frame.mark_unread(column, "bad_time", bad)
        return pc.strftime(pc.local_timestamp(moment.cast(pa.timestamp("s", zone.key))), format="%Y-%m-%d")

    return Expr(of)


def always(value: str) -> Expr:
    """The same text in every row."""
    return Expr(lambda frame: pa.repeat(pa.scalar(value, pa.string()), len(frame)))


def where(condition: Expr, then: Expr, otherwise: Expr | None = None) -> Expr:
    """One expression where a condition holds, another (or nothing) where not."""

    def of(frame: Frame) -> Any:
        chosen = then.of(frame)
        other = otherwise.of(frame) if otherwise is not None else pa.scalar(None, chosen.type)
        return pc.if_else(condition.of(frame), chosen, other)

    return Expr(of)


def mapped(part: Expr, table: Mapping[str, str]) -> Expr:
    """Each value by its entry in a table of plain names; empty where it has none."""
    keys = pa.array([plain(key) for key in table])
    entries = pa.array(list(table.values()), pa.string())
    return Expr(lambda frame: entries.take(pc.index_in(plain_values(part.of(frame)), value_set=keys)))


def worded(part: Expr, table: Mapping[str, str]) -> Expr:
    """Each value by the first entry whose pattern (RE2, case ignored) it contains; empty where it contains none."""

    def of(frame: Frame) -> Any:
        value = part.of(frame)
        found = pa.nulls(len(frame), pa.string())
        for pattern, entry in reversed(list(table.items())):
            hit = pc.fill_null(pc.match_substring_regex(value, pattern, ignore_case=True), False)
            found = pc.if_else(hit, entry, found)
        return found

    return Expr(of)


def plain_values(column: pa.Array) -> pa.Array:
    """A column's values without case and punctuation, as `frame.plain` does it."""
    return pc.replace_substring_regex(pc.utf8_lower(column), r"[^0-9a-z]+", "")


def lowered(part: Expr) -> Expr:
    """Text in lower case."""
    return Expr(lambda frame: pc.utf8_lower(part.of(frame)))


def prefixed(prefix: str, part: Expr, suffix: str = "") -> Expr:
    """Text with something in front and behind; empty where it is empty."""
    return Expr(lambda frame: pc.binary_join_element_wise(prefix, part.of(frame), suffix, ""))


def joined(*parts: Expr) -> Expr:
    """Texts with hyphens between; empty where one of them is."""
    return Expr(lambda frame: pc.binary_join_element_wise(*(part.of(frame) for part in parts), "-"))


def name_of(whole: str, *parts: str) -> Expr:
    """A person's name: the whole of it, else its parts."""

    def of(frame: Frame) -> Any:
        return pc.coalesce(frame.text(plain(whole)), values.with_blanks(*(frame.text(plain(part)) for part in parts)))

    return Expr(of)


def amount(*names: str, currency: Expr, only: Expr | None = None) -> Expr:
    """Money in minor units of its currency, in all rows or `only` some; what is no number is marked as unread."""
    columns = [plain(name) for name in names]

    def of(frame: Frame) -> Any:
        whole = []
        for name in columns:
            cells = frame.text(name)
            if only is not None:
                cells = pc.if_else(only.of(frame), cells, pa.scalar(None, pa.string()))
            number, bad = values.numbers(cells)
            in_units = values.minor_units(number, currency.of(frame))
            frame.mark_unread(name, "bad_number", pc.or_(bad, pc.and_(pc.is_valid(number), pc.is_null(in_units))))
            whole.append(in_units)
        return pc.coalesce(*whole)

    return Expr(of)


def in_minutes(*names: str, per_minute: float) -> Expr:
    """A length as whole minutes, one at least: a number of which `per_minute` make one, or `0:12:30`."""
    columns = [plain(name) for name in names]

    def of(frame: Frame) -> Any:
        lengths = []
        for name in columns:
            minutes, bad = values.lengths(frame.text(name), per_minute=per_minute)
            frame.mark_unread(name, "bad_number", bad)
            lengths.append(minutes)
        return pc.coalesce(*lengths)

    return Expr(of)


def minutes_between(start: Expr, end: Expr) -> Expr:
    """The whole minutes from one instant to a later one; empty where that is no sensible length."""

    def of(frame: Frame) -> Any:
        seconds = pc.subtract(end.of(frame), start.of(frame)).cast(pa.int64())
        sensible = pc.and_(pc.greater(seconds, 0), pc.less(seconds, 86_400))
        return pc.if_else(sensible, pc.divide(pc.add(seconds, 59), 60), pa.scalar(None, pa.int64()))

    return Expr(of)


def as_text(part: Expr) -> Expr:
    """A number or instant as text."""
    return Expr(lambda frame: part.of(frame).cast(pa.string()))


def own_currency() -> Expr:
    """The organisation's own currency, from the playbook."""
    return Expr(lambda frame: pa.repeat(frame.world.reading.playbook.organisation.currency, len(frame)))


def if_subjects_are_kept(part: Expr) -> Expr:
    """Nothing, unless the playbook says that subjects are kept."""
    return Expr(
        lambda frame: part.of(frame) if frame.world.reading.playbook.privacy.keep_subjects else frame.nulls(),
    )


# ------------------------------------------------------------------------------------------------- tokens and lists

ITEM = Expr(lambda frame: frame.item)
"""What a row was repeated for, in a rule with `each`."""


def token(sort: str, part: Expr) -> Expr:
    """A reference token: angle brackets off, no blanks, its sort in front."""
    return Expr(
        lambda frame: pc.binary_join_element_wise(
            f"{sort}:", values.cleaned(pc.replace_substring_regex(part.of(frame), r"[<>\s]+", "")), ""
        )
    )


def tokens(*parts: Expr) -> Expr:
    """Several tokens in one field."""
    return Expr(lambda frame: values.with_blanks(*(part.of(frame) for part in parts)))


def first_outside(*parts: Expr) -> Expr:
    """The first address in these columns that is not one of ours."""
    return Expr(
        lambda frame: pc.coalesce(*(first_of_each(*outside(frame, part.of(frame)), len(frame)) for part in parts)),
    )


def each_outside(part: Expr) -> Expr:
    """Every address in a column that is not one of ours: a rule's `each`."""
    return Expr(lambda frame: outside(frame, part.of(frame)))


def each_listed(part: Expr, pattern: str = r"\s*;\s*") -> Expr:
    """Every entry of a list in one cell: a rule's `each`."""
    return Expr(lambda frame: split(part.of(frame), pattern))


def first_listed(part: Expr, pattern: str = r"\s*;\s*") -> Expr:
    """The first entry of a list in one cell."""
    return Expr(lambda frame: first_of_each(*split(part.of(frame), pattern), len(frame)))


# ---------------------------------------------------------------------------------------------------- other files


def found(lookup: str, part: Expr) -> Expr:
    """What another file says of this value."""
    return Expr(lambda frame: frame.world.lookups[lookup].find(part.of(frame)))


def known(lookup: str, part: Expr) -> Expr:
    """Whether another file has this value."""
    return Expr(lambda frame: frame.world.lookups[lookup].has(part.of(frame)))


def over_uniques(part: Expr, function: Callable[[Frame, str], str | None]) -> Expr:
    """A function of one value, called once per distinct value of a batch."""

    def of(frame: Frame) -> Any:
        codes = pc.dictionary_encode(part.of(frame))
        answers = [function(frame, each) if each is not None else None for each in codes.dictionary.to_pylist()]
        return pa.array([each or None for each in answers], pa.string()).take(codes.indices)

    return Expr(of)


# --------------------------------------------------------------------------------------------------------- truths


def flag(*names: str) -> Expr:
    """Whether one of these columns says yes."""
    columns = [plain(name) for name in names]

    def of(frame: Frame) -> Any:
        answer = frame.all(False)
        for name in columns:
            answer = pc.or_(answer, values.flags(frame.text(name)))
        return answer

    return Expr(of)


def there(part: Expr) -> Expr:
    """Whether there is anything."""
    return Expr(lambda frame: pc.is_valid(part.of(frame)))


def one_of(part: Expr, *entries: str) -> Expr:
    """Whether a value is one of these, case and punctuation ignored."""
    allowed = pa.array([plain(entry) for entry in entries])
    return Expr(lambda frame: pc.is_in(plain_values(part.of(frame)), value_set=allowed))


def contains(part: Expr, pattern: str) -> Expr:
    """Whether a value contains a pattern (RE2), case ignored."""
    return Expr(lambda frame: pc.fill_null(pc.match_substring_regex(part.of(frame), pattern, ignore_case=True), False))


def same(one: Expr, other: Expr) -> Expr:
    """Whether two values are equal; two empty ones are."""

    def of(frame: Frame) -> Any:
        a, b = one.of(frame), other.of(frame)
        return pc.or_(pc.fill_null(pc.equal(a, b), False), pc.and_(pc.is_null(a), pc.is_null(b)))

    return Expr(of)


def has_column(name: str) -> Expr:
    """Whether the file has this column at all."""
    return Expr(lambda frame: frame.all(frame.has(plain(name))))


def folder_has(*objects: str) -> Expr:
    """Whether the folder holds one of these objects."""
    names = {plain(each) for each in objects}
    return Expr(lambda frame: frame.all(bool(names & frame.world.present)))


def private_is_excluded() -> Expr:
    """Whether the playbook excludes what is marked as private."""
    return Expr(lambda frame: frame.all("private" in frame.world.reading.playbook.privacy.exclude_sensitivity))


def before_in_group(group: Expr, part: Expr) -> Expr:
    """The value of the row before, of the same group: for objects whose rows are put in order."""

    def of(frame: Frame) -> Any:
        if not len(frame):
            return frame.nulls()
        keys, column = group.of(frame), part.of(frame)
        behind = pa.array([None, *range(len(frame) - 1)], pa.int64())
        same_group = pc.fill_null(pc.equal(keys, keys.take(behind)), False)
        return pc.if_else(same_group, column.take(behind), pa.scalar(None, column.type))

    return Expr(of)
