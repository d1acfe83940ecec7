"""What came of efforts, sentence by sentence."""

from __future__ import annotations

from datetime import UTC

import pytest

from tests.link.cases import A2, A, Case, E, a, answers, check, e, mail
from tests.link.settled import ALWAYS, FOR_GOOD
from tests.link.world import Account, Covered, Decision, Rep, day

HERE = {"account_key": 5}
DAY_0 = int(day(0).replace(tzinfo=UTC).timestamp()) // 86_400
OUTCOMES = [
    Case(
        "answer",
        "acts in time: proof, and whether one moved the effort",
        [
            e(E, **HERE),
            mail(E),
            a(21, 1, **HERE),
            a(22, 1, kind="asked", **HERE),
            a(23, 1, stance="retreat", **HERE),
            a(24, 1, kind="declined", **HERE),
            a(25, 1),
            answers(25),
            a(26, 3),
            answers(26),
        ],
        [
            {"action_key": 21, "proved": False, "moved": True},
            {"action_key": 22, "proved": False, "moved": False},
            {"action_key": 23, "proved": False, "moved": False},
            {"action_key": 24, "proved": False, "moved": False},
            {"action_key": 25, "proved": True, "moved": True},
        ],
    ),
    Case(
        "answer",
        "what the seller typed in counts only against the seller",
        [e(**HERE), a(A, evidence="claimed", **HERE), a(A2, kind="declined", evidence="claimed", **HERE)],
        [{"action_key": A2, "moved": False}],
    ),
    Case(
        "effort_answer",
        "the first act that moved it, the first proved one, the first other ones",
        [
            e(**HERE),
            mail(E),
            a(22, 0.1, **HERE),
            a(21, 0.1, **HERE),
            a(23, 0.5),
            answers(23),
            a(24, 0.2, kind="asked", **HERE),
            a(25, 0.3, kind="asked"),
            answers(25),
        ],
        [
            {
                "effort_key": E,
                "on_base_at": day(0.1),
                "on_base_action_key": 21,
                "proved_at": day(0.5),
                "proved_action_key": 23,
                "other_at": day(0.2),
                "other_action_key": 24,
                "other_proved_at": day(0.3),
            }
        ],
    ),
    Case(
        "coverage",
        "one row per stretch and channel, the rep by the key that stands for them",
        [
            Covered(rep_key=66, channel="email", starts_at=day(1)),
            Covered(coverage_key=1),
            Covered(coverage_key=2, rep_key=7, ends_at=day(1)),
        ],
        [
            {"rep_key": 7, "channel": None, "starts_at": None, "ends_at": day(1)},
            {"rep_key": 6, "channel": "email", "starts_at": day(1), "ends_at": None},
            {"rep_key": None, "channel": None, "starts_at": None, "ends_at": None},
        ],
        same_as={66: 6},
    ),
    Case(
        "coverage_span",
        "stretches that touch or overlap are one, in the rep's own systems or everybody's",
        [
            e(rep_key=6),
            Covered(rep_key=66, starts_at=day(0), ends_at=day(2)),
            Covered(starts_at=day(2), ends_at=day(3)),
            Covered(rep_key=6, starts_at=day(1), ends_at=day(2)),
            Covered(rep_key=6, starts_at=day(4), ends_at=day(5)),
            Covered(rep_key=7, starts_at=day(3), ends_at=day(4)),
        ],
        [
            {"rep_key": rep, "play_id": play, "starts_at": day(starts), "ends_at": day(ends)}
            for play in (0, 1, 2)
            for rep, starts, ends in ((6, 0, 3), (6, 4, 5), (7, 2, 4), (None, 2, 3))
        ],
        same_as={66: 6},
    ),
    Case(
        "coverage_span",
        "on the play's channels, or by a source that covers all; without ends for good; backwards never",
        [
            e(rep_key=6),
            Covered(channel="email", ends_at=day(1)),
            Covered(channel="call", starts_at=day(2)),
            Covered(channel="visit"),
            Covered(starts_at=day(3), ends_at=day(2)),
        ],
        [
            {"play_id": 0, "starts_at": ALWAYS, "ends_at": day(1)},
            {"play_id": 1, "starts_at": day(2), "ends_at": FOR_GOOD},
        ],
    ),
    Case(
        "outcome",
        "who, what and when, as the rep was then; nothing of the account, which may be known otherwise tomorrow",
        [
            e(E, 3, rep_key=6, account_key=5),
            Account(account_key=5, segment="large", industry="steel", size_band="xl"),
            Rep(rep_key=6, team="north", valid_to=day(2)),
            Rep(rep_key=6, team="south", valid_from=day(2), segment="small", region="EU", tenure_start=day(-300)),
        ],
        [
            {
                "team": "south",
                "segment": "small",
                "region": "EU",
                "tenure_band": "6-24 months",
                "waiting_seconds": 172800,
                "play": "mail",
            }
        ],
    ),
    Case(
        "outcome",
        "for how long an answer could be seen: until its stretch of coverage ends, or its waiting time",
        [
            e(1, 0),
            e(2, 1),
            e(3, 2),
            e(4, 10),
            e(5, 11),
            Covered(starts_at=day(0), ends_at=day(1)),
            Covered(starts_at=day(2), ends_at=day(3)),
            Covered(starts_at=day(10), ends_at=day(13)),
        ],
        [
            {"effort_key": k, "seen_seconds": seconds}
            for k, seconds in ((1, 86400), (2, None), (3, 86400), (4, 172800), (5, 172800))
        ],
    ),
    Case(
        "outcome",
        "when the first answers came",
        [e(**HERE), a(A, 1, **HERE), a(A2, 0.5, kind="asked", **HERE), e(2, 30)],
        [
            {
                "effort_key": E,
                "on_base_at": day(1),
                "on_base_action_key": A,
                "other_at": day(0.5),
                "other_action_key": A2,
            },
            {
                "effort_key": 2,
                "on_base_at": None,
                "on_base_action_key": None,
                "other_at": None,
                "other_action_key": None,
            },
        ],
    ),
    Case(
        "outcome",
        "contested where the effort is, or an answer in time to it",
        [
            e(1, 0, account_key=1),
            e(2, 0, account_key=2),
            e(3, 0, account_key=3),
            mail(3, 73),
            a(11, 1, account_key=1),
            a(12, 1, account_key=2),
            a(13, 3, account_key=3),
            answers(13, 73),
            e(4, 0, account_key=4),
            a(14, 1, account_key=4, evidence="claimed"),
            e(5, 0),
            Decision(subject_key=1, kind="contest"),
            Decision(subject_key=12, kind="contest"),
            Decision(subject_key=13, kind="contest"),
            Decision(subject_key=14, kind="contest"),
        ],
        [
            {"effort_key": 1, "contested": True, "on_base_at": day(1)},
            {"effort_key": 2, "contested": True, "on_base_at": day(1)},
            {"effort_key": 3, "contested": False, "on_base_at": None},
            {"effort_key": 4, "contested": False, "on_base_at": None},
            {"effort_key": 5, "contested": False, "on_base_at": None},
        ],
    ),
    Case(
        "outcome",
        "a record settled as wrong is as if it had never been",
        [
            e(1, 0, account_key=1),
            e(2, 1, account_key=1),
            a(11, 1.5, account_key=1),
            e(3, 0, account_key=3),
            a(13, 1, account_key=3),
            Decision(subject_key=2, kind="void"),
            Decision(subject_key=13, kind="void"),
        ],
        [{"effort_key": 1, "on_base_at": day(1.5)}, {"effort_key": 3, "on_base_at": None}],
    ),
    Case(
        "outcome",
        "only efforts that can be answered",
        [e(1, kind="visit"), e(2, subkind="work item", rep_key=6, **HERE), a(A, 0, registered_by_key=6, **HERE)],
        [],
    ),
    Case(
        "effort_count",
        "efforts of a rep by kind of touch, day, and whole days for which an answer could be seen",
        [
            e(1, 0.1, rep_key=6),
            e(2, 0.9, rep_key=6),
            e(3, 1.5, rep_key=6),
            e(4, 0.2, rep_key=7),
            e(5, 0.3, rep_key=6, evidence="claimed"),
            e(6, 20, rep_key=6),
            Covered(starts_at=day(0), ends_at=day(3)),
        ],
        [
            {"rep_key": 6, "effort_day": DAY_0, "seen_days": 2, "evidence": "captured", "n": 2},
            {"rep_key": 6, "effort_day": DAY_0, "seen_days": 2, "evidence": "claimed", "n": 1},
            {"rep_key": 6, "effort_day": DAY_0 + 1, "seen_days": 1, "evidence": "captured", "n": 1},
            {"rep_key": 6, "effort_day": DAY_0 + 20, "seen_days": None, "evidence": "captured", "n": 1},
            {"rep_key": 7, "effort_day": DAY_0, "seen_days": 2, "evidence": "captured", "n": 1},
        ],
    ),
    Case(
        "answer_count",
        "efforts by whole days until the first act that moved them, on any basis, by the very contact, by proof",
        [
            e(1, 0, account_key=5),
            a(21, 1.5, account_key=5),
            e(2, 3, account_key=6),
            mail(2, 72),
            a(22, 3.2, account_key=6),
            a(23, 4.2),
            answers(23, 72),
            e(3, 9, account_key=7),
            a(24, 9.5, kind="declined", account_key=7),
            Covered(starts_at=day(0), ends_at=day(40)),
        ],
        [
            {"effort_day": DAY_0, "basis": "any", "lag_days": 1, "n": 1},
            {"effort_day": DAY_0 + 3, "basis": "any", "lag_days": 0, "n": 1},
            {"effort_day": DAY_0 + 3, "basis": "contact", "lag_days": 1, "n": 1},
            {"effort_day": DAY_0 + 3, "basis": "proved", "lag_days": 1, "n": 1},
        ],
    ),
]


@pytest.mark.parametrize("case", OUTCOMES, ids=str)
def test_rows_in_rows_out(case: Case) -> None:
    check(case)
