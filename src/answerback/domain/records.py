"""The records of the log as neutral schemas: what a source hands over and a workspace keeps.

Engines, workspaces and sources derive their own schemas from these; nothing else in the product lists the fields of a
record again. `docs/lookup/records.md` is generated from this module.

Every record also carries `source`, `source_id`, `version_at`, `recorded_at` and `deleted`.
"""

from __future__ import annotations

from enum import StrEnum
from types import MappingProxyType

from answerback.domain.fields import Field, FieldType, RecordType
from answerback.domain.kinds import (
    ActionKind,
    DecisionReason,
    EffortKind,
    Evidence,
    Origin,
    ReferenceRole,
    Stance,
    SubjectKind,
    YesNo,
)


def _ref(space: str, meaning: str, *, name: str = "", required: bool = False) -> Field:
    return Field(name or f"{space}_id", FieldType.REF, meaning, required=required, refers_to=space)


def _text(name: str, meaning: str, *, required: bool = False, default: str | None = None) -> Field:
    return Field(name, FieldType.TEXT, meaning, required=required, default=default)


def _personal(name: str, meaning: str, *, matched: bool = False) -> Field:
    return Field(name, FieldType.PERSONAL, meaning, matched=matched)


def _instant(name: str, meaning: str, *, required: bool = False) -> Field:
    return Field(name, FieldType.INSTANT, meaning, required=required)


def _integer(name: str, meaning: str, *, required: bool = False) -> Field:
    return Field(name, FieldType.INTEGER, meaning, required=required)


def _choice(name: str, choices: type[StrEnum], meaning: str, *, required: bool = False, default: str = "") -> Field:
    allowed = tuple(str(choice) for choice in choices)
    return Field(name, FieldType.CHOICE, meaning, required=required, choices=allowed, default=default or None)


_FROM = _instant("from", "Start, included; empty means always.")
_TO = _instant("to", "End, excluded; empty means still so.")

_PARTIES = (
    _ref("account", "The buyer's company (or the person, where there is no company)."),
    _ref("contact", "The buyer's person."),
    _ref("deal", "The deal it belongs to."),
)

