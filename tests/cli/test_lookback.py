"""The look-back on the command line: one page, the answer first."""

from __future__ import annotations

from datetime import date

from answerback.analysis.findings.naming import Names
from answerback.analysis.lookback.bearing import Bearing, Moved
from answerback.analysis.lookback.replaying import Lookback, Raised
from answerback.present.lookback import for_eyes, for_whom, lookback_rows, steps, summary
from tests.analysis.findings.made import fall
from tests.cli.terminal import Terminal

NAMES = Names({("rep", 1): "ann", ("rep", 2): "ben"}, {("rep", 1): "Ann"})
COUNTS = (Moved(400, 120), Moved(60, 6), Moved(150, 15))


def looked(*bearings: Bearing) -> Lookback:
    raised = tuple(
        Raised(fall(1 + place % 2, week=place), date(2026, 3, 2), *COUNTS, each, "prices rise" if not place else "")
        for place, each in enumerate(bearings)
    )
    return Lookback(date(2026, 1, 5), date(2026, 10, 12), raised, 900)


def test_the_summary_says_how_many_how_right_and_how_soon() -> None:
    found = looked(*[Bearing.BORNE_OUT] * 4, Bearing.NOT_BORNE_OUT, Bearing.CANNOT_TELL)
    assert summary(found).startswith(
        "In 40 weeks 6 things would have been raised: 4 borne out, 1 wrong, 1 cannot tell yet; "
        "what was borne out was raised 5 weeks after it began, on average."
    )
    assert for_whom(found) == "6 first for the rep (their manager some working days later)."
    assert steps(found)[0].startswith("6 ×: ")


def test_one_thing_and_none() -> None:
    assert "1 thing would have been raised: 1 wrong." in summary(looked(Bearing.NOT_BORNE_OUT))
    assert summary(looked()) == "In 40 weeks nothing would have been raised."


def test_rows_say_acts_before_rates_and_are_in_order_of_time() -> None:
    found = looked(Bearing.BORNE_OUT, Bearing.CANNOT_TELL)
    first, second = for_eyes(found, NAMES).to_pylist()
    assert (first["about"], first["before"], first["came of it"]) == ("Ann", "120 of 400 (30 %)", "borne out")
    assert (second["about"], second["came of it"]) == ("ben", "cannot tell yet")
    row = lookback_rows(found, NAMES).to_pylist()[0]
    assert (row["subject"], row["touches_after"], row["moved_after"], row["bearing"]) == ("ann", 150, 15, "borne_out")
    assert (row["weeks_late"], row["happening"]) == (5.0, "prices rise")


def test_of_a_small_team_little_can_be_told_and_that_is_said(team: Terminal) -> None:
    ran = team("lookback", "--as-of", "2026-09-25")
    assert ran.code == 0, ran.err
    assert ran.text.startswith("In ")
    assert "Borne out: " in ran.text
    rows = team.rows("lookback", "--as-of", "2026-09-25")
    assert all(row["bearing"] in set(Bearing) for row in rows)


def test_no_touches_and_a_time_that_ends_before_it_begins(fresh: Terminal) -> None:
    assert fresh("build").code == 0
    ran = fresh("lookback")
    assert (ran.code, ran.text.split(",")[0]) == (0, "No touches are loaded")
    wrong = fresh("lookback", "--since", "2026-05-01", "--until", "2026-04-01")
    assert (wrong.code, "ends before it begins" in wrong.err) == (2, True)
