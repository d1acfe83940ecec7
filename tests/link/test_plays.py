"""What sort of effort an effort is, sentence by sentence."""

from __future__ import annotations

from typing import Any

import pytest

from answerback.domain.kinds import Origin
from tests.link.cases import A2, CALL, MAIL, PLAYBOOK, A, Case, E, a, about, answers, check, e, mail, with_play
from tests.link.world import Change, Effort, day


def work_item(**changes: Any) -> Effort:
    return e(**{"subkind": "work item", "rep_key": 6, "deal_key": 3, **changes})


PLAYS = [
    Case(
        "effort_step",
        "the step of the deal's stage at that time",
        [
            e(1, 0, deal_key=3),
            e(2, 1, deal_key=3),
            e(3, 2, deal_key=3),
            e(4, 3, deal_key=3),
            e(5, 3),
            Change(deal_key=3, occurred_at=day(1), new="New"),
            Change(deal_key=3, occurred_at=day(3), new="Unknown"),
        ],
        [{"effort_key": 2, "step": "early"}, {"effort_key": 3, "step": "early"}],
    ),
    Case(
        "reactive_effort",
        "it names a token of an earlier act",
        [e(1, 1), e(2, 0.5), a(A, 1), mail(A), answers(1), answers(2)],
        [{"effort_key": 1}],
    ),
    Case(
        "reactive_effort",
        "an act that never counts calls for nothing",
        [e(at=2), a(kind="opened"), mail(A), answers(E)],
        [],
    ),
    Case(
        "reactive_effort",
        "the last thing before it on the same object was an act",
        [e(1, 0), a(A, 1), e(2, 2), e(3, 3), *(about(each) for each in (1, A, 2, 3))],
        [{"effort_key": 2}],
    ),
    Case("reactive_effort", "at one instant the effort came first", [e(at=1), a(at=1), about(E), about(A)], []),
    Case(
        "registration",
        "opened by the person who registered the act, on the deal, shortly before",
        [e(subkind="work item", rep_key=6, deal_key=3), a(at=10 / 1440, registered_by_key=6, deal_key=3)],
        [{"effort_key": E, "action_key": A}],
    ),
    Case(
        "registration",
        "the next act, of several at that instant the least key",
        [
            e(subkind="work item", rep_key=6, account_key=5),
            a(13, 9 / 1440, registered_by_key=6, account_key=5),
            a(A2, 5 / 1440, registered_by_key=6, account_key=5),
            a(A, 5 / 1440, registered_by_key=6, account_key=5),
        ],
        [{"effort_key": E, "action_key": A}],
    ),
    *(
        Case("registration", sentence, [work_item(**item), a(**act)], [])
        for sentence, item, act in (
            ("not by somebody else", {}, {"at": 0, "registered_by_key": 7, "deal_key": 3}),
            ("not on another deal", {}, {"at": 0, "registered_by_key": 6, "deal_key": 4}),
            ("not a second too early", {"at": -1 / 86400}, {"at": 10 / 1440, "registered_by_key": 6, "deal_key": 3}),
            ("not after it", {"at": 1}, {"at": 0.999, "registered_by_key": 6, "deal_key": 3}),
            (
                "not what the playbook does not name",
                {"subkind": "call"},
                {"at": 0, "registered_by_key": 6, "deal_key": 3},
            ),
            ("not without any place", {"deal_key": None}, {"at": 0, "registered_by_key": 6}),
        )
    ),
    Case(
        "play_variant",
        "the first play whose conditions all fit",
        [e(1), e(2, kind="call"), e(3, purpose="first"), e(4, kind="visit")],
        [{"play": "call"}, {"play": "first mail"}, {"play": "mail"}, {"play": "no play"}],
        playbook=PLAYBOOK.model_copy(
            update={"play": (MAIL.model_copy(update={"name": "first mail", "purpose": "first"}), MAIL, CALL)}
        ),
    ),
    *(
        Case(
            "play_variant",
            f"a play with {name} fits only those",
            [e(1), *also, e(2, 2, **fits)],
            [{"play": "mail"}, {"play": play}],
            with_play(**condition),
        )
        for name, condition, fits, also, play in (
            ("a subkind", {"subkind": "x"}, {"subkind": "x"}, [], "special"),
            ("a purpose", {"purpose": "x"}, {"purpose": "x"}, [], "special"),
            (
                "a step",
                {"step": "early"},
                {"deal_key": 3},
                [Change(deal_key=3, occurred_at=day(1), new="New")],
                "special",
            ),
            ("reactive", {"reactive": True}, {}, [a(), mail(A), answers(2)], "special"),
            ("an origin", {"origin": Origin.SEQUENCE}, {"origin": "sequence"}, [], "special"),
        )
    ),
    Case(
        "play_variant",
        "names leave out what the play itself states, the wide one the step, the channel the purpose",
        [
            e(at=2, origin="sequence", purpose="p", deal_key=3),
            Change(deal_key=3, occurred_at=day(1), new="New"),
            a(),
            mail(A),
            answers(E),
        ],
        [
            {
                "play": "mail / p @ early (reactive) (sequence)",
                "play_wide": "mail / p (reactive) (sequence)",
                "play_channel": "email (reactive) (sequence)",
            }
        ],
    ),
    Case(
        "effort_play",
        "each effort with its play, step, and whether it answered or registered",
        [
            e(1, 0),
            e(2, 2, deal_key=3),
            e(3, 0, subkind="work item", rep_key=6, account_key=5),
            Change(deal_key=3, occurred_at=day(1), new="Late"),
            a(A, 1),
            mail(A),
            answers(2),
            a(A2, 0, registered_by_key=6, account_key=5),
        ],
        [
            {"effort_key": 1, "play_id": 0, "step": None, "reactive": False, "registration": False},
            {"effort_key": 2, "play_id": 0, "step": "Late", "reactive": True, "registration": False},
            {"effort_key": 3, "play_id": 0, "step": None, "reactive": False, "registration": True},
        ],
    ),
    Case(
        "linkable_effort",
        "neither registrations nor what no act can answer",
        [
            e(1),
            e(2, kind="visit"),
            e(3, subkind="work item", rep_key=6, account_key=5),
            a(A, 0, registered_by_key=6, account_key=5),
        ],
        [{"effort_key": 1, "reach_id": 0}],
    ),
    Case(
        "linkable_effort",
        "nor a play that does not count",
        [e()],
        [],
        playbook=with_play(counts=False),
    ),
]


@pytest.mark.parametrize("case", PLAYS, ids=str)
def test_rows_in_rows_out(case: Case) -> None:
    check(case)
