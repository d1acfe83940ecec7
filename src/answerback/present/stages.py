"""Stages in words: what of the pipeline has a buyer's act behind it. Of deals and acts, never of people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from types import MappingProxyType

import pyarrow as pa

from answerback.analysis.stages.afterwards import EVERY_STAGE, LEAST_ENDED, Won
from answerback.analysis.stages.covering import Covered
from answerback.analysis.stages.opened import Act, StageExplained, Step
from answerback.analysis.stages.pipeline import NOW, Group, Part, Pipeline
from answerback.analysis.stages.standing import NO_STAGE, Backing
from answerback.domain.money import from_minor
from answerback.domain.playbook import Stage
from answerback.present.explain import Told
from answerback.present.formats import plain_value
from answerback.present.refusals import percent, refusal_text

BACKED: Mapping[Backing, str] = MappingProxyType(
    {Backing.BACKED: "buyer-backed", Backing.TYPED_IN: "typed in", Backing.UNCHECKED: "unchecked"}
)
"""How each kind is shown."""
_SIGNS = MappingProxyType({"EUR": "€", "USD": "$", "GBP": "£", "JPY": "¥", "INR": "₹"})
_MILLION, _THOUSAND = 1_000_000, 1_000
_MOST_NAMED = 5


def amount_text(minor: int, currency: str) -> str:
    """An amount, short.

    >>> amount_text(123_456_789, "EUR"), amount_text(4_200_000, "CHF"), amount_text(99_900, "USD")
    ('€ 1.2 m', 'CHF 42 k', '$ 999')
    """
    value = from_minor(minor, currency)
    size = abs(value)
    sign = _SIGNS.get(currency, currency)
    if size >= _MILLION - _THOUSAND / 2:
        return f"{sign} {value / _MILLION:,.1f} m"
    return f"{sign} {value / _THOUSAND:,.0f} k" if size >= _THOUSAND else f"{sign} {value:,.0f}"


def answer_lines(found: Pipeline, stages: Sequence[Stage], currency: str, ids: Mapping[int, str]) -> list[str]:
    """What of the pipeline has a buyer's act behind it, or why that is not told."""
    whole = found.whole
    if not stages:
        return ["Cannot tell: the playbook has no [[stage]], so nothing says what a buyer must have done by when."]
    if not whole.total.deals:
        return ["No deal is open."]
    if (refused := whole.covered.refused) is not None:
        return [f"{_deals(whole.total.deals)} open. {refusal_text(refused)}", *_to_load(whole.covered, ids)]
    backed, typed_in, unchecked = (whole.parts[each] for each in Backing)
    counted = f"{backed.deals} of {_deals(whole.total.deals)}"
    if whole.total.missing:
        each = whole.total.missing[0]
        return [
            f"{counted} have a buyer's act behind their stage; {typed_in.deals} are typed in.",
            f"Cannot add their amounts: the playbook has no rate for {each.currency} on {each.on}.",
        ]
    whole_text = amount_text(whole.total.worth, currency)
    lines = [f"{amount_text(backed.worth, currency)} of the {whole_text} in the pipeline has a buyer's act behind it"]
    lines[0] += f" ({counted})."
    if typed_in.deals:
        lines.append(f"Typed in without one: {amount_text(typed_in.worth, currency)} ({_deals(typed_in.deals)}).")
    if unchecked.deals:
        lines.append(f"Could not be checked: {amount_text(unchecked.worth, currency)} ({_deals(unchecked.deals)}).")
    return lines


def _deals(number: int) -> str:
    return f"{number:,} deal{'' if number == 1 else 's'}"


def _to_load(covered: Covered, ids: Mapping[int, str]) -> list[str]:
    """Whose mailboxes and calendars are missing, by name."""
    said = []
    for what in ("email", "calendar"):
        lacking = sorted(
            ids.get(each.rep_key, "nobody") for each in covered.missing if getattr(each, what) < 1.0 and each.rep_key
        )
        if lacking:
            more = f" and {len(lacking) - _MOST_NAMED} more" if len(lacking) > _MOST_NAMED else ""
            box = "mailboxes" if what == "email" else "calendars"
            said.append(f"Load the {box} of {', '.join(lacking[:_MOST_NAMED])}{more}.")
    return said


