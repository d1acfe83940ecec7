"""Money adds exactly, and never where a rate is missing."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from answerback.domain.money import Missing, Rates, exponent, from_minor, to_minor
from answerback.domain.playbook import ExchangeRate, Organisation, Playbook

DAY = date(2026, 6, 1)
CURRENCIES = st.sampled_from(["EUR", "USD", "JPY", "KWD", "CLF"])
AMOUNTS = st.integers(-(10**15), 10**15)


def rates(*dated: tuple[str, date, float], own: str = "EUR") -> Rates:
    rate = tuple(ExchangeRate(currency=currency, on=on, rate=worth) for currency, on, worth in dated)
    return Rates.of(Playbook(organisation=Organisation(currency=own), rate=rate))


@given(AMOUNTS, CURRENCIES)
def test_minor_units_and_back(amount: int, currency: str) -> None:
    assert to_minor(from_minor(amount, currency), currency) == amount
    assert from_minor(amount, currency) * 10 ** exponent(currency) == amount


def test_the_playbooks_decimal_is_meant_exactly() -> None:
    # 0.07 as a binary number times 10^17 is off by hundreds; as written it is exact.
    assert rates(("USD", DAY, 0.07)).convert(10**17, "USD", "EUR", DAY) == 7 * 10**15


@pytest.mark.parametrize(
    ("amount", "currency", "into", "expected"),
    [
        (10_000, "USD", "EUR", 9_200),  # 100.00 dollars at 0.92
        (9_200, "EUR", "USD", 10_000),  # and back
        (1, "JPY", "EUR", 1),  # 1 yen at 0.006: 0.6 cents
        (1_000, "KWD", "EUR", 300),  # 1.000 dinar at 3
        (9_200, "EUR", "JPY", 15_333),  # 92.00 at 0.006: 15,333.3 yen
        (3_000, "KWD", "USD", 978),  # 3 dinar through the own currency: 9 / 0.92 = 9.7826
        (-10_000, "USD", "EUR", -9_200),
        (5, "EUR", "EUR", 5),
    ],
)
def test_conversions_reckoned_by_hand(amount: int, currency: str, into: str, expected: int) -> None:
    known = rates(("USD", DAY, 0.92), ("JPY", DAY, 0.006), ("KWD", DAY, 3))
    assert known.convert(amount, currency, into, DAY) == expected


def test_the_rate_of_the_day_is_the_newest_one_not_later() -> None:
    known = rates(("USD", date(2026, 3, 1), 0.5), ("USD", date(2026, 1, 1), 0.9))
    assert known.convert(100, "USD", "EUR", date(2026, 2, 28)) == 90
    assert known.convert(100, "USD", "EUR", date(2026, 3, 1)) == 50
    assert known.convert(100, "USD", "EUR", date(2025, 12, 31)) == Missing("USD", date(2025, 12, 31))


def test_a_missing_rate_on_either_side_leaves_no_amount() -> None:
    known = rates(("USD", DAY, 0.92))
    assert known.convert(100, "GBP", "EUR", DAY) == Missing("GBP", DAY)
    assert known.convert(100, "USD", "GBP", DAY) == Missing("GBP", DAY)
    # The same currency needs no rate.
    assert known.convert(100, "GBP", "GBP", DAY) == 100


@given(st.lists(st.tuples(AMOUNTS, st.sampled_from(["EUR", "USD"]), st.just(DAY))))
def test_a_total_is_the_sum_of_what_was_converted_and_missing_if_anything_is(
    amounts: list[tuple[int, str, date]],
) -> None:
    known = rates(("USD", DAY, 1.5))
    expected = 0
    for amount, currency, _ in amounts:
        half = amount * 3  # in half cents
        expected += amount if currency == "EUR" else (half // 2 + (half % 2) * (half // 2 % 2))
    assert known.total(amounts, "EUR") == expected
    assert known.total([*amounts, (1, "USD", DAY - timedelta(days=1))], "EUR") == Missing(
        "USD", DAY - timedelta(days=1)
    )


def test_half_a_unit_goes_to_the_even_one() -> None:
    assert [to_minor(Decimal(text), "JPY") for text in ("0.5", "1.5", "2.5", "-0.5", "-1.5")] == [0, 2, 2, 0, -2]


@pytest.mark.parametrize("text", ["NaN", "Infinity"])
def test_what_is_no_amount_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="no amount"):
        to_minor(Decimal(text), "EUR")
