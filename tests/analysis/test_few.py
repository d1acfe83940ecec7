"""What is counted among few outcomes that were looked up is what the engine counts, to the last digit."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from answerback.analysis import few
from answerback.analysis.at_hand import Asked, Held, read_acts
from answerback.analysis.behind import touches_behind
from answerback.analysis.directory import read_directory
from answerback.analysis.on_base import on_base
from answerback.analysis.own import moved
from answerback.analysis.reader import Reader
from answerback.domain.scope import Scope, Stretch

QUESTIONS: tuple[tuple[tuple[str, ...], dict[str, str]], ...] = (
    (("play",), {}),
    (("play",), {"origin": "sequence"}),
    (("week",), {"play_channel": "email"}),
    (("month", "kind"), {"evidence": "claimed"}),
    (("rep", "play"), {}),
    (("segment",), {"purpose": ""}),
    ((), {}),
)


def _scopes(reader: Reader) -> list[Scope]:
    keys = sorted(reader.query("select distinct rep_key from outcome")["rep_key"].to_pylist())
    back = [reader.as_of - timedelta(days=days) for days in (60, 30, 7)]
    alone = [Scope("test", stretches=(Stretch(key),), viewer_key=key) for key in keys]
    cut = Scope("test", stretches=(Stretch(keys[0], back[0], back[2]), Stretch(keys[1], end=back[1])))
    return [*alone, cut, alone[0].only(keys[0], back[1], reader.as_of)]


@pytest.mark.parametrize(("by", "where"), QUESTIONS)
def test_rates_are_the_engine_s(
    reader: Reader, monkeypatch: pytest.MonkeyPatch, by: tuple[str, ...], where: dict[str, str]
) -> None:
    scopes = _scopes(reader)
    looked_up = [on_base(reader, scope, by=by, where=where) for scope in scopes]
    monkeypatch.setattr(few, "FEW", 0)
    asked = [on_base(reader, scope, by=by, where=where) for scope in scopes]
    assert looked_up == asked
    assert any(each.cells for each in looked_up) or where


@pytest.mark.parametrize("state", ["", "on_base", "open"])
def test_touches_behind_are_the_engine_s(reader: Reader, monkeypatch: pytest.MonkeyPatch, state: str) -> None:
    def told() -> list[tuple[Any, ...]]:
        found = [
            touches_behind(reader, scope, where, state=state, skip=1, most=7)
            for scope in _scopes(reader)
            for where in ({}, {"play_channel": "email"})
        ]
        return [(each.counts, each.rows.to_pylist()) for each in found]

    looked_up = told()
    monkeypatch.setattr(few, "FEW", 0)
    assert looked_up == told()
    assert sum(len(rows) for _, rows in looked_up) > (0 if state == "open" else 10)


def test_touches_whose_answer_could_be_seen_are_the_engine_s(reader: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    def told(*, only_seen: bool) -> list[list[dict[str, Any]]]:
        return [touches_behind(reader, each, {}, only_seen=only_seen).rows.to_pylist() for each in _scopes(reader)]

    seen, every = told(only_seen=True), told(only_seen=False)
    assert seen == [[row for row in rows if row["state"] != "unseen"] for rows in every]
    assert seen != every
    monkeypatch.setattr(few, "FEW", 0)
    assert told(only_seen=True) == seen


def test_acts_and_names_that_were_read_before_are_those_that_the_engine_tells(reader: Reader) -> None:
    keys = sorted(reader.query("select distinct rep_key from outcome")["rep_key"].to_pylist())
    held = Held(read_acts(reader), read_directory(reader))
    touches = 0
    for key in keys:
        scope = Scope("test", stretches=(Stretch(key),), viewer_key=key)
        found = moved(reader, scope, key, at_hand=held)
        assert found == moved(reader, scope, key, at_hand=Asked(reader))
        touches += len(found.touches)
    assert touches > 10


def test_what_was_moved_is_what_the_rates_count(reader: Reader) -> None:
    """Each touch that a state counts is listed, once."""
    for scope in _scopes(reader)[:-2]:
        (stretch,) = scope.stretches
        found = moved(reader, scope, stretch.rep_key)
        for state in ("on_base", "answered"):
            listed = [each.effort_id for each in found.touches if each.state == state]
            assert len(listed) == len(set(listed)) == found.states[state]


def test_of_so_many_buyers_what_moved_each_last_is_told(reader: Reader) -> None:
    """And how many there are, whether or not all are told of."""
    told = 0
    for scope in _scopes(reader)[:-2]:
        (stretch,) = scope.stretches
        whole = moved(reader, scope, stretch.rep_key)
        last: dict[str, datetime] = {}
        for each in whole.touches:
            if each.state == "on_base":
                last.setdefault(each.buyer.contact_id or each.buyer.account_id, each.answered_at)
        for most in (0, 1, 2, 10**6):
            few_told = moved(reader, scope, stretch.rep_key, buyers=most)
            assert (few_told.buyers, few_told.states, few_told.rates) == (len(last), whole.states, whole.rates)
            found = [(each.buyer.contact_id or each.buyer.account_id, each.answered_at) for each in few_told.touches]
            assert [at for _, at in found] == sorted(last.values(), reverse=True)[:most]
            assert all(last[who] == at for who, at in found)
            told += len(found)
    assert told > 10


def test_a_scope_of_many_is_left_to_the_engine(reader: Reader) -> None:
    many = Scope("test", stretches=tuple(Stretch(key) for key in range(few.FEW + 1)))
    for scope in (many, Scope("test", everybody=True), Scope("test")):
        with few.few_of(reader, scope) as found:
            assert found is None