def groups_for_eyes(
    found: Pipeline, stages: Sequence[Stage], currency: str, ids: Mapping[int, str]
) -> pa.Table:  # fmt: skip
    """Each group: open deals, and what they are worth, of each kind; by name, stages and quarters in their order."""
    rows = []
    for each in _ordered(found, ids):
        told = each.covered.refused is None
        row = {found.by: _name(found.by, each, stages, ids)}
        if found.by == "deal":
            row |= _deal_cells(found, each, stages, currency)
        else:
            row |= {"open": f"{each.total.deals:,}", "worth": _worth(each.total, currency)}
            for kind, shown in BACKED.items():
                part = each.parts[kind]
                row[shown] = f"{part.deals:,}" if told else "not told"
                row[f"{shown}, worth"] = _worth(part, currency) if told else ""
        rows.append(row)
    names = list(rows[0]) if rows else [found.by]
    return pa.table({name: pa.array([row[name] for row in rows], pa.string()) for name in names})


def _ordered(found: Pipeline, ids: Mapping[int, str]) -> list[Group]:
    if found.by in ("rep", "deal"):
        return sorted(found.groups, key=lambda each: ids.get(int(each.of), str(each.of)))
    return list(found.groups)


def _name(by: str, group: Group, stages: Sequence[Stage], ids: Mapping[int, str]) -> str:
    if by == "stage":
        return stage_name(int(group.of), stages)
    if by == "quarter":
        return "now" if group.of == NOW else f"end of {group.of}"
    return ids.get(int(group.of), "nobody" if not group.of else str(group.of))


def stage_name(place: int, stages: Sequence[Stage]) -> str:
    """A stage by its place in the playbook."""
    return "not in the playbook" if place == NO_STAGE else "every stage" if place == EVERY_STAGE else stages[place].name


def _deal_cells(found: Pipeline, group: Group, stages: Sequence[Stage], currency: str) -> dict[str, str]:
    (deal,) = (each for each in found.deals if each.deal_key == group.of)
    told = found.whole.covered.refused is None
    return {
        "worth": _worth(group.total, currency),
        "stage in the CRM": stage_name(deal.claimed, stages),
        "buyer-backed up to": ("none" if deal.evidenced == NO_STAGE else stages[deal.evidenced].name) if told else "",
        "is": BACKED[deal.backing] if told else "not told",
        "ahead by": f"{deal.gap}" if told and deal.gap else "",
    }


def _worth(part: Part, currency: str) -> str:
    if part.missing:
        return f"no rate for {part.missing[0].currency}"
    return amount_text(part.worth, currency) if part.deals > part.without_amount else ""


def won_for_eyes(rows: Sequence[Won], stages: Sequence[Stage]) -> pa.Table:
    """How often each kind of deal won afterwards."""
    return pa.table(
        {
            "stage": [stage_name(row.stage, stages) for row in rows],
            "was": [BACKED[row.backing] for row in rows],
            "won": [f"{row.won:,}" for row in rows],
            "lost": [f"{row.lost:,}" for row in rows],
            "still open": [f"{row.open:,}" for row in rows],
            "won of those that ended": [_won_text(row) for row in rows],
        }
    )


def _won_text(row: Won) -> str:
    if row.share is None or row.low is None or row.high is None:
        return f"fewer than {LEAST_ENDED} ended"
    return f"{percent(row.share)} ({percent(row.low)} to {percent(row.high)})"


def groups_for_machines(
    found: Pipeline, stages: Sequence[Stage], currency: str, ids: Mapping[int, str]
) -> pa.Table:  # fmt: skip
    """Each group with all its numbers; what is not told is null, and `cannot_tell` says why."""
    rows = [_machine_row(found.by, each, stages, currency, ids) for each in _ordered(found, ids)]
    numbers = [f"{kind}_{what}" for kind in Backing for what in ("deals", "minor")]
    schema = pa.schema(
        [
            (found.by, pa.string()),
            ("at", pa.timestamp("s", tz="UTC")),
            ("deals", pa.int64()),
            ("minor", pa.int64()),
            ("currency", pa.string()),
            ("without_amount", pa.int64()),
            *((name, pa.int64()) for name in numbers),
            ("most_stages_ahead", pa.int64()),
            ("loaded_share", pa.float64()),
            ("cannot_tell", pa.string()),
        ]
    )
    return pa.Table.from_pylist(rows, schema=schema)


