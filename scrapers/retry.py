"""Trying again, as politely as the site asks for it."""

import asyncio
from datetime import UTC
from email.utils import parsedate_to_datetime

from scrapy.downloadermiddlewares.retry import RetryMiddleware
from scrapy.http import Request, Response

from store.clock import utc_now

PATIENCE_SECONDS = 30.0
ASKED_TO_WAIT = (429, 503)


class PatientRetry(RetryMiddleware):
    """Retries failures; where the site says how long to wait, waits, or gives up.

    A 429 without ``Retry-After`` is not tried again: nobody told us when.
    """

    async def process_response(  # type: ignore[override]
        self, request: Request, response: Response
    ) -> Request | Response:
        """Return the response, or a request to be sent instead."""
        if response.status not in ASKED_TO_WAIT:
            return super().process_response(request, response)
        seconds = wait_seconds(response.headers.get("Retry-After"))
        if seconds is None and response.status == 429:
            return response
        if seconds is not None and seconds > PATIENCE_SECONDS:
            return response
        again = self._retry(request, f"asked to wait ({response.status})")
        if again is None:
            return response
        await asyncio.sleep(seconds or 0)
        return again


def wait_seconds(header: bytes | None) -> float | None:
    """Return the seconds that a ``Retry-After`` header asks for; None without one.

    >>> wait_seconds(b"120"), wait_seconds(None), wait_seconds(b"soon")
    (120.0, None, None)
    """
    text = (header or b"").decode("latin-1").strip()
    if text.isdigit():
        return float(text)
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(0.0, (aware - utc_now()).total_seconds())