_TYPES = (
    RecordType(
        "rep",
        "A seller, as they were between two dates.",
        (
            _personal("name", "The person's name."),
            _personal("email", "The address they sell from.", matched=True),
            _ref("rep", "Their manager.", name="manager_id"),
            _text("team", "Their team then."),
            _text("role", "Their role then."),
            _text("segment", "The segment they sold to then."),
            _text("region", "Their region then."),
            _instant("tenure_start", "First day in a selling role."),
            _instant("valid_from", "Start of this version of the person, included; empty means always."),
            _instant("valid_to", "End of this version, excluded; empty means still so."),
        ),
        space="rep",
        versioned_by="valid_from",
    ),
    RecordType(
        "account",
        "A buyer's company.",
        (
            _personal("name", "Its name."),
            _personal("domain", "Its internet domain.", matched=True),
            _text("industry", "Its industry."),
            _text("size_band", "Its size band."),
            _text("region", "Its region."),
            _text("segment", "Its segment."),
        ),
        space="account",
    ),
    RecordType(
        "contact",
        "A buyer's person.",
        (
            _ref("account", "The company they work for."),
            _personal("name", "Their name."),
            _personal("email", "Their address.", matched=True),
            _personal("title", "Their job title."),
            _text("level", "Their level: executive, manager, staff, …"),
        ),
        space="contact",
    ),
    RecordType(
        "deal",
        "A possible sale.",
        (
            _ref("account", "The buyer's company."),
            _ref("rep", "Its owner.", name="owner_id"),
            _personal("name", "Its name."),
            _text("product_line", "What is sold."),
            _integer("amount_minor", "Amount in minor units of the currency."),
            _text("currency", "ISO 4217 code."),
            _instant("created_at", "When it was opened."),
        ),
        space="deal",
    ),
    RecordType(
        "deal_change",
        "One field of a deal took another value.",
        (
            _ref("deal", "The deal.", required=True),
            _instant("occurred_at", "When.", required=True),
            _text("field", "stage, amount, close_date, owner, outcome, loss_reason or competitor.", required=True),
            _text("old", "The value before; empty for an owner."),
            _text("new", "The value after; empty for an owner."),
            _ref("rep", "The owner before.", name="old_rep_id"),
            _ref("rep", "The owner after.", name="new_rep_id"),
            _ref("rep", "Who changed it.", name="actor_id"),
        ),
        space="deal_change",
    ),
    RecordType(
        "effort",
        "One thing that a rep did toward buyers.",
        (
            _ref("rep", "Who did it.", required=True),
            *_PARTIES,
            _instant("occurred_at", "When.", required=True),
            _choice("kind", EffortKind, "The channel.", required=True),
            _text("subkind", "What the source calls it."),
            _text("purpose", "What it was for: first_touch, follow_up, proposal, …"),
            _choice("origin", Origin, "Made by hand or by a sequence.", default="hand"),
            _text("template", "The template or sequence it came from."),
            _choice("evidence", Evidence, "Recorded by a system, or typed in.", default="captured"),
            _integer("minutes", "Working minutes it took."),
            _integer("cost_minor", "Its cost in minor units."),
        ),
        space="event",
        id_names=("effort_id",),
        tokens=True,
    ),
    RecordType(
        "buyer_action",
        "One thing that a buyer did.",
        (
            *_PARTIES,
            _instant("occurred_at", "When.", required=True),
            _choice("kind", ActionKind, "What they did.", required=True),
            _text("subkind", "What the source calls it."),
            _choice("stance", Stance, "Forward, neither, or back; the kind's own where empty."),
            _choice("evidence", Evidence, "Recorded by a system, or typed in.", default="captured"),
            _ref("rep", "The seller's person who registered it, if one did.", name="registered_by_id"),
        ),
        space="event",
        id_names=("action_id", "buyer_action_id"),
        tokens=True,
    ),
    RecordType(
        "participant",
        "Somebody took part in an event: several people on both sides of a mail or meeting.",
        (
            _ref("event", "The effort or buyer action.", required=True),
            _text("event_type", "effort or buyer_action; empty where the id alone says it."),
            _ref("contact", "The buyer's person."),
            _ref("rep", "Or the seller's person."),
            _text("role", "to, cc, organizer, attendee, …"),
        ),
        space="participant",
    ),
    RecordType(
        "reference",
        "An event bears a token: a message id, a calendar UID, an offer, call, room or document.",
        (
            _ref("event", "The effort or buyer action.", required=True),
            _text("event_type", "effort or buyer_action; empty where the id alone says it."),
            _ref("token", "The token, its sort in front where known: `meeting:abc@host`.", name="token", required=True),
            _choice("role", ReferenceRole, "It is the thing, answers it, or is about it.", required=True),
        ),
        space="reference",
    ),
    RecordType(
        "promise",
        "Something promised.",
        (
            _ref("deal", "The deal.", required=True),
            _text("by", "seller or buyer.", required=True),
            _instant("due_at", "When it is due."),
            _personal("what", "What was promised."),
        ),
        space="promise",
    ),
    RecordType(
        "absence",
        "A rep is away.",
        (_ref("rep", "Who.", required=True), _FROM, _TO),
        space="absence",
    ),
    RecordType(
        "case",
        "Service after the sale.",
        (
            _ref("account", "The buyer's company."),
            _ref("deal", "The deal it follows."),
            _instant("opened_at", "When it was opened.", required=True),
            _instant("closed_at", "When it was closed."),
            _text("kind", "What sort of case."),
        ),
        space="case",
    ),
    RecordType(
        "obstacle",
        "What stood in the way.",
        (
            _ref("event", "The event it showed in."),
            _ref("deal", "Or the deal."),
            _instant("occurred_at", "When it was said or seen."),
            _text("kind", "objection, competitor, indecision, price, timing, own_mistake, …", required=True),
            _text("said_by", "buyer, rep or record.", required=True),
            _choice("evidence", Evidence, "Recorded by a system, or typed in.", default="claimed"),
        ),
        space="obstacle",
    ),
    RecordType(
        "happening",
        "Something that touched many at once: a price change, a launch, an outage.",
        (
            _FROM,
            _TO,
            _text("scope", "Whom it touched: all, or name=value of a dimension."),
            _text("text", "What it was.", required=True),
        ),
        space="happening",
    ),
    RecordType(
        "assignment",
        "An account or deal was given to a rep.",
        (
            _ref("account", "The account."),
            _ref("deal", "Or the deal."),
            _ref("rep", "Who got it.", required=True),
            _instant("notified_at", "When they were told."),
            _FROM,
            _TO,
        ),
        space="assignment",
    ),
    RecordType(
        "target",
        "What a rep or team should reach in a period.",
        (
            _ref("rep", "The rep."),
            _text("team", "Or the team."),
            _text("metric", "What is counted.", required=True),
            _text("period", "2026, 2026Q1, 2026-03 or 2026-W12.", required=True),
            _integer("value", "The target; money in minor units.", required=True),
        ),
        space="target",
    ),
    RecordType(
        "expense",
        "What a rep spent in a period.",
        (
            _ref("rep", "Who."),
            _text("period", "2026, 2026Q1, 2026-03 or 2026-W12.", required=True),
            _integer("amount_minor", "Amount in minor units.", required=True),
            _text("currency", "ISO 4217 code.", required=True),
        ),
        space="expense",
    ),
    RecordType(
        "attribute",
        "Anything else known of somebody or something, that a playbook may name as a dimension.",
        (
            _choice("subject_kind", SubjectKind, "What sort of thing it is about.", required=True),
            _ref("subject", "Whose.", required=True),
            _text("name", "The attribute's name.", required=True),
            _text("value", "Its value; empty where it may name somebody."),
            _personal(
                "text", "A value that may name somebody, kept apart: a mail's subject, where that is switched on."
            ),
            _FROM,
            _TO,
        ),
        space="attribute",
    ),
    RecordType(
        "coverage",
        "What could have been seen: a mailbox, calendar or dialler was loaded for these days.",
        (
            _ref("rep", "Whose; empty means everybody's."),
            _text("channel", "email, calendar, call, offer, form, …; empty means every channel."),
            _FROM,
            _TO,
        ),
        space="coverage",
    ),
    RecordType(
        "conversation",
        "A coaching talk took place. Its text stays with the two who had it.",
        (
            _ref("rep", "The rep.", required=True),
            _ref("rep", "Who coached.", name="coach_id", required=True),
            _instant("occurred_at", "When.", required=True),
            _text("kind", "one_to_one, peer_session, training, ride_along, …"),
            _text("topic", "The play or step it was about."),
            _integer("minutes", "How long."),
        ),
        space="conversation",
    ),
    RecordType(
        "practice",
        "A small change tried on purpose, its measure and end fixed before.",
        (
            _ref("rep", "Who practises.", required=True),
            _text("play", "The play it is about."),
            _text("metric", "What is measured.", required=True),
            _text("arm", "now, later or control, where a lottery decides."),
            _instant("frozen_at", "When metric, baseline and end were fixed.", required=True),
            _FROM,
            _TO,
        ),
        space="practice",
    ),
    RecordType(
        "intention",
        "A touch that somebody meant to make, and what lots said: go ahead, or wait.",
        (
            _ref("rep", "Who means to make it.", required=True),
            *_PARTIES,
            _text("play", "The kind of touch, as the file calls it."),
            _instant("intended_at", "When it was meant to be made.", required=True),
            _text("arm", "touch or hold.", required=True),
            _text("draw", "Which drawing of lots it belongs to: its seed and when.", required=True),
            _integer("share_permille", "How many in a thousand are held back.", required=True),
            _instant("drawn_at", "When lots were drawn.", required=True),
            _instant("until", "Until when those that are held back wait.", required=True),
            _choice("overruled", YesNo, "Whether the rep said at once that it goes ahead all the same.", default="no"),
        ),
        space="intention",
    ),
    RecordType(
        "decision",
        "What a person decided about a record: a merge, a separation, a contest, a correction.",
        (
            _choice("subject_kind", SubjectKind, "What sort of thing it is about.", required=True),
            _ref("subject", "About what.", required=True),
            _text(
                "kind",
                "merge, separate, refusal, not_refusal, contest, upheld, void, not_a_ball, wait_until, …",
                required=True,
            ),
            _ref("subject", "The other one, for a merge (who stays) or separation.", name="other_id"),
            _text("value", "The decided value, where the kind has one."),
            _ref("rep", "Who decided.", name="actor_id"),
            _instant("occurred_at", "When.", required=True),
            _instant("until", "Until when it holds; empty means for good."),
            _choice("reason", DecisionReason, "Why."),
        ),
        space="decision",
    ),
)

