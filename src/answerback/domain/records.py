"""The records of the log as neutral schemas: what a source hands over and a workspace keeps.

Engines, workspaces and sources derive their own schemas from these; nothing else in the product lists the fields of a
record again. `docs/lookup/records.md` is generated from this module.

Every record also carries `source`, `source_id`, `version_at`, `recorded_at` and `deleted`.
"""

from __future__ import annotations

from types import MappingProxyType

from answerback.domain.fields import RecordType, choice, instant, integer, personal, ref, text
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

_FROM = instant("from", "Start, included; empty means always.")
_TO = instant("to", "End, excluded; empty means still so.")

_PARTIES = (
    ref("account", "The buyer's company (or the person, where there is no company)."),
    ref("contact", "The buyer's person."),
    ref("deal", "The deal it belongs to."),
)

_TYPES = (
    RecordType(
        "rep",
        "A seller, as they were between two dates.",
        (
            personal("name", "The person's name."),
            personal("email", "The address they sell from.", matched=True),
            ref("rep", "Their manager.", name="manager_id"),
            text("team", "Their team then."),
            text("role", "Their role then."),
            text("segment", "The segment they sold to then."),
            text("region", "Their region then."),
            instant("tenure_start", "First day in a selling role."),
            instant("valid_from", "Start of this version of the person, included; empty means always."),
            instant("valid_to", "End of this version, excluded; empty means still so."),
        ),
        space="rep",
        versioned_by="valid_from",
    ),
    RecordType(
        "account",
        "A buyer's company.",
        (
            personal("name", "Its name."),
            personal("domain", "Its internet domain.", matched=True),
            text("industry", "Its industry."),
            text("size_band", "Its size band."),
            text("region", "Its region."),
            text("segment", "Its segment."),
        ),
        space="account",
    ),
    RecordType(
        "contact",
        "A buyer's person.",
        (
            ref("account", "The company they work for."),
            personal("name", "Their name."),
            personal("email", "Their address.", matched=True),
            personal("title", "Their job title."),
            text("level", "Their level: executive, manager, staff, …"),
        ),
        space="contact",
    ),
    RecordType(
        "deal",
        "A possible sale.",
        (
            ref("account", "The buyer's company."),
            ref("rep", "Its owner.", name="owner_id"),
            personal("name", "Its name."),
            text("product_line", "What is sold."),
            integer("amount_minor", "Amount in minor units of the currency."),
            text("currency", "ISO 4217 code."),
            instant("created_at", "When it was opened."),
        ),
        space="deal",
    ),
    RecordType(
        "deal_change",
        "One field of a deal took another value.",
        (
            ref("deal", "The deal.", required=True),
            instant("occurred_at", "When.", required=True),
            text("field", "stage, amount, close_date, owner, outcome, loss_reason or competitor.", required=True),
            text("old", "The value before; empty for an owner."),
            text("new", "The value after; empty for an owner."),
            ref("rep", "The owner before.", name="old_rep_id"),
            ref("rep", "The owner after.", name="new_rep_id"),
            ref("rep", "Who changed it.", name="actor_id"),
        ),
        space="deal_change",
    ),
    RecordType(
        "effort",
        "One thing that a rep did toward buyers.",
        (
            ref("rep", "Who did it.", required=True),
            *_PARTIES,
            instant("occurred_at", "When.", required=True),
            choice("kind", EffortKind, "The channel.", required=True),
            text("subkind", "What the source calls it."),
            text("purpose", "What it was for: first_touch, follow_up, proposal, …"),
            choice("origin", Origin, "Made by hand or by a sequence.", default="hand"),
            text("template", "The template or sequence it came from."),
            choice("evidence", Evidence, "Recorded by a system, or typed in.", default="captured"),
            integer("minutes", "Working minutes it took."),
            integer("cost_minor", "Its cost in minor units."),
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
            instant("occurred_at", "When.", required=True),
            choice("kind", ActionKind, "What they did.", required=True),
            text("subkind", "What the source calls it."),
            choice("stance", Stance, "Forward, neither, or back; the kind's own where empty."),
            choice("evidence", Evidence, "Recorded by a system, or typed in.", default="captured"),
            ref("rep", "The seller's person who registered it, if one did.", name="registered_by_id"),
        ),
        space="event",
        id_names=("action_id", "buyer_action_id"),
        tokens=True,
    ),
    RecordType(
        "participant",
        "Somebody took part in an event: several people on both sides of a mail or meeting.",
        (
            ref("event", "The effort or buyer action.", required=True),
            text("event_type", "effort or buyer_action; empty where the id alone says it."),
            ref("contact", "The buyer's person."),
            ref("rep", "Or the seller's person."),
            text("role", "to, cc, organizer, attendee, …"),
        ),
        space="participant",
    ),
    RecordType(
        "reference",
        "An event bears a token: a message id, a calendar UID, an offer, call, room or document.",
        (
            ref("event", "The effort or buyer action.", required=True),
            text("event_type", "effort or buyer_action; empty where the id alone says it."),
            ref("token", "The token, its sort in front where known: `meeting:abc@host`.", name="token", required=True),
            choice("role", ReferenceRole, "It is the thing, answers it, or is about it.", required=True),
        ),
        space="reference",
    ),
    RecordType(
        "promise",
        "Something promised.",
        (
            ref("deal", "The deal.", required=True),
            text("by", "seller or buyer.", required=True),
            instant("due_at", "When it is due."),
            personal("what", "What was promised."),
        ),
        space="promise",
    ),
    RecordType(
        "absence",
        "A rep is away.",
        (ref("rep", "Who.", required=True), _FROM, _TO),
        space="absence",
    ),
    RecordType(
        "case",
        "Service after the sale.",
        (
            ref("account", "The buyer's company."),
            ref("deal", "The deal it follows."),
            instant("opened_at", "When it was opened.", required=True),
            instant("closed_at", "When it was closed."),
            text("kind", "What sort of case."),
        ),
        space="case",
    ),
    RecordType(
        "obstacle",
        "What stood in the way.",
        (
            ref("event", "The event it showed in."),
            ref("deal", "Or the deal."),
            instant("occurred_at", "When it was said or seen."),
            text("kind", "objection, competitor, indecision, price, timing, own_mistake, …", required=True),
            text("said_by", "buyer, rep or record.", required=True),
            choice("evidence", Evidence, "Recorded by a system, or typed in.", default="claimed"),
        ),
        space="obstacle",
    ),
    RecordType(
        "happening",
        "Something that touched many at once: a price change, a launch, an outage.",
        (
            _FROM,
            _TO,
            text("scope", "Whom it touched: all, or name=value of a dimension."),
            text("text", "What it was.", required=True),
        ),
        space="happening",
    ),
    RecordType(
        "assignment",
        "An account or deal was given to a rep.",
        (
            ref("account", "The account."),
            ref("deal", "Or the deal."),
            ref("rep", "Who got it.", required=True),
            instant("notified_at", "When they were told."),
            _FROM,
            _TO,
        ),
        space="assignment",
    ),
    RecordType(
        "target",
        "What a rep or team should reach in a period.",
        (
            ref("rep", "The rep."),
            text("team", "Or the team."),
            text("metric", "What is counted.", required=True),
            text("period", "2026, 2026Q1, 2026-03 or 2026-W12.", required=True),
            integer("value", "The target; money in minor units.", required=True),
        ),
        space="target",
    ),
    RecordType(
        "expense",
        "What a rep spent in a period.",
        (
            ref("rep", "Who."),
            text("period", "2026, 2026Q1, 2026-03 or 2026-W12.", required=True),
            integer("amount_minor", "Amount in minor units.", required=True),
            text("currency", "ISO 4217 code.", required=True),
        ),
        space="expense",
    ),
    RecordType(
        "attribute",
        "Anything else known of somebody or something, that a playbook may name as a dimension.",
        (
            choice("subject_kind", SubjectKind, "What sort of thing it is about.", required=True),
            ref("subject", "Whose.", required=True),
            text("name", "The attribute's name.", required=True),
            text("value", "Its value; empty where it may name somebody."),
            personal(
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
            ref("rep", "Whose; empty means everybody's."),
            text("channel", "email, calendar, call, offer, form, …; empty means every channel."),
            _FROM,
            _TO,
        ),
        space="coverage",
    ),
    RecordType(
        "conversation",
        "A coaching talk took place. Its text stays with the two who had it.",
        (
            ref("rep", "The rep.", required=True),
            ref("rep", "Who coached.", name="coach_id", required=True),
            instant("occurred_at", "When.", required=True),
            text("kind", "one_to_one, peer_session, training, ride_along, …"),
            text("topic", "The play or step it was about."),
            integer("minutes", "How long."),
        ),
        space="conversation",
    ),
    RecordType(
        "practice",
        "A small change tried on purpose, its measure and end fixed before.",
        (
            ref("rep", "Who practises.", required=True),
            text("play", "The play it is about."),
            text("metric", "What is measured.", required=True),
            text("arm", "now or later, as lots say; of two ways: by company, or weeks: and n (new) or u (usual)."),
            instant("frozen_at", "When metric, baseline and end were fixed.", required=True),
            _FROM,
            _TO,
        ),
        space="practice",
    ),
    RecordType(
        "intention",
        "A touch that somebody meant to make, and what lots said: go ahead, or wait.",
        (
            ref("rep", "Who means to make it.", required=True),
            *_PARTIES,
            text("play", "The kind of touch, as the file calls it."),
            instant("intended_at", "When it was meant to be made.", required=True),
            text("arm", "touch or hold.", required=True),
            text("draw", "Which drawing of lots it belongs to: its seed and when.", required=True),
            integer("share_permille", "How many in a thousand are held back.", required=True),
            instant("drawn_at", "When lots were drawn.", required=True),
            instant("until", "Until when those that are held back wait.", required=True),
            choice("overruled", YesNo, "Whether the rep said at once that it goes ahead all the same.", default="no"),
        ),
        space="intention",
    ),
    RecordType(
        "decision",
        "What a person decided about a record: a merge, a separation, a contest, a correction.",
        (
            choice("subject_kind", SubjectKind, "What sort of thing it is about.", required=True),
            ref("subject", "About what.", required=True),
            text(
                "kind",
                "merge, separate, refusal, not_refusal, contest, upheld, void, not_a_ball, wait_until, …",
                required=True,
            ),
            ref("subject", "The other one, for a merge (who stays) or separation.", name="other_id"),
            text("value", "The decided value, where the kind has one."),
            ref("rep", "Who decided.", name="actor_id"),
            instant("occurred_at", "When.", required=True),
            instant("until", "Until when it holds; empty means for good."),
            choice("reason", DecisionReason, "Why."),
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
