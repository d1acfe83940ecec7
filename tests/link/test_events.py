"""Efforts and acts, who they are with and the tokens they bear, sentence by sentence."""

from __future__ import annotations

import pytest

from answerback.domain.kinds import Stance
from answerback.domain.playbook import StanceRule
from tests.link.cases import A2, E2, PLAYBOOK, REPLIED, T2, A, Case, E, T, a, about, check, e, mail
from tests.link.world import Contact, Deal, Decision, TookPart, day

EVENTS = [
    Case(
        "same_event",
        "the same mail from two sources; recorded beats typed in",
        [e(E, evidence="claimed", source="a"), e(E2, source="b"), mail(E), mail(E2)],
        [{"event_key": E, "canonical_key": E2, "event_type": "effort"}],
    ),
    Case(
        "same_event",
        "then the source's name",
        [a(A, source="z"), a(A2, source="b"), mail(A), mail(A2)],
        [{"event_key": A, "canonical_key": A2, "event_type": "buyer_action"}],
    ),
    Case("same_event", "then the key", [e(E), e(E2), mail(E), mail(E2)], [{"event_key": E2, "canonical_key": E}]),
    Case(
        "same_event",
        "those that follow a follower follow its leader",
        [e(1), e(2), e(3), mail(1, T), mail(2, T), mail(2, T2), mail(3, T2)],
        [{"event_key": 2, "canonical_key": 1}, {"event_key": 3, "canonical_key": 1}],
    ),
    Case("same_event", "an effort and an act are never one", [e(E), a(A), mail(E), mail(A)], []),
    Case("same_event", "only message ids make one mail", [e(E), e(E2), about(E), about(E2)], []),
    Case(
        "same_event",
        "a token of a version that does not stand is none",
        [e(E, content_hash=5), e(E2), mail(E, owner_hash=4), mail(E2)],
        [],
    ),
    Case(
        "said_of_action",
        "the latest word on a reply, whichever record of it was spoken of",
        [
            a(1),
            a(2, source="mailbox"),
            mail(1),
            mail(2),
            Decision(subject_key=2, kind="refusal", occurred_at=day(1)),
            Decision(subject_key=1, kind="not_refusal", occurred_at=day(2)),
            Decision(subject_key=3, kind="refusal"),
            Decision(subject_key=1, kind="contest", occurred_at=day(3)),
        ],
        [{"action_key": 1, "kind": "not_refusal"}, {"action_key": 3, "kind": "refusal"}],
    ),
    Case(
        "contest",
        "contested until it is settled: as right (no row), or as wrong",
        [
            e(1, rep_key=6),
            e(2),
            a(3),
            Decision(subject_key=1, kind="contest", occurred_at=day(1)),
            Decision(subject_key=2, kind="contest", occurred_at=day(1)),
            Decision(subject_key=2, kind="upheld", occurred_at=day(2)),
            Decision(subject_key=3, kind="contest", occurred_at=day(1)),
            Decision(subject_key=3, kind="void", occurred_at=day(2)),
        ],
        [
            {"event_key": 1, "event_type": "effort", "rep_key": 60, "state": "contested", "since": day(1)},
            {"event_key": 3, "event_type": "buyer_action", "rep_key": None, "state": "void", "since": day(2)},
        ],
        same_as={6: 60},
    ),
    Case(
        "contest",
        "the latest word stands, then the greater hash, then the lesser key",
        [
            e(1),
            e(2),
            e(3),
            Decision(subject_key=1, kind="void", occurred_at=day(3)),
            Decision(subject_key=1, kind="contest", occurred_at=day(2), content_hash=9),
            Decision(subject_key=2, kind="void", content_hash=1),
            Decision(subject_key=2, kind="contest", content_hash=2),
            Decision(subject_key=3, kind="void", decision_key=1),
            Decision(subject_key=3, kind="contest", decision_key=2),
        ],
        [{"event_key": 1, "state": "void"}, {"event_key": 2, "state": "contested"}, {"event_key": 3, "state": "void"}],
    ),
    Case(
        "contest",
        "a word on any record of a mail is one on the mail",
        [
            e(E),
            e(E2),
            mail(E),
            mail(E2),
            Decision(subject_key=E2, kind="contest", occurred_at=day(1)),
            Decision(subject_key=E, kind="void", occurred_at=day(2)),
        ],
        [{"event_key": E, "event_type": "effort", "state": "void", "since": day(2)}],
    ),
    Case(
        "contest",
        "only of events that there are, and of words that are about a dispute",
        [
            e(),
            a(),
            Decision(subject_key=99, kind="contest"),
            Decision(subject_key=E, kind="contest", subject_kind="finding"),
            Decision(subject_key=A, kind="refusal"),
        ],
        [],
    ),
    Case(
        "contest",
        "of an effort and an act whose sources gave them one id, both",
        [e(1), a(1), Decision(subject_key=1, kind="contest")],
        [{"event_key": 1, "event_type": "buyer_action"}, {"event_key": 1, "event_type": "effort"}],
    ),
    Case(
        "effort",
        "contested it is one, settled as wrong it is none",
        [
            e(1),
            e(2),
            e(3),
            Decision(subject_key=2, kind="contest"),
            Decision(subject_key=3, kind="void"),
        ],
        [{"effort_key": 1, "contested": False}, {"effort_key": 2, "contested": True}],
    ),
    Case(
        "buyer_action",
        "contested it counts, settled as wrong it does not",
        [
            a(1),
            a(2),
            a(3),
            a(4, kind="opened"),
            Decision(subject_key=2, kind="contest"),
            Decision(subject_key=3, kind="void"),
        ],
        [
            {"action_key": 1, "counts": True, "contested": False},
            {"action_key": 2, "counts": True, "contested": True},
            {"action_key": 3, "counts": False, "contested": False},
            {"action_key": 4, "counts": False, "contested": False},
        ],
    ),
    Case(
        "effort",
        "each party by the key that stands for it",
        [e(rep_key=6, account_key=5, contact_key=4, deal_key=3)],
        [{"rep_key": 60, "account_key": 50, "contact_key": 40, "deal_key": 30}],
        same_as={6: 60, 5: 50, 4: 40, 3: 30},
    ),
    Case(
        "effort",
        "the company is its own, else its contact's",
        [e(contact_key=4, deal_key=3), Contact(contact_key=4, account_key=8), Deal(deal_key=3, account_key=9)],
        [{"account_key": 8}],
    ),
    Case(
        "effort",
        "else its deal's",
        [e(contact_key=4, deal_key=3), Contact(contact_key=4), Deal(deal_key=3, account_key=9)],
        [{"account_key": 9}],
    ),
    Case(
        "effort",
        "what another record of the mail knows fills the gaps, by the key that stands for it",
        [
            e(E, source="a"),
            e(E2, source="b", contact_key=4, deal_key=3, account_key=5, template="x", purpose="p"),
            mail(E),
            mail(E2),
        ],
        [{"effort_key": E, "contact_key": 40, "deal_key": 30, "account_key": 50, "template": "x", "purpose": "p"}],
        same_as={4: 40, 3: 30, 5: 50},
    ),
    Case(
        "effort_guest",
        "everybody besides the contact that the effort names",
        [e(contact_key=4), TookPart(event_key=E, contact_key=4), TookPart(event_key=E, contact_key=5)],
        [{"effort_key": E, "contact_key": 6}],
        same_as={5: 6},
    ),
    Case(
        "effort_guest",
        "as the version that stands lists them",
        [e(content_hash=1), TookPart(event_key=E, contact_key=4, owner_hash=2)],
        [],
    ),
    Case(
        "effort_guest",
        "everybody whom one record of the mail lists",
        [e(E), e(E2, contact_key=4), mail(E), mail(E2), TookPart(event_key=E2, contact_key=4)],
        [{"effort_key": E, "contact_key": 4}],
    ),
    Case(
        "effort_contact",
        "the contact of every record of the mail",
        [e(E, contact_key=4), e(E2, contact_key=5), mail(E), mail(E2)],
        [{"effort_key": E, "contact_key": 4}, {"effort_key": E, "contact_key": 6}],
        same_as={5: 6},
    ),
    Case("effort_guest", "nobody of an act", [a(A), TookPart(event_key=A, contact_key=4)], []),
    Case(
        "effort_contact",
        "its own contact and everybody else, each once",
        [
            e(contact_key=4),
            TookPart(event_key=E, contact_key=4),
            TookPart(event_key=E, contact_key=5),
            TookPart(event_key=E, contact_key=5),
        ],
        [{"contact_key": 4}, {"contact_key": 5}],
    ),
    Case(
        "action_rep",
        "whom an act reached; copied only where they got nothing but copies",
        [
            a(),
            TookPart(event_key=A, rep_key=6, role="cc"),
            TookPart(event_key=A, rep_key=7, role="cc"),
            TookPart(event_key=A, rep_key=7, role="to"),
        ],
        [{"action_key": A, "rep_key": 60, "copied": True}, {"action_key": A, "rep_key": 7, "copied": False}],
        same_as={6: 60},
    ),
    Case(
        "action_rep",
        "only people on acts, as the version that stands names them",
        [
            e(),
            a(content_hash=1),
            TookPart(event_key=E, rep_key=6),
            TookPart(event_key=A, rep_key=7, event_type="effort"),
            TookPart(event_key=A, rep_key=8, owner_hash=2),
            TookPart(event_key=A, rep_key=9),
        ],
        [{"action_key": A, "rep_key": 9, "copied": False}],
    ),
    Case(
        "effort_guest",
        "each once",
        [e(), TookPart(event_key=E, contact_key=5), TookPart(event_key=E, contact_key=5)],
        [{"contact_key": 5}],
    ),
    Case(
        "buyer_action",
        "what several other records of the mail know: the greatest",
        [
            a(11),
            a(12, contact_key=4, deal_key=3, account_key=5),
            a(13, contact_key=6, deal_key=7, account_key=8),
            *map(mail, (11, 12, 13)),
        ],
        [{"contact_key": 6, "deal_key": 7, "account_key": 8}],
    ),
    Case(
        "buyer_action",
        "of two words of one instant the one with the greater content",
        [
            a(),
            Decision(subject_key=A, kind="refusal", content_hash=1),
            Decision(subject_key=A, kind="not_refusal", content_hash=2),
        ],
        [{"stance": "neutral"}],
    ),
    Case(
        "effort",
        "what several other records of the mail know: the greatest",
        [
            e(1),
            e(2, contact_key=4, deal_key=3, account_key=5, template="a", purpose="a"),
            e(3, contact_key=6, deal_key=7, account_key=8, template="b", purpose="b"),
            *map(mail, (1, 2, 3)),
        ],
        [{"contact_key": 6, "deal_key": 7, "account_key": 8, "template": "b", "purpose": "b"}],
    ),
    Case(
        "effort_token",
        "each token once, in the version that stands, on the record that stands",
        [e(E), e(E2, content_hash=1), mail(E), mail(E2), about(E2, T2), about(E2, T2), about(E2, 73, owner_hash=2)],
        [{"effort_key": E, "token_key": T, "role": "is"}, {"effort_key": E, "token_key": T2, "role": "about"}],
    ),
    Case(
        "action_token",
        "each token once, in the version that stands, on the record that stands",
        [a(A), a(A2, content_hash=1), mail(A), mail(A2), about(A2, T2), about(A2, T2), about(A2, 73, owner_hash=2)],
        [{"action_key": A, "token_key": T, "role": "is"}, {"action_key": A, "token_key": T2, "role": "about"}],
    ),
    Case(
        "buyer_action",
        "each party by the key that stands for it; the company as with efforts",
        [a(contact_key=4, deal_key=3, registered_by_key=6), Contact(contact_key=40, account_key=5)],
        [{"contact_key": 40, "deal_key": 30, "registered_by_key": 60, "account_key": 50}],
        same_as={6: 60, 5: 50, 4: 40, 3: 30},
    ),
    *(
        Case("buyer_action", f"{kind} never counts", [a(kind=kind)], [{"counts": False}])
        for kind in ("opened", "clicked", "auto_replied", "out_of_office", "bounced")
    ),
    Case("buyer_action", "the stance is the kind's", [a(kind="declined")], [{"stance": "retreat", "counts": True}]),
    Case("buyer_action", "or the source's", [a(kind="declined", stance="neutral")], [{"stance": "neutral"}]),
    Case(
        "buyer_action",
        "or the playbook's for what the source calls it",
        [a(subkind="curt"), a(A2, subkind="warm")],
        [{"action_key": A, "stance": "retreat"}, {"action_key": A2, "stance": "neutral"}],
        playbook=PLAYBOOK.model_copy(
            update={"stance": (StanceRule(kind=REPLIED, subkind="curt", stance=Stance.RETREAT),)}
        ),
    ),
    Case(
        "buyer_action",
        "a person's later word stands over it, the last of several, on any record of the mail",
        [
            a(A, stance="advance"),
            a(A2),
            mail(A),
            mail(A2),
            Decision(subject_key=A2, kind="refusal", occurred_at=day(3)),
            Decision(subject_key=A, kind="not_refusal", occurred_at=day(2)),
        ],
        [{"action_key": A, "stance": "retreat"}],
    ),
    Case(
        "buyer_action",
        "that it was no refusal: the kind's own stance again",
        [a(stance="retreat"), Decision(subject_key=A, kind="not_refusal"), Decision(subject_key=A, kind="contest")],
        [{"stance": "neutral"}],
    ),
]


@pytest.mark.parametrize("case", EVENTS, ids=str)
def test_rows_in_rows_out(case: Case) -> None:
    check(case)