RECORDS: MappingProxyType[str, RecordType] = MappingProxyType({each.name: each for each in _TYPES})
"""Every record type by name."""

TOKEN_FIELDS: MappingProxyType[str, ReferenceRole] = MappingProxyType(
    {"reference": ReferenceRole.IS, "refers_to": ReferenceRole.ANSWERS, "about": ReferenceRole.ABOUT}
)
"""The convenience columns of an event row, and the role of the references they become."""

CARRIED = ("source_id", "version_at", "deleted")
"""What a source may state of any record, besides its fields."""


def key_column(record: RecordType) -> str:
    """The column of a record's own key in the log.

    >>> key_column(RECORDS["buyer_action"]), key_column(RECORDS["effort"])
    ('action_key', 'effort_key')
    """
    own = record.id_names[0] if record.id_names else f"{record.name}_id"
    return f"{own.removesuffix('_id')}_key"


def id_names(record: RecordType) -> tuple[str, ...]:
    """The column names under which a row's own id is accepted, the documented one first.

    >>> id_names(RECORDS["buyer_action"])
    ('action_id', 'buyer_action_id', 'source_id', 'id')
    >>> id_names(RECORDS["rep"])
    ('rep_id', 'source_id', 'id')
    """
    own = record.id_names or (f"{record.name}_id",)
    return (*own, "source_id", "id")
