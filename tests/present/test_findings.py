"""Each kind of finding has its heading, definition and words; each step that an analysis names has its sentence."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

import answerback.analysis
from answerback.analysis.findings.gathering import Standing
from answerback.analysis.findings.naming import Names
from answerback.analysis.findings.state import State
from answerback.analysis.lookback.replaying import Lookback
from answerback.domain.findings import FindingKind, Level, Measure, Size, Subject, Verdict
from answerback.present.finding_opened import DEFINITION
from answerback.present.finding_sizes import size_text
from answerback.present.findings import CAUTION, HEADING, VERDICTS, finding_rows, headline, story
from answerback.present.lookback import lookback_rows
from answerback.present.next_steps import NEXT_STEP
from scripts.write_cli_docs import FORMS
from tests.analysis.findings.made import fall

ANALYSES = Path(answerback.analysis.__file__).parent
NAMES = Names({("rep", 1): "ann"}, {("rep", 1): "Ann"})


def steps_of(module: ast.Module) -> Iterator[str]:
    """Every text that a module gives as a next step: in the call, or in a table of its own whose name says so."""
    for node in ast.walk(module):
        if isinstance(node, ast.keyword) and node.arg == "next_step":
            yield from (each.value for each in ast.walk(node.value) if _is_name(each))  # type: ignore[attr-defined]
        targets = (
            node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
        )
        if any(isinstance(each, ast.Name) and each.id.upper().endswith("NEXT_STEP") for each in targets):
            tables = [each for each in ast.walk(node) if isinstance(each, ast.Dict)]
            yield from (value.value for each in tables for value in each.values if _is_name(value))  # type: ignore[attr-defined]


def _is_name(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.isidentifier()


def used_steps() -> dict[str, str]:
    found: dict[str, str] = {}
    for path in sorted(ANALYSES.rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        if "Finding(" in text or "NEXT_STEP" in text:
            found |= dict.fromkeys(steps_of(ast.parse(text)), path.name)
    return found


def test_every_step_that_is_used_has_its_sentence() -> None:
    used = used_steps()
    assert used
    assert {name: place for name, place in used.items() if name not in NEXT_STEP} == {}


@pytest.mark.parametrize("name", sorted(NEXT_STEP))
def test_a_step_is_one_or_two_plain_sentences_about_the_task(name: str) -> None:
    said = NEXT_STEP[name]
    assert said.endswith((".", "?"))
    for word in ("effort", "underperform", "lazy", "weak rep", "blame"):
        assert word not in said.lower()


@pytest.mark.parametrize("kind", FindingKind)
def test_every_kind_has_a_heading_and_says_how_it_comes_about(kind: FindingKind) -> None:
    assert HEADING[kind]
    assert DEFINITION[kind].endswith((".", "?"))


@pytest.mark.parametrize("kind", FindingKind)
@pytest.mark.parametrize("measure", Measure)
def test_any_finding_can_be_told(kind: FindingKind, measure: Measure) -> None:
    bare = replace(fall(), kind=kind, measure=measure, size=None, sure=None, sure_by=None, since=None)
    for finding in (fall(kind=kind, measure=measure), bare, replace(bare, level=Level.ASK, play="")):
        lines = story(standing(finding), NAMES)
        assert all(lines)
        assert "None" not in "".join(lines).replace("Forgotten on None", "")
        assert finding_rows([standing(finding)], NAMES).num_rows == 1


def standing(finding: object) -> Standing:
    return Standing(finding, State(), {}, muted=False, expired=False)  # type: ignore[arg-type]


@pytest.mark.parametrize("verdict", Verdict)
def test_every_verdict_has_its_words(verdict: Verdict) -> None:
    assert VERDICTS[verdict] in headline(fall(kind=FindingKind.VERDICT, verdict=verdict))


@pytest.mark.parametrize("unit", ["share", "per_day", "days", "money_minor", "ratio", "count"])
def test_every_unit_can_be_told(unit: str) -> None:
    assert "(" in size_text(Size(10.0, 4.0, -6.0, -8.0, -4.0, unit))
    assert size_text(Size(None, None, -6.0, -8.0, -4.0, unit))


def test_acts_come_before_rates_and_a_person_is_cautioned_about() -> None:
    first, acts, *rest = story(standing(fall()), NAMES)
    assert first == "Ann, email: fewer touches move a buyer"
    assert acts.index("20 of them moved a buyer") < acts.index("30 %")
    assert rest[-1].startswith(CAUTION)
    system = fall(subject=Subject("organisation"))
    assert CAUTION not in " ".join(story(standing(system), NAMES))


def test_people_are_named_in_what_is_told_and_by_key_nowhere() -> None:
    finding = fall(where={"rep": "1", "segment": "middle"})
    (row,) = finding_rows([standing(finding)], NAMES).to_pylist()
    assert row["where"] == '{"rep": "ann", "segment": "middle"}'
    assert (row["subject"], row["subject_name"]) == ("ann", "Ann")


@pytest.mark.parametrize(
    ("answer", "columns"),
    [
        ("findings", finding_rows([], NAMES).column_names),
        ("lookback", lookback_rows(Lookback(date(2026, 1, 5), date(2026, 1, 12), (), 1), NAMES).column_names),
    ],
)
def test_the_keys_for_machines_are_written_down_in_their_order(answer: str, columns: list[str]) -> None:
    (line,) = [line for line in FORMS.splitlines() if line.startswith(f"| `{answer}` |")]
    assert line.split("|")[2].split("`")[1].split(", ") == columns
