"""Policies, the court and public holidays in a playbook: what is refused, what is warned of, what the defaults say."""

from __future__ import annotations

from pathlib import Path

import pytest

from answerback.domain.errors import PlaybookError
from answerback.domain.kinds import ActionKind, EffortKind
from answerback.domain.playbook import Playbook
from answerback.domain.playbook_file import default_playbook, playbook_from, warnings_of
from answerback.engine.settings import playbook_relations

POLICY = '[[policy]]\nname = "p"\nafter = ["asked"]\n'
HOLIDAYS = "[organisation]\nholidays = "
TWO_REPS = '[[rep]]\nemail = "a@b.c"\n[[rep]]\nemail = "x@b.c"\n'
KINDS = "email, call, meeting, proposal, content, visit, message"
WILL_DO = "Efforts with this purpose will do"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (POLICY, "line 1: policy 'p' has neither within_hours nor within_minutes; it needs one of them"),
        (POLICY + "within_minutes = 5\nwithin_hours = 1", "line 4: policy 'p' has both within_hours and within_minu"),
        (POLICY + "within_hours = 0.0001", "line 4: policy.within_hours is less than a second"),
        (POLICY + "within_hours = -1", "line 4: policy.within_hours must be more than 0, not -1"),
        (
            POLICY + 'within_hours = 1\nclock = "wall"',
            "line 5: policy.clock is 'wall', which is not known. Allowed: act",
        ),
        (POLICY + 'within_hours = 1\nsubkinds = ["chat", "chat"]', "line 5: policy.subkinds 'chat' is there twice"),
        (POLICY.replace("asked", "opened") + "within_hours = 1", "line 3: policy.after is 'opened', which never"),
        (
            HOLIDAYS + '"Bavaria"',
            "line 2: organisation.holidays is 'Bavaria', which is no country or region such as DE",
        ),
        (HOLIDAYS + '"DX"', "line 2: organisation.holidays is 'DX', a country whose holidays are not known"),
        (
            HOLIDAYS + '"GB-LON"',
            "line 2: organisation.holidays is 'GB-LON', a region whose holidays are not known. Known",
        ),
        (TWO_REPS + 'holidays = "XX"', "line 5: rep.holidays is 'XX', a country whose holidays are not known"),
        ("[court]\nquiet_below = 1", "line 2: court.quiet_below must be less than 1, not 1"),
    ],
)
def test_what_is_not_allowed_is_told_with_line_key_and_way_out(text: str, said: str) -> None:
    with pytest.raises(PlaybookError) as error:
        playbook_from(text)
    assert said in error.value.what


def warned(path: Path, text: str) -> list[str]:
    path.write_text(text, encoding="utf-8")
    return [line for line in warnings_of(path) if "no play is for" not in line]


def policy(name: str, *settings: str) -> str:
    stated = [f'name = "{name}"', *settings]
    known = {line.partition(" = ")[0] for line in settings}
    stated += [line for line in ('after = ["asked"]', "within_hours = 8") if line.partition(" = ")[0] not in known]
    return "\n".join(["[[policy]]", *stated]) + "\n"


@pytest.mark.parametrize(
    ("wide", "narrow", "hidden"),
    [
        ([], ["within_hours = 9"], True),
        ([], [], False),  # both missed at once: neither hides the other
        (['after = ["replied", "asked"]'], ["within_hours = 9", 'subkinds = ["chat"]'], True),
        (['after = ["replied"]'], ["within_hours = 9"], False),
        (['subkinds = ["chat"]'], ["within_hours = 9"], False),
        (['subkinds = ["chat", "form"]'], ["within_hours = 9", 'subkinds = ["chat"]'], True),
        (['steps = ["offer"]'], ["within_hours = 9"], False),
        (['settled_by = ["email"]'], ["within_hours = 9"], True),
        (['settled_by = ["email", "call"]'], ["within_hours = 9", 'settled_by = ["call"]'], False),
        ([], ["within_hours = 9", 'settled_by = ["call"]'], False),
        (['clock = "assignment"'], ["within_hours = 9"], False),
        ([], ["within_hours = 9", 'clock = "assignment"'], True),
        (["working_time = false"], ["within_hours = 9"], True),
        ([], ["within_hours = 9", "working_time = false"], False),
    ],
)
def test_a_policy_behind_a_stricter_one_is_warned_of(
    wide: list[str], narrow: list[str], hidden: bool, tmp_path: Path
) -> None:
    said = warned(tmp_path / "playbook.toml", policy("a", *wide) + policy("b", *narrow))
    told = [line for line in said if "never the first" in line]
    assert [line.partition(": ")[2] for line in told] == (
        ["policy 'b' is never the first to be missed: 'a' asks for no less and sooner"] if hidden else []
    )


def test_policies_that_name_what_is_not_there_are_warned_of(tmp_path: Path) -> None:
    text = policy("p", 'steps = ["offer"]', 'settled_by = ["calls", "replied", "task", "price_list", "call"]')
    assert warned(
        tmp_path / "playbook.toml",
        text + policy("q", "within_minutes = 5", 'after = ["called"]').replace("within_hours = 8\n", ""),
    ) == [
        "line 3: policy.steps names 'offer', which no stage stands for",
        f"line 4: policy.settled_by names calls, which is no kind of effort, did you mean call? {WILL_DO}",
        f"line 4: policy.settled_by names replied, which is an act of a buyer; kinds of effort are {KINDS}",
        "line 4: policy.settled_by names task, which reaches no buyer and so settles nothing",
        "line 9: policy 'q' gives minutes, and no working_hours are stated: it runs at night too",
    ]


def test_default_policies_keep_what_was_promised_of_each() -> None:
    policies = {each.name: each for each in default_playbook().policy}
    lead = policies["new inquiry"]
    assert (lead.within_seconds, lead.clock, lead.working_time) == (24 * 3600, "assignment", False)
    waits = policies["buyer waits"]
    assert (waits.within_seconds, waits.clock, waits.working_time) == (48 * 3600, "act", True)
    assert policies["question"].after == (ActionKind.ASKED,)
    offer = policies["proposal asked for"]
    assert [offer.settled_with(*each) for each in (("proposal", None), ("email", "proposal"), ("email", None))] == [
        True,
        True,
        False,
    ]
    missed = policies["no-show not rebooked"]
    assert missed.after == (ActionKind.NO_SHOW,)
    assert [kind for kind in EffortKind if missed.settled_with(kind, None)] == [EffortKind.CALL, EffortKind.MEETING]
    assert lead.settled_with("message", None)


def test_minutes_and_hours_are_seconds() -> None:
    for stated, seconds in (("within_minutes = 1.5", 90), ("within_hours = 0.5", 1800)):
        assert playbook_from(POLICY + stated).policy[0].within_seconds == seconds


def test_codes_of_holidays_are_read_as_people_write_them() -> None:
    playbook = playbook_from('[organisation]\nholidays = "de-bw"\n[[rep]]\nemail = "a@b.c"\nholidays = "us"')
    assert (playbook.organisation.holidays, playbook.rep[0].holidays) == ("DE-BW", "US")


def test_the_acts_that_prove_a_stage_are_a_relation() -> None:
    stages = """
    [[stage]]
    name = "New"
    [[stage]]
    name = "Priced"
    requires = ["requested_offer", "attended", "attended"]
    """
    rows = playbook_relations(playbook_from(stages))["playbook_proof"].to_pylist()
    assert rows == [{"position": 1, "kind": "requested_offer"}, {"position": 1, "kind": "attended"}]
    assert playbook_relations(Playbook())["playbook_proof"].num_rows == 0
