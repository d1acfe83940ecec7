"""Real data: used where it is, skipped where it is not, demanded in CI."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.shared_data import locate


def test_the_environment_says_where_the_data_lies(tmp_path: Path) -> None:
    assert locate(environ={"ANSWERBACK_DATA": str(tmp_path)}, root=Path("/nowhere")) == tmp_path


def test_without_a_word_from_the_environment_it_lies_beside_the_project(tmp_path: Path) -> None:
    data = tmp_path / "shared" / "data"
    data.mkdir(parents=True)
    assert locate(environ={"CI": "true"}, root=tmp_path / "project") == data


def test_absent_data_skips_and_says_how_to_provide_it(tmp_path: Path) -> None:
    with pytest.raises(pytest.skip.Exception, match="set ANSWERBACK_DATA"):
        locate(environ={}, root=tmp_path / "project")


def test_a_wrong_place_is_not_replaced_by_the_usual_one(tmp_path: Path) -> None:
    (tmp_path / "shared" / "data").mkdir(parents=True)
    with pytest.raises(pytest.skip.Exception, match="elsewhere"):
        locate(environ={"ANSWERBACK_DATA": str(tmp_path / "elsewhere")}, root=tmp_path / "project")


def test_absent_data_fails_in_ci(tmp_path: Path) -> None:
    with pytest.raises(pytest.fail.Exception, match="in CI it must be there"):
        locate(environ={"CI": "true"}, root=tmp_path / "project")


def test_what_uses_the_data_is_marked(request: pytest.FixtureRequest, shared_data: Path) -> None:
    assert shared_data.is_dir()
    assert request.node.get_closest_marker("data") is not None
