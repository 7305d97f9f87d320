"""Amounts of money as pages write them: a number and an ISO 4217 code."""

import re
from dataclasses import dataclass
from decimal import Decimal
from urllib.parse import urlsplit

from price_parser import Price

from store.money import currency_exponents

# A dollar sign (or a krona, a yen) alone says too little: what stands before it
# decides, then the country of the site.
SIGNED_DOLLARS = {
    "US": "USD", "C": "CAD", "CA": "CAD", "AU": "AUD", "A": "AUD", "NZ": "NZD",
    "HK": "HKD", "NT": "TWD", "TW": "TWD", "S": "SGD", "SG": "SGD", "R": "BRL",
    "MX": "MXN", "MXN": "MXN", "CLP": "CLP", "COP": "COP", "ARS": "ARS",
}  # fmt: skip
SYMBOLS = {
    "€": "EUR", "£": "GBP", "円": "JPY", "₩": "KRW", "원": "KRW", "₹": "INR",
    "₽": "RUB", "руб": "RUB", "₺": "TRY", "TL": "TRY", "zł": "PLN", "₪": "ILS",  # noqa: RUF001
    "฿": "THB", "₱": "PHP", "₫": "VND", "元": "CNY", "Kč": "CZK", "Ft": "HUF",
    "₴": "UAH", "Rs": "INR", "Rp": "IDR", "RM": "MYR",
}  # fmt: skip
BY_COUNTRY = {
    "ca": "CAD", "au": "AUD", "nz": "NZD", "hk": "HKD", "tw": "TWD", "sg": "SGD",
    "mx": "MXN", "se": "SEK", "no": "NOK", "dk": "DKK",
}  # fmt: skip
DOLLAR = re.compile(r"([A-Z]{1,3})?\s?\$")
# Beside the number: "ALL" and "TOP" are words in a row, and currencies.
CODE = re.compile(
    r"(?<![A-Za-z])([A-Z]{3})\s?(?=[\d$])|(?<=\d)\s?([A-Z]{3})(?![A-Za-z])"
)


@dataclass(frozen=True)
class Amount:
    """An amount as the page gives it."""

    value: str
    """Decimal number with a point, such as ``29.99``."""

    currency: str | None
    """ISO 4217 code; None where the page does not tell."""


def read_amount(text: str, url: str = "") -> Amount | None:
    """Return the first amount in a text, or None where there is no number.

    >>> read_amount("EUR 3,500.00")
    Amount(value='3500.00', currency='EUR')
    >>> read_amount("C $12.50").currency, read_amount("送料2,509 円").value
    ('CAD', '2509')
    """
    # A no-break space parts thousands in some locales; price-parser knows plain ones.
    if not re.search(r"\d", text):
        return None
    plain = re.sub(r"[\u00a0\u202f\u2009]", " ", text)
    price = Price.fromstring(plain)
    amount = price.amount
    if amount is None:
        return None
    currency = read_currency(plain, url)
    return Amount(format(_shaped(amount, currency), "f"), currency)


def read_currency(text: str, url: str = "") -> str | None:
    """Return the ISO 4217 code of the currency a text names, or None."""
    for before, after in CODE.findall(text):
        if (before or after) in currency_exponents():
            return str(before or after)
    country = (urlsplit(url).hostname or "").rsplit(".", 1)[-1]
    if found := DOLLAR.search(text):
        sign = found.group(1)
        return SIGNED_DOLLARS.get(sign or "", BY_COUNTRY.get(country, "USD"))
    if "¥" in text or "￥" in text:
        return "CNY" if country == "cn" else "JPY"
    if re.search(r"\bkr\b", text):
        return BY_COUNTRY.get(country)
    return next((code for sign, code in SYMBOLS.items() if sign in text), None)


def _shaped(amount: Decimal, currency: str | None) -> Decimal:
    # "5.900" of a currency without decimals is five thousand nine hundred.
    exponent = amount.as_tuple().exponent
    if currency and exponent == -3 and currency_exponents()[currency] == 0:
        return amount.scaleb(3)
    return amount
