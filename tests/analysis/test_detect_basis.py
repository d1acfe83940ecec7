"""Acts of the very buyer count where changes are watched only if the playbook asks and their placebo passes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.random import Generator, default_rng
from numpy.typing import NDArray

from answerback.analysis.detect import basis
from answerback.analysis.detect.basis import FEWEST_TOUCHES, Mirror, cells_for_alarms, contact_placebo, mirror
from answerback.analysis.detect.changes import changes
from answerback.analysis.reader import Reader
from answerback.domain.playbook import Alarms, Playbook
from answerback.domain.refusals import CannotTell, Refused
from answerback.domain.scope import Scope
from answerback.present.changes import BY_CONTACT, BY_PROOF, NOT_BY_CONTACT, notes

DAY, DAYS = 86_400, 400


def world(rng: Generator, *, brought: float = 0.0, asked_first: float = 0.0, touches: int = 3000) -> Mirror:
    """Buyers who act once in 40 days anyway; a share acts because of a touch, a share is touched because they acted."""
    buyers = touches // 5
    contact = rng.integers(0, buyers, touches)
    at = rng.integers(0, DAYS * DAY, touches)
    own = rng.poisson(DAYS / 40, buyers)
    acting: list[NDArray[np.int64]] = [np.repeat(np.arange(buyers), own)]
    acted: list[NDArray[np.int64]] = [rng.integers(0, DAYS * DAY, int(own.sum()))]
    for share, sign in ((brought, 1), (asked_first, -1)):
        some = rng.random(touches) < share
        acting.append(contact[some])
        acted.append(at[some] + sign * rng.integers(1, 5 * DAY, int(some.sum())))
    waiting = np.full(touches, 14 * DAY)
    return mirror(contact, at, waiting, np.concatenate(acting), np.concatenate(acted), until=DAYS * DAY)


def test_acts_that_touches_bring_pass() -> None:
    found = world(default_rng(1), brought=0.15)
    assert found.passes
    assert found.after > max(found.before, found.moved) + 0.05


def test_acts_that_would_have_come_anyway_pass_no_more_often_than_stated() -> None:
    rng = default_rng(2)
    passed = sum(world(rng, touches=1000).passes for _ in range(300))
    assert passed / 300 <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / 300)


def test_touches_that_follow_what_a_buyer_did_do_not_pass() -> None:
    assert not world(default_rng(3), asked_first=0.15).passes
    assert not world(default_rng(4), brought=0.1, asked_first=0.2).passes


def test_a_busy_time_around_touches_does_not_pass() -> None:
    """Touches and acts both come in bursts: more acts than at moved touches, and as many before as after."""
    rng, size = default_rng(5), 3000
    at = rng.integers(60 * DAY, 340 * DAY, size)
    burst = at + rng.integers(-14 * DAY, 14 * DAY, size)
    acts = rng.random(size) < 0.3
    found = mirror(np.arange(size), at, np.full(size, 14 * DAY), np.arange(size)[acts], burst[acts], until=DAYS * DAY)
    assert found.over_moved > 5.0
    assert not found.passes


def test_too_few_touches_never_pass() -> None:
    found = world(default_rng(6), brought=0.9, touches=FEWEST_TOUCHES // 2)
    assert (found.passes, found.over_before) == (False, 0.0)


def test_the_shares_are_those_of_plain_loops() -> None:
    rng = default_rng(7)
    contact, at, waiting = rng.integers(0, 40, 300), rng.integers(0, DAYS * DAY, 300), rng.choice([7, 14], 300) * DAY
    acting, acted = rng.integers(0, 40, 200), rng.integers(0, DAYS * DAY, 200)
    found, first = mirror(contact, at, waiting, acting, acted, until=DAYS * DAY), min(at.min(), acted.min())
    rows = []
    for who, when, wait in zip(contact.tolist(), at.tolist(), waiting.tolist(), strict=True):
        shift = (wait // (7 * DAY) + 1) * 7 * DAY
        if when - shift - wait < first or when + shift + wait > DAYS * DAY:
            continue
        own = acted[acting == who]
        inside = [bool(((own > begin) & (own <= begin + wait)).any()) for begin in (when, when - shift, when + shift)]
        rows.append((inside[0], bool(((own >= when - wait) & (own < when)).any()), (inside[1] + inside[2]) / 2))
    assert found.touches == len(rows)
    np.testing.assert_allclose((found.after, found.before, found.moved), np.mean(rows, axis=0))


def test_the_playbook_lets_acts_of_the_contact_count_and_nothing_wider() -> None:
    assert Playbook().alarms.basis == ()
    assert Playbook.model_validate({"alarms": {"basis": ["contact"]}}).alarms.basis == ("contact",)
    for wider in ("deal", "account", "any"):
        with pytest.raises(ValueError, match="contact"):
            Playbook.model_validate({"alarms": {"basis": [wider]}})


ALL = Scope("changes", everybody=True)


@pytest.fixture
def asking(reader: Reader) -> Reader:
    """The team's reader, whose playbook asks for acts of the contact."""
    return replace(reader, playbook=reader.playbook.model_copy(update={"alarms": Alarms(basis=("contact",))}))


def test_without_the_setting_proof_counts_and_nothing_is_looked_at(
    reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(basis, "contact_placebo", None)
    cells, refused = cells_for_alarms(reader, ALL)
    assert (cells.basis, refused) == ("proved", None)


def test_where_the_placebo_fails_proof_counts_and_it_is_said(asking: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(basis, "contact_placebo", lambda _: Mirror(500, 0.2, 0.2, 0.1, 0.1, 9.0))
    found = changes(asking, ALL)
    assert found.cells.basis == "proved"
    assert found.not_by_contact == CannotTell(Refused.PLACEBO_FAILED, have=0.1, need=basis.NEED)
    assert notes(found)[:2] == [BY_PROOF, NOT_BY_CONTACT]


def test_where_it_passes_acts_of_the_contact_count_too(asking: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    proved = changes(asking, ALL).cells
    monkeypatch.setattr(basis, "contact_placebo", lambda _: Mirror(500, 0.2, 0.1, 0.1, 5.0, 5.0))
    found = changes(asking, ALL)
    assert (found.cells.basis, found.not_by_contact, notes(found)[0]) == ("contact", None, BY_CONTACT)
    assert found.cells.answers.n.sum() >= proved.answers.n.sum()
    assert found.cells.efforts.n.sum() == proved.efforts.n.sum()


def test_the_placebo_looks_at_touches_without_proof_alone(reader: Reader) -> None:
    rows = reader.query("""select count(*) as n from outcome where contact_key is not null and evidence = 'captured'
        and origin = 'hand' and not contested and seen_seconds = waiting_seconds and proved_at is null""")
    assert 0 < contact_placebo(reader).touches <= rows["n"][0].as_py()
