"""The company told by hand, exported and loaded once for all tests."""

from __future__ import annotations

from pathlib import Path

import pytest

from answerback.simulate.exports.esign import write_esign
from answerback.simulate.exports.guide import write_guide
from answerback.simulate.exports.office import write_office
from answerback.simulate.exports.salesforce import write_salesforce
from answerback.simulate.exports.telephony import write_telephony
from answerback.simulate.facts import Facts
from tests.simulate.exports.by_hand import story
from tests.simulate.exports.loaded import Loaded, run_load_script


def write_tables(facts: Facts, folder: Path) -> None:
    """Everything but mail and calendars."""
    for write in (write_salesforce, write_office, write_telephony, write_esign, write_guide):
        write(facts, folder)


@pytest.fixture(scope="session")
def tables(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the exports."""
    folder = tmp_path_factory.mktemp("tables")
    write_tables(story(), folder)
    return folder


@pytest.fixture(scope="session")
def loaded(tables: Path, tmp_path_factory: pytest.TempPathFactory) -> Loaded:
    """The workspace that they were loaded into."""
    home = tmp_path_factory.mktemp("loaded") / "home"
    run_load_script(tables, home)
    return Loaded(story(), home)
