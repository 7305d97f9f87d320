"""What a crawl could not use, kept for a person to look at: pages, pictures, items.

A page may name people, so it is kept for some days only, and shown to operators only.
"""

import gzip
import json
import uuid
from dataclasses import dataclass

from scrapy.http import Response
from sqlalchemy import func
from sqlmodel import Session, select
from web_poet import HttpResponse

from scrapers.judged import Drop
from scrapers.masking import masked
from store.clock import utc_now
from store.errors import CrawlError
from store.tables import CrawlSample

LARGEST_BYTES = 2 * 2**20
MOST_PAGES = 5
MOST_DROPS = 3
JSON_TYPE = "application/json"


@dataclass(frozen=True)
class Seen:
    """An answer as it came."""

    url: str
    """Where from."""

    body: bytes
    """All of it."""

    content_type: str = "text/html"
    """As the site declared it."""

    @classmethod
    def of(cls, response: HttpResponse) -> "Seen":
        """Return what a page object was given."""
        body = response.body
        is_json = body.lstrip()[:1] in (b"{", b"[")
        kind = JSON_TYPE if is_json else "text/html"
        return cls(str(response.url), body, f"{kind}; charset=utf-8")

    @classmethod
    def with_error(cls, error: BaseException) -> "Seen | None":
        """Return the answer that an error was raised for, where one came."""
        answer = error.answer if isinstance(error, CrawlError) else None
        if not isinstance(answer, Response):
            return None
        declared = (answer.headers.get("Content-Type") or b"").decode("latin-1")
        return cls(answer.url, answer.body, declared)


@dataclass(frozen=True)
class _Sample:
    kind: str
    reason: str
    seen: Seen


class Samples:
    """Gathers what is to be kept of one run, until it is written."""

    def __init__(self) -> None:
        self._found: list[_Sample] = []

    def add_page(self, reason: str, page: Seen | None) -> None:
        """Keep a page, if one came, for it was refused or something on it was."""
        if page is not None and page.body:
            self._add("page", reason, page)

    def add_picture(self, reason: str, url: str, png: bytes) -> None:
        """Keep what a browser showed."""
        self._add("screenshot", reason, Seen(url, png, "image/png"))

    def add_drops(self, drops: list[Drop], page: Seen | None) -> None:
        """Keep dropped items, and the page that they were on."""
        url = page.url if page else ""
        for drop in drops:
            body = json.dumps(drop.item, ensure_ascii=False, indent=2).encode()
            self._add("drop", drop.reason, Seen(url, body, JSON_TYPE))
        if drops:
            self.add_page(drops[0].reason, page)

    def write(self, session: Session, run_id: str) -> None:
        """Add what was gathered, as far as the run's limits allow."""
        if not self._found:
            return
        there = _counts(session, run_id)
        for sample in self._found:
            which = _limited(sample.kind, sample.reason)
            most = MOST_DROPS if sample.kind == "drop" else MOST_PAGES
            if there.get(which, 0) < most:
                there[which] = there.get(which, 0) + 1
                session.add(_row(run_id, sample))
        self._found = []

    def _add(self, kind: str, reason: str, seen: Seen) -> None:
        sample = _Sample(kind, reason, seen)
        which = _limited(kind, reason)
        same = [s for s in self._found if _limited(s.kind, s.reason) == which]
        # They wait in memory: no more than would be written.
        if len(same) < (MOST_DROPS if kind == "drop" else MOST_PAGES):
            self._found.append(sample)


def _limited(kind: str, reason: str) -> tuple[str, str]:
    """Return what a limit holds for: pages of all reasons, drops of each."""
    return kind, reason if kind == "drop" else ""


def _counts(session: Session, run_id: str) -> dict[tuple[str, str], int]:
    query = (
        select(CrawlSample.kind, CrawlSample.reason, func.count())
        .where(CrawlSample.run_id == run_id)
        .group_by(CrawlSample.kind, CrawlSample.reason)
    )
    counts: dict[tuple[str, str], int] = {}
    for kind, reason, count in session.exec(query):
        which = _limited(kind, reason)
        counts[which] = counts.get(which, 0) + count
    return counts


def _row(run_id: str, sample: _Sample) -> CrawlSample:
    body = sample.seen.body
    return CrawlSample(
        sample_id=uuid.uuid4().hex,
        run_id=run_id,
        kind=sample.kind,
        reason=sample.reason,
        url=masked(sample.seen.url),
        content_type=sample.seen.content_type,
        body=gzip.compress(body[:LARGEST_BYTES], compresslevel=6),
        size_bytes=len(body),
        is_cut=len(body) > LARGEST_BYTES,
        kept_at=utc_now(),
    )