def _machine_row(
    by: str, group: Group, stages: Sequence[Stage], currency: str, ids: Mapping[int, str]
) -> dict[str, object]:  # fmt: skip
    refused, missing = group.covered.refused, group.total.missing
    why = (
        str(refused.reason) if refused else f"no rate for {missing[0].currency} on {missing[0].on}" if missing else None
    )
    row: dict[str, object] = {
        by: _name(by, group, stages, ids),
        "at": group.at,
        "deals": group.total.deals,
        "minor": None if missing else group.total.worth,
        "currency": currency,
        "without_amount": group.total.without_amount,
        "loaded_share": group.covered.share,
        "cannot_tell": why,
    }
    if refused is None:
        row["most_stages_ahead"] = group.most_ahead
        for kind, part in group.parts.items():
            row[f"{kind}_deals"] = part.deals
            row[f"{kind}_minor"] = None if part.missing else part.worth
    return row


def notes(found: Pipeline, stages: Sequence[Stage]) -> list[str]:
    """What the answer does not know."""
    said = []
    if found.whole.total.without_amount:
        said.append(f"{_deals(found.whole.total.without_amount)} without an amount: counted, and worth nothing here.")
    if stages and not any(each.requires for each in stages):
        said.append("No stage of the playbook says what its buyer must have done (requires): nothing can be checked.")
    if unknown := sum(each.claimed == NO_STAGE for each in found.deals):
        said.append(f"{_deals(unknown)} at no stage, or at one that is not in the playbook.")
    if found.whole.covered.refused is None and found.whole.total.deals:
        said.append(
            f"{percent(found.whole.covered.share)} of the last 90 days is loaded of their owners' mail and calendar."
        )
        said.append("An act that no system recorded is not seen. Open one: answerback explain stage DEAL.")
    return said


def tell_stage(found: StageExplained, stages: Sequence[Stage], as_of: datetime) -> Told:
    """A deal's stage: what supports it, what is missing, and what does not count."""
    standing = found.standing
    said = f"the CRM says {found.said} since {found.said_at:%Y-%m-%d}" if found.said_at else "the CRM says no stage"
    if standing is None:
        head = [f"Deal {found.deal_id} is not open on {as_of:%Y-%m-%d}; {said}."]
    else:
        backed = "no stage" if standing.evidenced == NO_STAGE else stages[standing.evidenced].name
        head = [
            f"Deal {found.deal_id}: {said}; what the buyer did supports {backed}.",
            f"That is {BACKED[standing.backing]}"
            + (f", ahead of the buyer by {standing.gap} stage{'s' if standing.gap > 1 else ''}" if standing.gap else "")
            + ".",
        ]
    lines = [*head, "", "Stages and the acts behind them"]
    lines += [f"  {step.name}: {_step_text(step)}" for step in found.steps]
    if found.not_counted:
        lines += ["", "Acts that support nothing"]
        lines += [f"  {_act_text(act)}: {_WHY_NOT[act.why_not]}" for act in found.not_counted]
    document = {
        "deal_id": found.deal_id,
        "stage_in_crm": found.said or None,
        "since": plain_value(found.said_at),
        "backing": None if standing is None else str(standing.backing),
        "stages_ahead": None if standing is None else standing.gap,
        "stages": [_step_document(step) for step in found.steps],
        "not_counted": [_act_document(act) | {"why": act.why_not} for act in found.not_counted],
    }
    return Told("\n".join(lines), pa.table({}), document)


_WHY_NOT = MappingProxyType(
    {"retreat": "a refusal", "claimed": "typed in, not recorded", "contested": "contested, not settled yet"}
)


def _step_text(step: Step) -> str:
    if not step.requires:
        return "asks for nothing"
    wanted = " or ".join(each.replace("_", " ") for each in step.requires)
    if step.first is None or step.last is None:
        return f"missing: {wanted}"
    if step.acts == 1:
        return _act_text(step.first)
    return f"{step.acts} acts, first {_act_text(step.first)}, last {_act_text(step.last)}"


def _act_text(act: Act) -> str:
    before = ", before the deal was opened" if act.before_deal else ""
    return f"{act.kind.replace('_', ' ')} on {act.occurred_at:%Y-%m-%d} ({act.event_id}{before})"


def _step_document(step: Step) -> dict[str, object]:
    return {
        "stage": step.name,
        "requires": list(step.requires),
        "acts": step.acts,
        "first": None if step.first is None else _act_document(step.first),
        "last": None if step.last is None else _act_document(step.last),
    }


def _act_document(act: Act) -> dict[str, object]:
    return {"kind": act.kind, "occurred_at": plain_value(act.occurred_at), "event_id": act.event_id,
            "before_deal": act.before_deal}  # fmt: skip
