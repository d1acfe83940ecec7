"""The first person comes in with the link that the server printed, once, and nobody comes in otherwise."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from answerback.people import audit, founding, tokens
from answerback.people.founding import Founder
from answerback.people.models import Organisation, Person, Role, Visibility

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
TODAY = date(2026, 3, 2)
ANN = Founder("Acme", "Ann", "Ann@Acme.example", "correct horse battery", Visibility.GROUPS)


@pytest.mark.django_db
def test_the_printed_key_makes_one_organisation_and_its_admin(tmp_path: Path) -> None:
    key = founding.new_founding_key(tmp_path)
    assert founding.fits(tmp_path, key)
    ann = founding.found(tmp_path, key, ANN, now=NOW, today=TODAY)
    assert ann is not None
    assert ann.roles_on(TODAY) == {Role.ADMIN}
    assert ann.check_password("correct horse battery")
    assert Organisation.objects.get().visibility == Visibility.GROUPS
    assert not founding.fits(tmp_path, key)
    assert founding.found(tmp_path, key, ANN, now=NOW, today=TODAY) is None
    assert list(tmp_path.iterdir()) == []


@pytest.mark.django_db
@pytest.mark.parametrize("key", ["", "wrong", "\udcff", "../founding-key"])
def test_another_key_opens_nothing(key: str, tmp_path: Path) -> None:
    assert not founding.fits(tmp_path, key)
    founding.new_founding_key(tmp_path)
    assert founding.found(tmp_path, key, ANN, now=NOW, today=TODAY) is None
    assert not Person.objects.exists()


@pytest.mark.django_db
def test_a_newer_key_ends_the_older_and_somebody_ends_both(tmp_path: Path) -> None:
    older, newer = founding.new_founding_key(tmp_path), founding.new_founding_key(tmp_path)
    assert not founding.fits(tmp_path, older)
    assert founding.fits(tmp_path, newer)
    Person.objects.create_user("somebody@acme.example", name="Somebody")
    assert not founding.fits(tmp_path, newer)


@pytest.mark.django_db
def test_the_key_is_kept_as_a_hash_for_its_owner_alone(tmp_path: Path) -> None:
    key = founding.new_founding_key(tmp_path)
    (kept,) = tmp_path.iterdir()
    assert key not in kept.read_text()
    assert kept.stat().st_mode & 0o777 == 0o600


@pytest.mark.django_db
def test_the_key_comes_back_where_nothing_came_of_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    key = founding.new_founding_key(tmp_path)
    monkeypatch.setattr(audit, "note", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        founding.found(tmp_path, key, ANN, now=NOW, today=TODAY)
    assert founding.fits(tmp_path, key)


@pytest.mark.django_db
def test_a_token_speaks_for_its_person_until_it_ends() -> None:
    ann = Person.objects.create_user("ann@acme.example", name="Ann")
    text = tokens.make_token(ann, "sheet", writes=False, days=30, now=NOW)
    found = tokens.person_of(text, now=NOW)
    assert found is not None
    assert (found.person, found.writes) == (ann, False)
    assert text not in str(list(ann.tokens.values()))
    assert ann.tokens.get().last_used_on == TODAY
    assert tokens.person_of(text, now=NOW + timedelta(days=30)) is None
    assert tokens.person_of(text[:-1], now=NOW) is None
    ann.is_active = False
    ann.save()
    assert tokens.person_of(text, now=NOW) is None


@pytest.mark.django_db
def test_a_token_is_ended_by_its_own_person_only() -> None:
    ann = Person.objects.create_user("ann@acme.example", name="Ann")
    ben = Person.objects.create_user("ben@acme.example", name="Ben")
    text = tokens.make_token(ann, "sheet", writes=True, days=1, now=NOW)
    assert not tokens.end_token(ben, ann.tokens.get().pk)
    assert tokens.person_of(text, now=NOW) is not None
    assert tokens.end_token(ann, ann.tokens.get().pk)
    assert tokens.person_of(text, now=NOW) is None


@pytest.mark.django_db
@pytest.mark.parametrize("days", [0, -1, 367])
def test_no_token_is_for_ever(days: int) -> None:
    ann = Person.objects.create_user("ann@acme.example", name="Ann")
    with pytest.raises(ValueError):  # noqa: PT011 - there is nothing to say
        tokens.make_token(ann, "sheet", writes=True, days=days, now=NOW)
