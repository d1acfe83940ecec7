"""Which effort an act answers, sentence by sentence."""

from __future__ import annotations

import pytest

from answerback.domain.kinds import ActionKind, Origin
from tests.link.cases import A2, CALL, E2, T2, A, Case, E, T, a, about, answers, check, e, mail, with_play
from tests.link.world import Bears, TookPart, day

BOB, EVE = 4, 5

LINKS = [
    Case(
        "effort_bearer",
        "the tokens by which an effort can be answered, and by what; not those it names, nor of what cannot be",
        [e(1, 3), e(2, kind="visit"), mail(1), about(1), answers(1), mail(2, T2)],
        [
            {"effort_key": 1, "token_key": T, "role": role, "reach_id": 0, "occurred_at": day(3)}
            for role in ("about", "is")
        ],
    ),
    Case(
        "link",
        "one mail that the CRM has twice, toward bob and toward eve: whoever of them calls answers it",
        [
            e(E, contact_key=BOB),
            e(E2, contact_key=EVE),
            mail(E),
            mail(E2),
            a(A, contact_key=BOB, kind="called"),
            a(A2, contact_key=EVE, kind="called"),
        ],
        [{"action_key": key, "effort_key": E, "basis": "contact"} for key in (A, A2)],
        playbook=with_play(answered_by=(ActionKind.CALLED,), aim=(ActionKind.CALLED,)),
    ),
    Case(
        "askable_action",
        "a countable act with every reach that it could answer, and how long that may wait",
        [a(), a(A2, kind="opened"), a(13, kind="called"), e(), e(2, origin="sequence")],
        [
            {"action_key": A, "waiting_seconds": 86400},
            {"action_key": A, "waiting_seconds": 172800},
            {"action_key": 13, "waiting_seconds": CALL.waiting_seconds},
        ],
        playbook=with_play(origin=Origin.SEQUENCE, waiting_days=1),
    ),
    Case(
        "link_by_reference",
        "the latest effort that bears the token, whatever the time",
        [
            e(1, 0),
            e(2, 1),
            e(3, 90),
            a(at=80),
            *(Bears(event_key=k, token_key=T, role="is") for k in (1, 2, 3)),
            answers(A),
        ],
        [{"action_key": A, "effort_key": 2}],
    ),
    Case(
        "link_by_reference",
        "of several at that instant the greatest key",
        [e(1), e(2), a(), *(Bears(event_key=k, token_key=T, role="is") for k in (1, 2)), answers(A)],
        [{"effort_key": 2}],
    ),
    Case(
        "link_by_reference",
        "at the very instant of the act too",
        [e(at=1), a(), mail(E), answers(A)],
        [{"effort_key": E}],
    ),
    Case(
        "link_by_reference", "never an effort that it cannot answer", [e(), a(kind="called"), mail(E), answers(A)], []
    ),
    Case(
        "link_by_reference",
        "an act that never counts answers nothing",
        [e(), a(kind="bounced"), mail(E), answers(A)],
        [],
    ),
    Case(
        "link_by_object",
        "the latest effort about the same object, whatever the time",
        [e(1, 0), e(2, 1), a(at=80), about(1), about(2), about(A)],
        [{"effort_key": 2}],
    ),
    Case(
        "link_by_object",
        "of several at that instant the greatest key",
        [e(1), e(2), a(), *map(about, (1, 2, A))],
        [{"effort_key": 2}],
    ),
    Case("link_by_object", "only acts that no reference ties", [e(), a(), mail(E), answers(A), about(E), about(A)], []),
    Case(
        "linked_by_proof",
        "by reference or object",
        [e(), a(), a(A2), mail(E), answers(A), about(E), about(A2)],
        [{"action_key": A}, {"action_key": A2}],
    ),
]

PARTY_KEYS = {"contact": "contact_key", "deal": "deal_key", "account": "account_key"}
LINKS += [
    Case(f"link_by_{party}", sentence, given, expected)
    for party, key in PARTY_KEYS.items()
    for here in [{key: 5}]
    for sentence, given, expected in (
        (
            "the latest effort there",
            [e(1, 0, **here), e(2, 0.5, **here), a(**here)],
            [{"action_key": A, "effort_key": 2}],
        ),
        ("of several at that instant the greatest key", [e(2, **here), e(1, **here), a(**here)], [{"effort_key": 2}]),
        ("until the last instant of the waiting time", [e(**here), a(at=2, **here)], [{"effort_key": E}]),
        ("not a second later", [e(**here), a(at=2 + 1 / 86400, **here)], []),
        ("not before it", [e(at=1 + 1 / 86400, **here), a(**here)], []),
        ("not elsewhere", [e(**{key: 6}), a(**here)], []),
        ("not without a place", [e(), a()], []),
        ("not where a reference ties it already", [e(**here), a(**here), mail(E), answers(A)], []),
        (
            "not an effort that it cannot answer",
            [e(**here), e(2, 0.5, kind="call", **here), a(**here)],
            [{"effort_key": E}],
        ),
    )
]
LINKS += [
    Case(
        "link_by_contact",
        "anybody on the mail",
        [e(contact_key=4), TookPart(event_key=E, contact_key=5), a(contact_key=5)],
        [{"effort_key": E}],
    ),
    Case(
        "link_by_contact",
        "each effort by its own waiting time: an older one that may wait longer",
        [e(1, 0, contact_key=5), e(2, 0.4, contact_key=5, origin="sequence"), a(at=1.5, contact_key=5)],
        [{"effort_key": 1}],
        playbook=with_play(origin=Origin.SEQUENCE, waiting_days=1),
    ),
    Case("linked_by_contact", "by proof or contact", [e(contact_key=5), a(contact_key=5)], [{"action_key": A}]),
    Case("linked_by_deal", "by proof, contact or deal", [e(deal_key=5), a(deal_key=5)], [{"action_key": A}]),
    Case(
        "link_by_deal",
        "not where the contact ties it already",
        [e(contact_key=4, deal_key=5), a(contact_key=4, deal_key=5)],
        [],
    ),
    Case(
        "link_by_account",
        "not where the deal ties it already",
        [e(account_key=4, deal_key=5), a(account_key=4, deal_key=5)],
        [],
    ),
    Case(
        "link",
        "which effort, on what basis, how good, after how long, and whether in time",
        [
            e(E, account_key=5),
            a(21, 3, account_key=5),
            a(22, 3),
            a(23, 1, contact_key=7),
            a(24, 1, deal_key=8),
            a(25, 1, account_key=5),
            mail(E),
            answers(21),
            about(E, T2),
            about(22, T2),
            e(2, contact_key=7),
            e(3, deal_key=8),
        ],
        [
            {
                "action_key": 21,
                "effort_key": E,
                "basis": "reference",
                "grade": "E1",
                "lag_seconds": 259200,
                "in_time": False,
            },
            {
                "action_key": 22,
                "effort_key": E,
                "basis": "object",
                "grade": "E2",
                "lag_seconds": 259200,
                "in_time": False,
            },
            {
                "action_key": 23,
                "effort_key": 2,
                "basis": "contact",
                "grade": "E3",
                "lag_seconds": 86400,
                "in_time": True,
            },
            {"action_key": 24, "effort_key": 3, "basis": "deal", "grade": "E4", "lag_seconds": 86400, "in_time": True},
            {
                "action_key": 25,
                "effort_key": E,
                "basis": "account",
                "grade": "E4",
                "lag_seconds": 86400,
                "in_time": True,
            },
        ],
    ),
]


@pytest.mark.parametrize("case", LINKS, ids=str)
def test_rows_in_rows_out(case: Case) -> None:
    check(case)
