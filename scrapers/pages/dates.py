"""Dates as pages write them, in the page's own language."""

import re
from datetime import UTC, datetime

# Day, month and year in the orders that eBay's sites use.
DATE = re.compile(
    r"\d{1,2}[.\s]+(?:de )?[^\W\d_]+\.?(?: de)?[\s,]+\d{4}"
    r"|[^\W\d_]+\.?\s\d{1,2},?\s\d{4}"
    r"|\d{4}\s?[年년.-]\s?\d{1,2}\s?[月월.-]\s?\d{1,2}"
)


def read_date(text: str, language: str = "en") -> str | None:
    """Return the first full date in `text` as ISO 8601, or None.

    >>> read_date("Sold Oct 27, 2025"), read_date("4 mar 2026", "es")
    ('2025-10-27', '2026-03-04')
    """
    found = DATE.search(" ".join(text.split()))
    if not found:
        return None
    part = re.sub(r"(?<=[^\W\d_])\.|,", "", found.group())
    for form in ("%b %d %Y", "%d %b %Y"):
        try:
            return datetime.strptime(part, form).date().isoformat()  # noqa: DTZ007
        except ValueError:
            continue
    return _localised(part, language)


def read_timestamp(value: object) -> str | None:
    """Return Unix seconds, as text or number, as an ISO 8601 time in UTC.

    >>> read_timestamp("1771567930")
    '2026-02-20T06:12:10Z'
    """
    text = str(value)
    if not text.isdigit() or int(text) == 0:
        return None
    moment = datetime.fromtimestamp(int(text), UTC)
    return moment.isoformat().replace("+00:00", "Z")


def _localised(text: str, language: str) -> str | None:
    # dateparser takes half a second to import: only pages in other languages pay.
    from dateparser import parse  # type: ignore[import-untyped] # noqa: PLC0415

    short = language.split("-", maxsplit=1)[0].lower()
    languages = [short] if short == "en" else [short, "en"]
    found = parse(
        text,
        languages=languages,
        settings={"REQUIRE_PARTS": ["day", "month", "year"]},
    )
    return found.date().isoformat() if found else None
