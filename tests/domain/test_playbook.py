"""The playbook: what it refuses, what it warns of, what its file holds, and what `init` writes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from answerback.domain.errors import PlaybookError
from answerback.domain.kinds import DEFAULT_STANCE, NEVER_COUNTED, ActionKind, EffortKind, Stance
from answerback.domain.playbook import Play, Playbook
from answerback.domain.playbook_file import (
    QUESTIONS,
    InitAnswers,
    default_playbook,
    default_text,
    playbook_from,
    read_playbook,
    warnings_of,
    write_playbook,
)

PLAY = '[[play]]\nname = "{name}"\nanswered_by = ["replied"]\naim = ["replied"]\n'
X = PLAY.format(name="x")


def refused(text: str) -> list[str]:
    with pytest.raises(PlaybookError) as error:
        playbook_from(text)
    return error.value.what.splitlines()


# ------------------------------------------------------------------------------------------------ the default file


def test_the_file_states_the_models_own_defaults() -> None:
    """Plays and policies have no default but the file; everything else stands in both places and is the same."""
    written, bare = default_playbook(), Playbook()
    differing = {name for name in Playbook.model_fields if getattr(written, name) != getattr(bare, name)}
    assert differing == {"play", "policy"}
    assert not written.warnings()


def test_every_example_in_a_comment_is_a_valid_setting() -> None:
    """With the comment signs of the examples taken off, the file is a playbook still, and holds every section."""
    lines = []
    for line in default_text().splitlines():
        example = re.fullmatch(r"# (\[\[\w+\]\]|[\w.]+ = .*|  \{ .*|\])", line)
        lines.append(example[1] if example else line)
    text = "\n".join(lines).replace("working_hours = []\n", "")
    full = playbook_from(text)
    empty = [name for name in Playbook.model_fields if getattr(full, name) in ((), [], None)]
    assert empty == []
    assert len(full.organisation.working_hours) == 2
    assert [stage.outcome for stage in full.stage] == ["", "", "won"]


def test_every_kind_of_effort_has_a_play_and_only_tasks_do_not_count() -> None:
    last = {play.kind: play for play in default_playbook().play}
    assert set(last) == set(EffortKind)
    assert [kind for kind, play in last.items() if not play.counts] == [EffortKind.TASK]


def test_every_act_that_counts_can_answer_something() -> None:
    answering = {kind for play in default_playbook().play for kind in play.answered_by}
    assert answering == set(ActionKind) - NEVER_COUNTED


def test_default_plays_keep_what_the_design_promises() -> None:
    plays = {play.name: play for play in default_playbook().play}
    assert {name: play.waiting_days for name, play in plays.items() if play.waiting_days != 14} == {
        "meeting": 30,
        "proposal": 30,
        "proposal by email": 30,
    }
    assert ActionKind.REPLIED in plays["email"].aim
    for offer in ("proposal", "proposal by email"):
        assert ActionKind.REPLIED in plays[offer].answered_by
        assert set(plays[offer].aim) == {ActionKind.RETURNED_OFFER, ActionKind.SIGNED, ActionKind.PAID}
        # An offer is answered by its return, not by a form that someone fills in.
        assert ActionKind.INQUIRED not in plays[offer].answered_by
    for name, play in plays.items():
        assert (ActionKind.RETURNED_OFFER in play.answered_by) == name.startswith("proposal")
        # A "no" is an answer to whatever reaches a buyer.
        assert (ActionKind.DECLINED in play.answered_by) == play.counts
        assert all(DEFAULT_STANCE[kind] is not Stance.RETREAT for kind in play.aim)


def test_the_packaged_file_is_plain_and_ends_in_a_line() -> None:
    assert default_text().endswith("\n")
    assert "\t" not in default_text()
    assert all(len(line) <= 120 for line in default_text().splitlines())


# ---------------------------------------------------------------------------------------------------- what is refused


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[organisation]\ntime_zone = "Europe/Belin"', "line 2: organisation.time_zone is 'Europe/Belin', which is no"),
        ('[organisation]\ntime_zone = "Europe"', "line 2: organisation.time_zone is 'Europe'"),
        ('[organisation]\ntime_zone = "../../etc/passwd"', "line 2: organisation.time_zone is"),
        ('[organisation]\nown_domains = ["ann@acme.com"]', "did you mean acme.com?"),
        ('[organisation]\nown_domains = [\n"a.com",\n"acme"]', "line 4: organisation.own_domains is 'acme'"),
        ('[organisation]\nfiscal_year_starts = 13', "must be at most 12, not 13"),
        ('[organisation]\ncurrency = "euro"', "line 2: organisation.currency must look like EUR, not 'euro'"),
        ('[[rep]]\nemail = "ann"', "line 2: rep.email is 'ann', which is not an address"),
        ('[[rep]]\nemail = "a@b.c"\n[[rep]]\nemail = "x@b.c"\naliases = ["A@B.C"]', "line 5: rep.aliases 'A@B.C'"),
        (X + "\n" + PLAY.format(name="X"), "line 7: play.name 'x' is there twice"),
        (X.replace('aim = ["replied"]', 'aim = ["paid"]'), "line 4: play.aim names paid, which ans"),
        (X.replace("replied", "opened"), "line 3: play.answered_by is 'opened', which never counts"),
        (X.replace("replied", "replyed"), "line 3: play.answered_by is 'replyed', did you mean rep"),
        (X.replace("replied", "declined"), "line 4: play.aim names declined, which is a step back"),
        (X + "waiting_days = 0", "line 5: play.waiting_days must be more than 0, not 0"),
        (X + "waiting_days = inf", "line 5: play.waiting_days must be"),
        (X.replace('["replied"]', '["replied", "replied"]'), "line 3: play.answered_by 'replied' is"),
        (PLAY.format(name="a@b"), "line 2: play.name must look like first call, not 'a@b'"),
        ('[[stance]]\nkind = "replied"\nstance = "retreat"', "line 1: stance makes replied a step back"),
        ('[[rate]]\ncurrency = "EUR"\non = 2026-01-01\nrate = 1', "line 2: rate.currency is EUR, the organ"),
        ('[[rate]]\ncurrency = "USD"\non = 2026\nrate = 1', "line 3: rate.on is 2026, which is not a date"),
        ('[[rate]]\ncurrency = "USD"\non = "soon"\nrate = 1', "line 3: rate.on is 'soon', which is not a date"),
        ('[[dimension]]\nname = "week"\nof = "deal"', "line 2: dimension.name is week, by which figures"),
        ('[[target]]\nmetric = "m"\nperiod = "2026"\nvalue = 1', "line 1: target needs either a rep or a team"),
        ('[[policy]]\nname = "p"\nafter = []\nwithin_hours = 1', "line 3: policy.after must not be empty"),
        ("tenure_months = [24, 6]", "line 1: tenure_months must rise"),
        ("version = 2", "line 1: version is '2'"),
        ("[organization]", "line 1: organization is not known here, did you mean organisation? Allowed: version, org"),
    ],
)  # fmt: skip
def test_what_is_not_allowed_is_told_with_line_key_and_way_out(text: str, said: str) -> None:
    assert any(said in line for line in refused(text)), refused(text)


def test_two_rates_of_one_currency_on_one_day() -> None:
    rate = '[[rate]]\ncurrency = "USD"\non = 2026-01-01\nrate = 1\n'
    assert refused(rate + rate) == ["line 5: rate 'USD 2026-01-01' is there twice"]
    assert len(playbook_from(rate + rate.replace("01-01", "01-02")).rate) == 2


def hours(*shifts: str) -> str:
    return "[organisation]\nworking_hours = [\n" + "".join(f"  {{ {shift} }},\n" for shift in shifts) + "]"


@pytest.mark.parametrize(
    ("shifts", "said"),
    [
        (['days = ["mon"], from = 17:00:00, to = 09:00:00'], "line 3: working_hours from 17:00 to 09:00: a shift ends"),
        (['days = ["mon"], from = 9, to = 17'], "line 3: organisation.working_hours.from is 9, which is not a time"),
        (['days = ["Mon"], from = 09:00:00, to = 10:00:00'], "line 3: organisation.working_hours.days is 'Mon'"),
        (['days = [], from = 09:00:00, to = 10:00:00'], "line 3: organisation.working_hours.days must not be empty"),
        (
            ['days = ["mon", "tue"], from = 09:00:00, to = 13:00:00', 'days = ["tue"], from = 12:59:00, to = 17:00:00'],
            "line 4: working_hours overlap on tue",
        ),
    ],
)  # fmt: skip
def test_shifts_that_make_no_sense(shifts: list[str], said: str) -> None:
    assert any(said in line for line in refused(hours(*shifts))), refused(hours(*shifts))


def test_hours_of_a_rep_that_make_no_sense() -> None:
    shift = '{ days = ["mon"], from = 17:00:00, to = 09:00:00 }'
    said = refused(f'[[rep]]\nemail = "a@seller.example"\nworking_hours = [{shift}]')
    assert any("line 3: working_hours from 17:00 to 09:00" in line for line in said), said


def test_a_list_that_is_short_because_its_words_are_wrong_is_one_mistake() -> None:
    assert len(refused(hours('days = ["Mon"], from = 09:00:00, to = 10:00:00'))) == 1


def test_shifts_that_touch_and_one_that_ends_at_midnight_are_fine() -> None:
    text = hours(
        'days = ["mon"], from = 09:00:00, to = 13:00:00',
        'days = ["mon"], from = 13:00:00, to = "17:30"',
        'days = ["mon"], from = 22:00:00, to = 00:00:00',
    )
    assert [shift.end.minute for shift in playbook_from(text).organisation.working_hours] == [0, 30, 0]


def test_a_stance_for_what_one_source_says_leaves_the_aim_alone() -> None:
    text = '[[stance]]\nkind = "replied"\nsubkind = "no thanks"\nstance = "retreat"'
    assert playbook_from(text).stance[0].subkind == "no thanks"


def test_the_same_checks_hold_without_a_file() -> None:
    play = Play(name="a", answered_by=(ActionKind.REPLIED,), aim=(ActionKind.REPLIED,))
    with pytest.raises(ValidationError, match="there twice"):
        Playbook(play=(play, play))
    with pytest.raises(ValidationError, match="never counts"):
        Play(name="a", answered_by=(ActionKind.OPENED,), aim=())


# ------------------------------------------------------------------------------------------------------------- warnings


def test_a_play_behind_a_broader_one_is_warned_of(tmp_path: Path) -> None:
    path = tmp_path / "playbook.toml"
    broad, narrow = PLAY.format(name="any mail") + 'kind = "email"\n', PLAY.format(name="mail") + 'kind = "email"\n'
    rest = PLAY.format(name="rest")
    path.write_text(broad + narrow + 'purpose = "follow_up"\n' + rest, encoding="utf-8")
    assert warnings_of(path) == ["line 6: play 'mail' is never used: 'any mail' comes first and fits all its efforts"]
    path.write_text(narrow + 'purpose = "follow_up"\n' + broad + rest, encoding="utf-8")
    assert warnings_of(path) == []


def test_kinds_without_a_play_and_unknown_channels_and_steps_are_warned_of(tmp_path: Path) -> None:
    path = tmp_path / "playbook.toml"
    text = PLAY.format(name="mail") + 'kind = "email"\nstep = "offer"\nseen_on = ["email", "emails"]\n'
    path.write_text(text, encoding="utf-8")
    said = warnings_of(path)
    assert "line 6: play.step is 'offer', which no stage stands for" in said
    assert any(line.startswith("line 7: play.seen_on names emails") and "did you mean email?" in line for line in said)
    without = [line for line in said if "no play is for" in line]
    assert len(without) == len(EffortKind) - 1


# ------------------------------------------------------------------------------------------------- reading and writing


def test_missing_sections_keep_their_defaults_and_stated_ones_replace_them(tmp_path: Path) -> None:
    path = tmp_path / "playbook.toml"
    path.write_bytes(b"\xef\xbb\xbf" + b"[keep]\r\nlast = 3\r\n")  # as some editors save it
    playbook = read_playbook(path)
    assert (playbook.keep.last, playbook.keep.daily) == (3, 35)
    assert playbook.play == default_playbook().play
    assert [play.name for play in playbook_from(PLAY.format(name="only")).play] == ["only"]
    assert playbook_from("play = []").play == ()


def test_an_empty_file_is_the_default() -> None:
    assert playbook_from("") == default_playbook()


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    latin = tmp_path / "latin.toml"
    latin.write_bytes('[organisation]\nname = "Müller"\n'.encode("latin-1"))
    for path, said in ((tmp_path / "none.toml", "no playbook"), (tmp_path, "cannot be read"), (latin, "UTF-8")):
        with pytest.raises(PlaybookError, match=said) as error:
            read_playbook(path)
        assert error.value.where == str(path)
        assert error.value.next_step


def test_init_fills_in_the_answers_and_leaves_the_rest_as_it_is() -> None:
    text = write_playbook(InitAnswers(("acme.example", "acme.test"), "Europe/Lisbon", "all"))
    before, after = default_text().splitlines(), text.splitlines()
    assert len(before) == len(after)
    assert [new for old, new in zip(before, after, strict=True) if old != new] == [
        'own_domains = ["acme.example", "acme.test"]',
        'time_zone = "Europe/Lisbon"',
        'outside = "all"',
    ]
    playbook = playbook_from(text)
    assert playbook.organisation.own_domains == ("acme.example", "acme.test")
    assert playbook.play == default_playbook().play


def test_the_questions_are_settings_of_the_playbook_and_their_defaults_are_its_own() -> None:
    assert write_playbook(InitAnswers.from_texts({})) == default_text()
    for question in QUESTIONS:
        section, _, name = question.key.partition(".")
        assert name in type(getattr(Playbook(), section)).model_fields
        assert name in question.later
        assert question.choices is None or question.default in question.choices


@given(st.text(), st.text(), st.text())
def test_no_answer_can_break_the_file(domain: str, zone: str, outside: str) -> None:
    """An answer is refused by name, or it is read back as it was given: it never becomes another setting."""
    said, playbook = "", Playbook()
    try:
        playbook = playbook_from(write_playbook(InitAnswers((domain,), zone, outside)))
    except PlaybookError as error:
        said = error.what
    if said:
        assert re.search(r"own_domains|time_zone|outside", said)
    else:
        assert playbook.organisation.own_domains == (domain.strip().lower().rstrip("."),)
        assert (playbook.organisation.time_zone, playbook.privacy.outside) == (zone, outside)
