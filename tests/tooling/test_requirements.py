"""The locks: they cover what the project asks for, carry hashes, agree with each other, and name no host or path."""

from __future__ import annotations

import re
import tomllib
from collections import defaultdict
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
LOCKS = sorted((ROOT / "requirements").glob("*.txt"))
INSTALLED_TOGETHER = ("core", "dev", "docs", "bench")


def name_of(requirement: str) -> str:
    matched = re.match(r"[A-Za-z0-9._-]+", requirement)
    assert matched is not None
    return re.sub(r"[-_.]+", "-", matched.group()).lower()


def pins(lock: str) -> dict[str, str]:
    text = (ROOT / "requirements" / f"{lock}.txt").read_text(encoding="utf-8")
    return dict(re.findall(r"^([a-z0-9-]+)==(\S+)", text, flags=re.MULTILINE))


def asked() -> dict[str, list[str]]:
    groups: dict[str, list[str]] = PROJECT["dependency-groups"]
    extras: dict[str, list[str]] = PROJECT["project"]["optional-dependencies"]
    core: list[str] = PROJECT["project"]["dependencies"]
    return {**groups, "core": core, "dev": core + groups["dev"] + [one for extra in extras.values() for one in extra]}


@pytest.mark.parametrize("lock", sorted(asked()))
def test_a_lock_has_all_that_is_asked_for(lock: str) -> None:
    missing = {name_of(requirement) for requirement in asked()[lock]} - pins(lock).keys()
    assert not missing, f"run `make lock`: requirements/{lock}.txt lacks {sorted(missing)}"


@pytest.mark.parametrize("path", LOCKS, ids=lambda path: path.stem)
def test_every_package_of_a_lock_has_a_hash(path: Path) -> None:
    entries = re.split(r"^(?=[a-z0-9])", path.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]
    assert entries
    assert [entry.split()[0] for entry in entries if "--hash=sha256:" not in entry] == []


@pytest.mark.parametrize("path", LOCKS, ids=lambda path: path.stem)
def test_a_lock_names_no_host_and_no_path(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert re.findall(r".*(?:://|index-url|find-links).*|^.*\s/.*$", text, flags=re.MULTILINE) == []


def test_what_is_installed_together_has_one_version() -> None:
    versions: dict[str, set[str]] = defaultdict(set)
    for lock in INSTALLED_TOGETHER:
        for name, version in pins(lock).items():
            versions[name].add(version)
    assert {name: found for name, found in versions.items() if len(found) > 1} == {}
