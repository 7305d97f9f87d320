"""Counts as pages write them: "20.2M videos", "7,400", "1,2 mln"."""

import re
from decimal import Decimal

POWERS = {
    "k": 3, "tsd": 3, "mil": 3, "тыс": 3, "m": 6, "mio": 6, "mln": 6, "млн": 6,
    "jt": 6, "b": 9, "mrd": 9, "bn": 9, "g": 9, "млрд": 9, "万": 4, "萬": 4, "만": 4,
    "億": 8, "亿": 8, "억": 8, "천": 3, "千": 3,
}  # fmt: skip
NUMBER = re.compile(r"(\d[\d.,'\s\u00a0\u202f]*\d|\d)\s?([^\W\d_]+)?", re.UNICODE)


def read_count(text: str) -> int | None:
    """Return the first count in a text; None where there is no number.

    >>> read_count("20.2M videos"), read_count("7,400"), read_count("924.2K")
    (20200000, 7400, 924200)
    >>> read_count("1,2 Mio. Videos"), read_count("posts")
    (1200000, None)
    """
    found = NUMBER.search(text)
    if not found:
        return None
    digits = re.sub(r"\s", "", found.group(1))
    power = _power((found.group(2) or "").lower())
    if not power:
        return int(re.sub(r"\D", "", digits))
    # Before a unit the last mark is a decimal one: "20.2M", "1,2 Mio".
    whole, _, part = digits.replace(",", ".").replace("'", "").rpartition(".")
    number = f"{whole.replace('.', '')}.{part}" if whole else part
    return int(Decimal(number).scaleb(power))


def _power(unit: str) -> int:
    # CJK units are written without a space before the next word.
    return POWERS.get(unit) or POWERS.get(unit[:1] if unit[:1] > "\u3000" else "", 0)
