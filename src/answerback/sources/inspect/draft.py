"""A mapping written from guesses, with comments that say what to look at. It loads as it stands."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Set
from dataclasses import dataclass, field

from answerback.domain.fields import Field
from answerback.domain.records import RECORDS
from answerback.sources.folder.headers import fields_of
from answerback.sources.inspect.content import Content
from answerback.sources.inspect.guess import Meaning
from answerback.sources.inspect.own_names import OwnTable
from answerback.sources.inspect.vocabulary import ACTED, INBOUND, OUTBOUND, REACHED, SAID, kind_of

_BARE = re.compile(r"^[A-Za-z0-9_-]+$")
_UNSURE = 0.7


@dataclass(slots=True)
class Table:
    """What is known of a file."""

    file: str
    contents: Mapping[str, Content]
    meanings: Mapping[str, Meaning]
    fields: dict[str, str] = field(default_factory=dict)
    """The field of each column that the draft uses, such as `effort.rep_id`."""
    exact: dict[str, str] = field(default_factory=dict)
    """Why a column is certain that has the very name of a field."""

    def column(self, meaning: str) -> str:
        """The column of that meaning, or nothing."""
        return next((each.column for each in self.meanings.values() if each.meaning == meaning), "")

    def words(self, meaning: str) -> tuple[tuple[str, int], ...]:
        """The different values of the column of that meaning."""
        column = self.column(meaning)
        return self.contents[column].words if column else ()


def draft(table: Table) -> str:
    """The mapping of a table as text; `table.fields` is filled in on the way."""
    if table.column("deal") and (table.column("stage") or table.column("amount")):
        rules = _deals(table)
    elif table.column("rep") and table.column("time"):
        rules = _events(table)
    elif table.column("rep") and (table.column("manager") or table.column("team")):
        rules = [_rule(table, "rep", {"id": "rep", "name": "rep", "manager_id": "manager", "team": "team"})]
    elif table.column("email") and not table.column("time"):
        rules = [_rule(table, "contact", {"id": "email", "email": "email", "name": "name", "account_id": "account"})]
    elif table.column("account"):
        named = "name" if table.column("name") else "account"
        of = {"id": "account", "name": named, "industry": "industry", "region": "region"}
        rules = [_rule(table, "account", of)]
    else:
        rules = [_nothing(table)]
    return "\n".join([*_head(table), *rules, *_left(table)])


def draft_own(table: Table, own: OwnTable, allowed: Callable[[str, Field], bool]) -> str:
    """The mapping of a table in our own words: one rule, each column its field."""
    lines = ["[[record]]", f"type = {_text(own.record.name)}", "", "[record.fields]"]
    for column, name in own.names.items():
        table.fields[column] = f"{own.record.name}.{name}"
        meant = own.record.index.get(name)
        strange = meant and meant.choices and not allowed(column, meant)
        doubt = f" # (?) it holds other words than {', '.join(meant.choices)}" if meant and strange else ""
        lines.append(f"{name} = {_text(column)}{doubt}")
    return "\n".join([*_head(table), *lines, "", *_left(table)])


def _left(table: Table) -> list[str]:
    """The columns that no rule uses, for somebody to look through."""
    left = [column for column in table.contents if column not in table.fields]
    return ["# Columns that are not used:", *(f"#   {_comment(column)}" for column in left), ""] if left else []


def _head(table: Table) -> list[str]:
    name = re.sub(r"[^a-z0-9_.-]+", "_", table.file.lower().partition(".")[0]).strip("_.-") or "table"
    lines = [
        f"# What the columns of {_comment(table.file)} mean, as far as could be guessed. Look at every line, above",
        "# all at those marked with (?). The language: docs/lookup/mapping.md",
        "",
        "version = 1",
        'otherwise = "not_mapped" # rows that fit no rule are counted under this name; "reject" lists them one by one',
        "",
        "[source]",
        f"name = {_text(name)} # the system this comes from",
        "",
        "[read]",
    ]
    times = [table.contents[each.column] for each in table.meanings.values() if table.contents[each.column].form]
    forms = list(dict.fromkeys(each.form for each in times))
    if forms and forms != ["iso"]:
        lines.append(f"time_formats = {_list(forms)}")
    lines += [f"# (?) {_text(each.also)} would fit as well as {_text(each.form)}" for each in times if each.also]
    if any(not each.zoned for each in times):
        lines.append(
            '# time_zone = "Europe/Berlin" # (?) times without a zone; without this line, your playbook\'s zone'
        )
    amount = table.column("amount")
    if amount and table.contents[amount].decimal == ",":
        lines.append('decimal = ","')
    return [*lines, ""]


def _rule(
    table: Table, record: str, of: Mapping[str, str], more: Mapping[str, str] | None = None, when: str = ""
) -> str:
    """One rule: fields with their columns where the table has them, and further lines as they are."""
    lines = ["[[record]]", f"type = {_text(record)}"]
    if when:
        lines.append(f"when = {when}")
    lines += ["", "[record.fields]"]
    for name, meaning in of.items():
        column = table.column(meaning)
        if column:
            table.fields.setdefault(column, f"{record}.{name}")
            lines.append(f"{name} = {_text(column)}{_doubt(table.meanings[column])}")
    lines += _called_like_fields(table, record, {*of, *(more or {})})
    lines += [f"{name} = {value}" for name, value in (more or {}).items()]
    return "\n".join([*lines, ""])


def _called_like_fields(table: Table, record: str, told: Set[str]) -> Iterator[str]:
    """Columns that have the very name of a further field of the record, and no better use."""
    for column, name in fields_of(RECORDS[record], tuple(table.contents)).names.items():
        if name not in told and name != "source_id" and column not in table.meanings:
            table.exact[column] = f"it is called like the {name} of our {record}"
            table.fields.setdefault(column, f"{record}.{name}")
            yield f"{name} = {_text(column)}"


def _deals(table: Table) -> list[str]:
    of = {"id": "deal", "account_id": "account", "owner_id": "rep", "product_line": "product", "currency": "currency"}
    opened = "opened" if table.column("opened") else "time"
    more = {}
    if amount := table.column("amount"):
        table.fields[amount] = "deal.amount_minor"
        doubt = _doubt(table.meanings[amount])
        more["amount_minor"] = f"{{ column = {_text(amount)}, minor = 2 }}{doubt or ' # amounts are in whole units'}"
        if not table.column("currency"):
            more["currency"] = '{ const = "EUR" } # (?) no column names it'
    rules = [_rule(table, "deal", of | {"created_at": opened}, more)]
    stage, closed = table.column("stage"), table.column("closed") or table.column("changed") or table.column("time")
    if stage and closed:
        table.fields[stage], table.fields[closed] = "deal_change.new", "deal_change.occurred_at"
        words = ", ".join(_comment(word) for word, _ in table.words("stage"))
        rules.append(
            f"# The stage as it stands today, at the time of {_comment(closed)}. The stages: {words or 'many'}"
        )
        when = f"{{ {_key(closed)} = {{ present = true }} }}"
        fields = {"occurred_at": _text(closed), "field": '{ const = "stage" }', "new": _text(stage)}
        rules.append(_rule(table, "deal_change", {"deal_id": "deal"}, fields, when))
    return rules


_EVENT = {"id": "id", "occurred_at": "time", "account_id": "account", "contact_id": "contact", "deal_id": "deal"}


def _events(table: Table) -> list[str]:
    kinds = table.words("kind")
    efforts = {
        word: kind for word, _ in kinds if not kind_of(word, ACTED.items()) and (kind := kind_of(word, SAID.items()))
    }
    actions = {word: kind for word, _ in kinds if (kind := kind_of(word, ACTED.items()))}
    if not efforts and not actions:
        return _calls(table)
    column = table.column("kind")
    table.fields[column] = "effort.kind"
    rules = [_lifecycle(table)] if table.column("lifecycle") else []
    for record, words in (("effort", efforts), ("buyer_action", actions)):
        if words:
            of = _EVENT | ({"rep_id": "rep"} if record == "effort" else {"registered_by_id": "rep"})
            values = ", ".join(f"{_key(word)} = {_text(kind)}" for word, kind in words.items())
            kind = f"{{ column = {_text(column)}, values = {{ {values} }} }}"
            when = f"{{ {_key(column)} = {_list(words)} }}"
            rules.append(_rule(table, record, of, {"kind": kind, "subkind": _text(column)}, when))
    left = [f"#   {_comment(word)}: {count}" for word, count in kinds if word not in efforts and word not in actions]
    if left:
        rules.append("\n".join(["# (?) What do these mean? In the rows that were looked at:", *left, ""]))
    return rules


def _lifecycle(table: Table) -> str:
    column, words = table.column("lifecycle"), [word for word, _ in table.words("lifecycle")]
    table.fields[column] = "(may choose rows)"
    such = _comment(f"{_key(column)} = {_list(words[:1])}")
    return (
        f"# (?) One activity may stand in several rows, one for each of: {_comment(', '.join(words))}.\n"
        f"# Then add to each `when` which of them is meant, such as {such}"
    )


def _calls(table: Table) -> list[str]:
    """Calls with their direction and result; or efforts of which no column tells the kind."""
    direction, result, own = table.column("direction"), table.column("result"), table.column("id")
    if set(own) & set("{}"):  # no template can name such a column
        own = ""
    said = " ".join([table.file, *table.contents])
    kind = kind_of(said, SAID.items())
    const = f'{{ const = "{kind or "task"}" }} # (?) ' + (
        "from the names in the file" if kind else "no column tells it"
    )
    more = {"kind": const}
    call = kind == "call" and own
    if call:
        more["reference"] = f"{{ template = {_text('call:{' + own + '}')} }}"
    out, inward = (_fitting(table, "direction", pattern) for pattern in (OUTBOUND, INBOUND))
    reached = _fitting(table, "result", REACHED)
    of = _EVENT | {"rep_id": "rep"}
    when = f"{{ {_key(direction)} = {_list(out)} }}" if out else ""
    rules = [_rule(table, "effort", of, more, when)]
    if call and reached:
        table.fields[result] = "buyer_action (chooses rows)"
        chosen = [f"{_key(result)} = {_list(reached)}"] + ([f"{_key(direction)} = {_list(out)}"] if out else [])
        of_answer = {name: meaning for name, meaning in _EVENT.items() if name != "id"}
        answered = {
            "id": f"{{ template = {_text('{' + own + '} answered')} }}",
            "kind": '{ const = "answered_call" }',
            "refers_to": f"{{ template = {_text('call:{' + own + '}')} }}",
        }
        rules.append(_rule(table, "buyer_action", of_answer, answered, f"{{ {', '.join(chosen)} }}"))
    if out:
        table.fields[direction] = "effort (chooses rows)"
    if call and inward:
        table.fields.setdefault(direction, "buyer_action (chooses rows)")
        when = f"{{ {_key(direction)} = {_list(inward)} }}"
        rules.append(_rule(table, "buyer_action", _EVENT, {"kind": '{ const = "called" }'}, when))
    return rules


def _fitting(table: Table, meaning: str, pattern: str) -> list[str]:
    return [word for word, _ in table.words(meaning) if re.search(pattern, word.lower())]


def _nothing(table: Table) -> str:
    """A rule that is for no row, so that the draft loads and shows the form."""
    first = next(iter(table.contents), "column")
    lines = [
        "# (?) Nothing was recognised. A rule looks like this one, which fits no row:",
        "[[record]]",
        'type = "account"',
    ]
    lines += [f"when = {{ {_key(first)} = [] }}", "", "[record.fields]", f"id = {_text(first)}", ""]
    return "\n".join(lines)


def _doubt(meaning: Meaning) -> str:
    return f" # (?) {_comment(meaning.why)}" if meaning.sure < _UNSURE else ""


def _text(value: str) -> str:
    """A text as TOML writes it: JSON's form, with what TOML does not allow in the open."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _key(name: str) -> str:
    return name if _BARE.match(name) else _text(name)


def _list(words: Iterable[str]) -> str:
    return "[" + ", ".join(map(_text, words)) + "]"


def _comment(text: str) -> str:
    """A text that may stand in a comment: on one line."""
    return "".join(letter if letter.isprintable() else " " for letter in text)
