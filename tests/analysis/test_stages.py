"""Stages as the CRM has them beside what buyers did: sentence by sentence, against plain loops, and in words."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from answerback.analysis.on_base import id_of
from answerback.analysis.reader import Reader
from answerback.analysis.stages import raised
from answerback.analysis.stages.afterwards import EVERY_STAGE, LEAST_ENDED, afterwards, counted
from answerback.analysis.stages.ahead import EVERY, Ahead, Looks, all_ahead, read_looks, reps_ahead
from answerback.analysis.stages.opened import explain_stage
from answerback.analysis.stages.pipeline import BY, NOW, Part, pipeline, quarter_ends
from answerback.analysis.stages.raised import findings
from answerback.analysis.stages.standing import NO_STAGE, Backing, Standing, standings
from answerback.domain.errors import NotFoundError, UsageError
from answerback.domain.findings import Level, Role
from answerback.domain.money import Missing
from answerback.domain.refusals import CannotTell, Refused
from answerback.domain.scope import Scope, Stretch
from answerback.present.stages import (
    answer_lines,
    groups_for_eyes,
    groups_for_machines,
    notes,
    tell_stage,
    won_for_eyes,
)
from tests.analysis.asking import OWNER, looking, rep_keys, scope_of, workspace_of
from tests.analysis.team import Row, text

START = datetime(2026, 1, 5, 9, tzinfo=UTC)
AS_OF = START + timedelta(days=200)
PLAYBOOK = """
version = 1
[organisation]
currency = "EUR"
[[rate]]
currency = "USD"
on = 2026-01-01
rate = 0.5
[[play]]
name = "email"
kind = "email"
answered_by = ["replied"]
aim = ["replied"]
[[stage]]
name = "New"
[[stage]]
name = "Met"
requires = ["attended", "replied"]
[[stage]]
name = "Priced"
requires = ["requested_offer"]
[[stage]]
name = "Won"
outcome = "won"
[[stage]]
name = "Lost"
outcome = "lost"
"""
REQUIRES = [(), ("attended", "replied"), ("requested_offer",), (), ()]
NAMES = ["New", "Met", "Priced", "Won", "Lost"]


def day(number: float) -> datetime:
    return START + timedelta(days=number)


def deal(name: str, owner: str = "ann", **more: Any) -> Row:
    row: Row = {"deal_id": name, "account_id": f"of-{name}", "owner_id": owner, "created_at": text(day(150))}
    return row | {"amount_minor": 100_00, "currency": "EUR"} | more


def stage(name: str, number: float, new: str) -> Row:
    return {"deal_id": name, "occurred_at": text(day(number)), "field": "stage", "new": new}


def act(name: str, number: float, kind: str, **more: Any) -> Row:
    place = {"deal_id": name, "account_id": f"of-{name}"}
    return {"action_id": f"{name}-{number}-{kind}", "occurred_at": text(day(number)), "kind": kind} | place | more


def coverage(**more: Any) -> list[Row]:
    return [{"channel": each, "from": text(day(0)), "to": text(AS_OF)} | more for each in ("email", "calendar")]


TABLES: dict[str, list[Row]] = {
    "rep": [{"rep_id": name, "name": name.title()} for name in ("ann", "ben")],
    "coverage": coverage(),
    "account": [{"account_id": "of-backed", "segment": "large"}],
    "deal": [
        deal("backed"), deal("ahead", amount_minor=50_00), deal("later", currency="USD"), deal("led"), deal("refused"),
        deal("typed"), deal("young"), deal("unknown"), deal("ended", "ben"), deal("handed"), deal("long-ago"),
        deal("empty", amount_minor=""),
    ],
    "deal_change": [
        stage("backed", 151, "Met"),
        stage("ahead", 151, "Priced"),
        stage("later", 151, "Met"),
        stage("led", 151, "Met"),
        stage("refused", 151, "Met"),
        stage("typed", 151, "Met"),
        stage("young", 151, "New"),
        stage("unknown", 151, "Elsewhere"),
        stage("ended", 151, "Met"),
        stage("ended", 190, "Won"),
        stage("handed", 151, "Met"),
        stage("handed", 180, "") | {"field": "owner", "old_rep_id": "ann", "new_rep_id": "ben"},
        {"deal_id": "backed", "occurred_at": text(day(160)), "field": "amount", "new": "20000"},
        stage("empty", 151, "New"),
        stage("long-ago", 151, "Met"),
    ],
    "buyer_action": [
        act("backed", 152, "replied"),
        act("ahead", 152, "attended"),
        act("later", 160, "requested_offer"),
        act("led", 100, "replied", deal_id=""),
        act("refused", 152, "replied", stance="retreat"),
        act("typed", 152, "attended", evidence="claimed"),
        act("long-ago", 50, "replied", deal_id=""),
    ],
}  # fmt: skip


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reader]:
    with looking(workspace_of(tmp_path_factory.mktemp("stages"), TABLES, PLAYBOOK), AS_OF) as reader:
        yield reader


def by_id(reader: Reader, found: tuple[Standing, ...]) -> dict[str, Standing]:
    ids = id_of(reader, "deal")
    return {ids[each.deal_key]: each for each in found}


@pytest.fixture(scope="module")
def now(reader: Reader) -> dict[str, Standing]:
    return by_id(reader, standings(reader, OWNER, [reader.as_of]))


@pytest.mark.parametrize(
    ("name", "claimed", "evidenced", "backing", "gap"),
    [
        ("backed", 1, 1, Backing.BACKED, 0),
        ("ahead", 2, 1, Backing.TYPED_IN, 1),
        ("later", 1, 2, Backing.BACKED, 0),  # a later stage's act supports it, too
        ("led", 1, 1, Backing.BACKED, 0),  # the company's act led to the deal
        ("long-ago", 1, NO_STAGE, Backing.TYPED_IN, 1),  # an act too long before did not
        ("refused", 1, NO_STAGE, Backing.TYPED_IN, 1),
        ("typed", 1, NO_STAGE, Backing.TYPED_IN, 1),
        ("young", 0, NO_STAGE, Backing.UNCHECKED, 0),
        ("unknown", NO_STAGE, NO_STAGE, Backing.UNCHECKED, 0),
    ],
)
def test_each_sentence(
    now: dict[str, Standing], name: str, claimed: int, evidenced: int, backing: Backing, gap: int
) -> None:
    each = now[name]
    assert (each.claimed, each.evidenced, each.backing, each.gap) == (claimed, evidenced, backing, gap)


def test_an_ended_deal_does_not_stand_and_its_end_is_known_of_before(reader: Reader, now: dict[str, Standing]) -> None:
    assert "ended" not in now
    before = by_id(reader, standings(reader, OWNER, [day(170)]))["ended"]
    assert (before.outcome, before.backing) == ("won", Backing.TYPED_IN)
    earlier = replace(reader, as_of=day(180))
    assert by_id(earlier, standings(earlier, OWNER, [day(170)]))["ended"].outcome == ""
    assert standings(earlier, OWNER, [AS_OF]) == ()


def test_an_instant_with_fractions_of_a_second_is_kept(reader: Reader, now: dict[str, Standing]) -> None:
    later = replace(reader, as_of=AS_OF + timedelta(microseconds=7))
    assert pipeline(later, OWNER).whole.total.deals == len(now)


def test_amounts_are_those_of_the_day_in_one_currency(reader: Reader, now: dict[str, Standing]) -> None:
    assert now["backed"].worth == 200_00
    assert by_id(reader, standings(reader, OWNER, [day(155)]))["backed"].worth == 100_00
    assert now["later"].worth == 50_00
    assert now["empty"].worth is None


def test_the_owner_of_the_day_and_whose_deals_one_sees(reader: Reader) -> None:
    keys = rep_keys(reader)
    for number, owner in ((170, "ann"), (190, "ben")):
        assert by_id(reader, standings(reader, OWNER, [day(number)]))["handed"].owner_key == keys[owner]
    own = by_id(reader, standings(reader, scope_of(reader, "ben"), [AS_OF]))
    assert set(own) == {"handed"}
    past = Scope("test", stretches=(Stretch(keys["ann"], end=day(175)),))
    assert standings(reader, past, [AS_OF]) == ()
    assert "handed" in by_id(reader, standings(reader, past, [day(170)]))
    assert standings(reader, Scope("nothing"), [AS_OF]) == ()


def test_what_nobody_could_have_seen_is_not_typed_in(tmp_path: Path) -> None:
    tables = TABLES | {"coverage": coverage(to=text(AS_OF - timedelta(days=40)))}
    with looking(workspace_of(tmp_path, tables, PLAYBOOK), AS_OF) as reader:
        now = by_id(reader, standings(reader, OWNER, [AS_OF]))
        assert now["ahead"].backing is now["refused"].backing is Backing.UNCHECKED
        assert (now["ahead"].gap, now["backed"].backing) == (0, Backing.BACKED)
        found = pipeline(reader, OWNER)
        refused = found.whole.covered.refused
        assert refused is not None
        assert refused.reason is Refused.NOT_LOADED
        assert refused.have == pytest.approx(50 / 90)
        stages, ids = reader.playbook.stage, id_of(reader, "rep")
        said = answer_lines(found, stages, "EUR", ids)
        assert "Cannot tell: 56 % of the last 90 days" in said[0]
        assert said[1:] == ["Load the mailboxes of ann, ben.", "Load the calendars of ann, ben."]
        assert "€" not in " ".join(said)
        told = groups_for_eyes(found, stages, "EUR", ids).to_pylist()
        assert {row["typed in"] for row in told} == {"not told"}
        machine = groups_for_machines(found, stages, "EUR", ids).to_pylist()
        assert {(row["backed_deals"], row["cannot_tell"]) for row in machine} == {(None, "not_loaded")}
        assert sum(row["deals"] for row in machine) == found.whole.total.deals
        deals = groups_for_eyes(pipeline(reader, OWNER, by="deal"), stages, "EUR", ids | id_of(reader, "deal"))
        assert {row["is"] for row in deals.to_pylist()} == {"not told"}


def test_the_pipeline_adds_up_however_it_is_parted(reader: Reader) -> None:
    whole = pipeline(reader, OWNER).whole
    for by in BY:
        found = pipeline(reader, OWNER, by=by)
        now = [each for each in found.groups if each.at == reader.as_of]
        assert sum(each.total.deals for each in now) == whole.total.deals == 11
        assert sum(each.total.worth for each in now) == whole.total.worth
        for kind in Backing:
            assert sum(each.parts[kind].deals for each in now) == whole.parts[kind].deals
    assert {kind: part.deals for kind, part in whole.parts.items()} == {
        Backing.BACKED: 3,
        Backing.TYPED_IN: 5,
        Backing.UNCHECKED: 3,
    }
    assert whole.parts[Backing.BACKED].worth == 200_00 + 50_00 + 100_00
    assert whole.total.without_amount == 1


def test_quarters_are_told_in_order_and_the_running_one_last(reader: Reader) -> None:
    labels = [each.of for each in pipeline(reader, OWNER, by="quarter").groups]
    assert labels == ["2026Q2", NOW]
    assert list(quarter_ends(reader, 3).values()) == ["2026Q2", "2026Q1", "2025Q4"]


@pytest.mark.parametrize(
    ("where", "deals"),
    [
        ({"rep": "ben"}, 1),
        ({"stage": "Priced"}, 1),
        ({"segment": "large"}, 1),
        ({"rep": "ann", "stage": "Met"}, 6),
        ({"product_line": ""}, 11),
        ({"rep": "nobody"}, 0),
    ],
)
def test_restricted_to_some(reader: Reader, where: dict[str, str], deals: int) -> None:
    assert pipeline(reader, OWNER, where=where).whole.total.deals == deals


def test_unknown_words_are_refused(reader: Reader) -> None:
    with pytest.raises(UsageError):
        pipeline(reader, OWNER, by="colour")
    with pytest.raises(UsageError):
        pipeline(reader, OWNER, where={"colour": "red"})


def test_a_missing_rate_means_cannot_add(reader: Reader) -> None:
    found = pipeline(replace(reader, playbook=reader.playbook.model_copy(update={"rate": ()})), OWNER)
    stages = reader.playbook.stage
    assert found.whole.total.missing == (Missing("USD", date(2026, 7, 24)),)
    said = answer_lines(found, stages, "EUR", {})
    assert said[0] == "3 of 11 deals have a buyer's act behind their stage; 5 are typed in."
    assert said[1] == "Cannot add their amounts: the playbook has no rate for USD on 2026-07-24."
    rows = groups_for_machines(found, stages, "EUR", {}).to_pylist()
    met = next(row for row in rows if row["stage"] == "Met")
    assert (met["minor"], met["backed_minor"], met["typed_in_minor"]) == (None, None, 400_00)


def test_the_answer_in_words(reader: Reader) -> None:
    found, stages = pipeline(reader, OWNER), reader.playbook.stage
    assert answer_lines(found, stages, "EUR", {}) == [
        "€ 350 of the € 1 k in the pipeline has a buyer's act behind it (3 of 11 deals).",
        "Typed in without one: € 450 (5 deals).",
        "Could not be checked: € 200 (3 deals).",
    ]
    assert notes(found, stages)[:2] == [
        "1 deal without an amount: counted, and worth nothing here.",
        "1 deal at no stage, or at one that is not in the playbook.",
    ]
    rows = groups_for_eyes(pipeline(reader, OWNER, by="rep"), stages, "EUR", id_of(reader, "rep")).to_pylist()
    assert [row["rep"] for row in rows] == ["ann", "ben"]
    assert answer_lines(found, (), "EUR", {})[0].startswith("Cannot tell: the playbook has no [[stage]]")


def test_nothing_is_open(reader: Reader) -> None:
    early = replace(reader, as_of=day(1))
    found = pipeline(early, OWNER)
    assert answer_lines(found, reader.playbook.stage, "EUR", {}) == ["No deal is open."]
    assert groups_for_machines(found, reader.playbook.stage, "EUR", {}).num_rows == 0
    assert afterwards(early, OWNER) == ()
    assert findings(early, OWNER) == ()


def test_a_stage_opens_to_its_acts(reader: Reader) -> None:
    stages = reader.playbook.stage
    told = tell_stage(explain_stage(reader, OWNER, "ahead"), stages, AS_OF).story
    assert "the CRM says Priced since 2026-06-05; what the buyer did supports Met" in told
    assert "typed in, ahead of the buyer by 1 stage." in told
    assert "Met: attended on 2026-06-06 (ahead-152-attended)" in told
    assert "Priced: missing: requested offer" in told
    led = explain_stage(reader, OWNER, "led").steps[1]
    assert led.first is not None
    assert led.first.before_deal
    assert [act.why_not for act in explain_stage(reader, OWNER, "refused").not_counted] == ["retreat"]
    assert [act.why_not for act in explain_stage(reader, OWNER, "typed").not_counted] == ["claimed"]
    ended = tell_stage(explain_stage(reader, OWNER, "ended"), stages, AS_OF)
    assert "is not open" in ended.story
    assert ended.document["backing"] is None


def test_a_stage_of_others_is_not_found(reader: Reader) -> None:
    assert explain_stage(reader, scope_of(reader, "ben"), "handed").deal_id == "handed"
    for name in ("backed", "nowhere"):
        with pytest.raises(NotFoundError):
            explain_stage(reader, scope_of(reader, "ben"), name)


# -------------------------------------------------------------------------------------------- against plain loops ---


def made_up(seed: int) -> dict[str, list[Row]]:
    """Deals of three owners with stages, acts, amounts and endings at whole days, so that there are ties."""
    rng = random.Random(seed)
    tables: dict[str, list[Row]] = {"rep": [{"rep_id": each} for each in "xyz"], "coverage": coverage()}
    for each in ("deal", "deal_change", "buyer_action"):
        tables[each] = []
    for number in range(90):
        name, begins = f"d{number}", rng.randrange(90, 190)
        tables["deal"].append(deal(name, rng.choice("xyz"), created_at=text(day(begins))))
        for when in sorted(rng.sample(range(begins, 200), rng.randrange(0, 4))):
            tables["deal_change"].append(stage(name, when, rng.choice(NAMES if when > 180 else NAMES[:3])))
        for ordinal in range(rng.randrange(0, 5)):
            kind = rng.choice(("attended", "replied", "requested_offer", "asked"))
            own = {"deal_id": name if rng.random() < 0.7 else "", "action_id": f"{name}-{ordinal}"}
            how = {
                "evidence": rng.choice(("captured", "captured", "claimed")),
                "stance": rng.choice(("", "", "retreat")),
            }
            tables["buyer_action"].append(act(name, rng.randrange(0, 200), kind, **own, **how))
    return tables


def plainly(tables: dict[str, list[Row]], at: datetime) -> dict[str, tuple[int, int]]:
    """What is claimed and what is supported of each deal that is open, by loops."""
    found = {}
    for each in tables["deal"]:
        name, begins = each["deal_id"], datetime.fromisoformat(each["created_at"])
        changes = [row for row in tables["deal_change"] if row["deal_id"] == name]
        changes.sort(key=lambda row: row["occurred_at"])
        last, ended_at = "", None
        for row in changes:  # the last ending that stands, now that all is known
            ends = row["new"] in ("Won", "Lost")
            moment = datetime.fromisoformat(row["occurred_at"])
            ended_at = (ended_at if row["new"] == last and ends else moment) if ends else None
            last = row["new"]
        if begins > at or (ended_at is not None and ended_at <= at):
            continue
        said = [row["new"] for row in changes if datetime.fromisoformat(row["occurred_at"]) <= at]
        claimed = NAMES.index(said[-1]) if said else NO_STAGE
        supported = NO_STAGE
        for row in tables["buyer_action"]:
            if row["account_id"] != each["account_id"] or row["evidence"] == "claimed" or row["stance"] == "retreat":
                continue
            moment = datetime.fromisoformat(row["occurred_at"])
            dead = ended_at is not None and moment >= ended_at
            own = row["deal_id"] == name or (begins <= moment and not dead)
            led = not row["deal_id"] and begins - timedelta(days=90) <= moment <= begins
            if moment <= at and (own or led):
                for place, wanted in enumerate(REQUIRES):
                    supported = max(supported, place if row["kind"] in wanted else NO_STAGE)
        found[name] = claimed, supported
    return found


def test_a_finding_looks_at_the_same_deals(reader: Reader) -> None:
    looked, kinds = read_looks(reader, OWNER), list(Backing)
    for at, places in ((reader.as_of, (looked.now,)), (reader.as_of - EVERY, looked.reps[1:2])):
        rows = np.flatnonzero(np.isin(looked.place, places))
        found = zip(
            looked.deal_key[rows].tolist(),
            looked.owner_key[rows].tolist(),
            [kinds[each] for each in looked.backing[rows]],
            strict=True,
        )
        assert sorted(found) == [
            (each.deal_key, each.owner_key, each.backing) for each in standings(reader, OWNER, [at])
        ]


def test_the_same_by_plain_loops(tmp_path: Path) -> None:
    tables = made_up(1)
    with looking(workspace_of(tmp_path, tables, PLAYBOOK), AS_OF) as reader:
        for at in (day(120), day(150), day(170.5), AS_OF):
            found = by_id(reader, standings(reader, OWNER, [at]))
            assert {name: (each.claimed, each.evidenced) for name, each in found.items()} == plainly(tables, at)


# ---------------------------------------------------------------------------------------- afterwards, and who asks ---


def standing(key: int, backing: Backing, outcome: str = "", owner: int = 1, at: datetime = AS_OF) -> Standing:
    return Standing(at, key, 0, START, owner, 1, NO_STAGE, backing, 0, None, outcome, "")


def test_a_deal_counts_once_for_a_kind_and_open_ones_stand_beside() -> None:
    found = [standing(key, Backing.BACKED, "won" if key < 6 else "lost") for key in range(12)]
    found += [standing(99, Backing.BACKED)]
    earlier = [replace(each, at=day(1)) for each in found]
    (every, met) = counted([*found, *earlier])
    assert (every.stage, met.stage) == (EVERY_STAGE, 1)
    assert (met.won, met.lost, met.open, met.share) == (6, 6, 1, 0.5)
    assert met.low == pytest.approx(0.2435, abs=1e-3)  # Jeffreys: Beta(6.5, 6.5)
    assert met.low is not None
    assert met.high == pytest.approx(1.0 - met.low)
    few = counted(found[:9])[0]
    assert (few.share, few.won + few.lost) == (None, LEAST_ENDED - 1)
    assert won_for_eyes([few], ())["won of those that ended"].to_pylist() == ["fewer than 10 ended"]


def team(ahead_of: dict[str, int], deals: int = 20) -> dict[str, list[Row]]:
    """Reps with so many deals at a stage, of which some have no act."""
    tables: dict[str, list[Row]] = {
        "rep": [{"rep_id": each, "name": each} for each in ahead_of],
        "coverage": coverage(),
    }
    for each in ("deal", "deal_change", "buyer_action"):
        tables[each] = []
    for owner, ahead in ahead_of.items():
        for number in range(deals):
            name = f"{owner}{number}"
            tables["deal"].append(deal(name, owner, created_at=text(day(120))))
            tables["deal_change"].append(stage(name, 121, "Met"))
            if number >= ahead:
                tables["buyer_action"].append(act(name, 121, "replied"))
    return tables


AHEAD_OF = {"r0": 12, "r1": 1, "r2": 0, "r3": 2, "r4": 1, "r5": 1, "r6": 3}


def test_a_rep_clearly_ahead_is_asked_alone_and_nobody_else(tmp_path: Path) -> None:
    tables = team(AHEAD_OF)
    with looking(workspace_of(tmp_path, tables, PLAYBOOK), AS_OF) as reader:
        told = reps_ahead(read_looks(reader, OWNER))
        assert not isinstance(told, CannotTell)
        keys = {key: name for name, key in rep_keys(reader).items()}
        assert {keys[each.rep_key]: (each.deals, each.ahead) for each in told} == {
            name: (20, count) for name, count in AHEAD_OF.items()
        }
        (found,) = findings(reader, OWNER)
        assert keys[found.subject.key or 0] == "r0"
        assert (found.level, found.first_for, found.verdict) == (Level.ASK, Role.REP, None)
        assert (found.evidence.efforts, found.evidence.answers, found.details["ahead_now"]) == (20, 12, 12)
        assert found.size is not None
        assert found.size.before == pytest.approx(8 / 120)
        assert findings(reader, scope_of(reader, "r0")) == ()


def looks(found: list[Standing]) -> Looks:
    """As columns; each instant is a look of the last half year, and each but the last a quarter before."""
    instants = sorted({each.at for each in found})
    *past, now = range(len(instants))
    kinds = list(Backing)
    return Looks(
        place=np.array([instants.index(each.at) for each in found]),
        deal_key=np.array([each.deal_key for each in found]),
        owner_key=np.array([each.owner_key for each in found]),
        backing=np.array([kinds.index(each.backing) for each in found]),
        now=now,
        reps=(*past, now),
        past=tuple(past),
    )


def standings_of(ahead_of: dict[int, int], deals: int, at: datetime = AS_OF) -> list[Standing]:
    """Deals of owners, of which so many are ahead."""
    return [
        standing(1000 * owner + key, Backing.TYPED_IN if key < ahead else Backing.BACKED, owner=owner, at=at)
        for owner, ahead in ahead_of.items()
        for key in range(deals)
    ]


@pytest.mark.parametrize(("deals", "reps"), [(9, 7), (20, 5)])
def test_nobody_is_asked_about_few_deals_or_beside_few_others(deals: int, reps: int) -> None:
    refused = reps_ahead(looks(standings_of({1: 9} | dict.fromkeys(range(2, reps + 1), 0), deals)))
    assert refused == CannotTell(Refused.TOO_FEW_REPS, have=0 if deals < 10 else reps, need=6)


def test_a_deal_counts_once_whenever_it_was_ahead_and_not_where_it_could_not_be_seen() -> None:
    now = standings_of(dict.fromkeys(range(1, 8), 0), 20)
    before = [replace(each, at=day(1), backing=Backing.TYPED_IN) for each in now if each.owner_key == 1]
    unseen = [replace(each, at=day(2), backing=Backing.UNCHECKED) for each in now]
    found = reps_ahead(looks([*before, *unseen, *now]))
    assert not isinstance(found, CannotTell)
    assert [(each.deals, each.ahead, each.named, each.ahead_now) for each in found[:2]] == [
        (20, 20, True, 0),
        (20, 0, False, 0),
    ]


def test_all_deals_are_held_against_the_quarters_before() -> None:
    past = [replace(each, deal_key=-each.deal_key) for each in standings_of(dict.fromkeys(range(1, 8), 1), 10, day(1))]
    now = standings_of(dict.fromkeys(range(1, 8), 5), 10)
    still = [replace(each, at=day(2)) for each in now]  # they stood then, too: they are not the past
    found = all_ahead(looks([*past, *still, *now]))
    assert isinstance(found, Ahead)
    assert (found.deals, found.ahead, found.usual, found.named) == (70, 35, 0.1, True)
    calm = all_ahead(looks([*past, *standings_of(dict.fromkeys(range(1, 8), 1), 10)]))
    assert isinstance(calm, Ahead)
    assert not calm.named
    assert all_ahead(looks(now)) == CannotTell(Refused.TOO_FEW_DEALS, have=0, need=50)


def test_what_all_have_in_common_is_the_leaders_and_names_nobody(
    reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = Ahead(0, 70, 35, 0.4, 0.6, 0.1, 0.001, named=True, ahead_now=2)
    monkeypatch.setattr(raised, "all_ahead", lambda *_: whole)
    (found,) = findings(reader, OWNER)
    assert (found.first_for, found.subject.kind, found.evidence.effort_keys) == (Role.LEADER, "organisation", ())
    assert findings(reader, scope_of(reader, "ann")) == ()


def test_parts_add_up() -> None:
    found = [replace(standing(key, Backing.BACKED), worth=worth) for key, worth in enumerate([5, None, 7])]
    assert Part.of(found) == Part(3, 12, 1, ())
    missing = Missing("USD", date(2026, 1, 1))
    assert Part.of([replace(found[0], worth=missing)] * 2).missing == (missing,)
    assert np.isfinite(Part.of([]).worth)
