"""Money: whole minor units, with the currency they are of.

Amounts are integers (cents, yen, fils), so they add without error. An amount in another currency is converted by the
playbook's rate in force on the day; where there is none the answer is `Missing`, and so is every total that needs it:
a sum that silently leaves something out is worse than no sum.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from answerback.domain.playbook import Playbook

_NONE: Final = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"
_THREE: Final = "BHD IQD JOD KWD LYD OMR TND"
_FOUR: Final = "CLF UYW"
EXPONENTS: MappingProxyType[str, int] = MappingProxyType(
    dict.fromkeys(_NONE.split(), 0) | dict.fromkeys(_THREE.split(), 3) | dict.fromkeys(_FOUR.split(), 4)
)
"""Decimal places of the minor unit, by ISO 4217, of every currency where they are not two."""
USUAL_EXPONENT: Final = 2


@dataclass(frozen=True, slots=True)
class Missing:
    """No amount, because the playbook has no rate for this currency on this day."""

    currency: str
    on: date


def exponent(currency: str) -> int:
    """How many decimal places the minor unit has.

    >>> exponent("EUR"), exponent("JPY"), exponent("KWD")
    (2, 0, 3)
    """
    return EXPONENTS.get(currency, USUAL_EXPONENT)


def to_minor(amount: Decimal, currency: str) -> int:
    """An amount in minor units; half a unit goes to the even one.

    Raises ValueError where the amount is not finite.

    >>> to_minor(Decimal("12.5"), "EUR"), to_minor(Decimal("12.5"), "JPY")
    (1250, 12)
    """
    if not amount.is_finite():
        raise ValueError(f"{amount} is no amount of money")
    return round(Fraction(amount) * Fraction(10) ** exponent(currency))


def from_minor(amount_minor: int, currency: str) -> Decimal:
    """An amount of minor units in whole units, exactly.

    >>> from_minor(-1250, "EUR"), from_minor(1250, "JPY"), from_minor(5, "KWD")
    (Decimal('-12.50'), Decimal('1250'), Decimal('0.005'))
    """
    sign, digits, _ = Decimal(amount_minor).as_tuple()
    return Decimal((sign, digits, -exponent(currency)))


def times(amount_minor: int, factor: Fraction) -> int:
    """An amount times a factor, rounded once, half a unit to the even one: `round(amount_minor * factor)`, but quicker.

    >>> times(5, Fraction(1, 2)), times(7, Fraction(1, 2)), times(-5, Fraction(1, 2)), times(8, Fraction(1, 3))
    (2, 4, -2, 3)
    """
    whole, left = divmod(amount_minor * factor.numerator, factor.denominator)
    return whole + (2 * left > factor.denominator or (2 * left == factor.denominator and whole % 2 == 1))


@dataclass(frozen=True, slots=True)
class Rates:
    """Dated exchange rates into one currency, the organisation's own."""

    own: str
    by_currency: Mapping[str, tuple[tuple[date, Fraction], ...]]
    """For each other currency: from which day on one unit of it is worth how many of the own, earliest first."""

    @classmethod
    def of(cls, playbook: Playbook) -> Rates:
        """The rates of a playbook."""
        found: dict[str, list[tuple[date, Fraction]]] = {}
        for rate in playbook.rate:
            # Through its shortest decimal text, so that 0.92 in the file is 92/100 and not the nearest binary number.
            found.setdefault(rate.currency, []).append((rate.on, Fraction(repr(rate.rate))))
        ordered = {currency: tuple(sorted(dated)) for currency, dated in found.items()}
        return cls(playbook.organisation.currency, MappingProxyType(ordered))

    def on(self, currency: str, day: date) -> Fraction | Missing:
        """What one unit is worth in the own currency on a day: the newest rate that is not later than it."""
        if currency == self.own:
            return Fraction(1)
        dated = self.by_currency.get(currency, ())
        place = bisect_right(dated, day, key=lambda each: each[0])
        return dated[place - 1][1] if place else Missing(currency, day)

    def convert(self, amount_minor: int, currency: str, into: str, on: date) -> int | Missing:
        """An amount in another currency's minor units, rounded once, half a unit to the even one.

        Args:
            amount_minor: The amount in minor units of `currency`.
            currency: ISO 4217 code it is in.
            into: ISO 4217 code it should be in.
            on: The day whose rates apply, in the organisation's time zone.

        >>> rates = Rates("EUR", {"JPY": ((date(2026, 1, 1), Fraction("0.006")),)})
        >>> rates.convert(10_000, "JPY", "EUR", date(2026, 3, 1))
        6000
        >>> rates.convert(10_000, "JPY", "EUR", date(2025, 3, 1))
        Missing(currency='JPY', on=datetime.date(2025, 3, 1))
        """
        if currency == into:
            return amount_minor
        factor = self.factor(currency, into, on)
        return factor if isinstance(factor, Missing) else times(amount_minor, factor)

    def factor(self, currency: str, into: str, on: date) -> Fraction | Missing:
        """What amounts in minor units of one currency are multiplied with, to be in those of another, on a day."""
        given, wanted = self.on(currency, on), self.on(into, on)
        if isinstance(given, Missing):
            return given
        if isinstance(wanted, Missing):
            return wanted
        return given / wanted * Fraction(10) ** (exponent(into) - exponent(currency))

    def total(self, amounts: Iterable[tuple[int, str, date]], into: str) -> int | Missing:
        """The sum of amounts (minor units, currency, day), each converted by its day's rate; Missing if one cannot be.

        >>> Rates("EUR", {}).total([(100, "EUR", date(2026, 1, 1)), (100, "USD", date(2026, 1, 1))], into="EUR")
        Missing(currency='USD', on=datetime.date(2026, 1, 1))
        """
        total = 0
        for amount_minor, currency, on in amounts:
            converted = self.convert(amount_minor, currency, into, on)
            if isinstance(converted, Missing):
                return converted
            total += converted
        return total
