"""What crawls could not use, for operators to look at; never a page of ours."""

import gzip
from collections.abc import Sequence

from flask import Response
from sqlalchemy.orm import defer
from sqlmodel import col, select

from server.operating import Operator
from store.errors import MissingError
from store.tables import CrawlSample

# What a stranger wrote: it is saved, and if it is opened all the same, it may nothing.
POLICY = "sandbox; default-src 'none'; frame-ancestors 'none'"
PNG = "image/png"
ENDINGS = {"application/json": "json", "text/html": "html", PNG: "png"}


def samples_of(by: Operator, run_id: str) -> Sequence[CrawlSample]:
    """Return what was kept of a run, without the bodies, the oldest first."""
    kept = (
        select(CrawlSample)
        .where(CrawlSample.run_id == run_id)
        .order_by(col(CrawlSample.kept_at), col(CrawlSample.sample_id))
        .options(defer(CrawlSample.body))  # type: ignore[arg-type]
    )
    with by.database.reading() as session:
        return session.exec(kept).all()


def sample_answer(by: Operator, run_id: str, sample_id: str) -> Response:
    """Return a sample as a file to save; only a screenshot may be shown.

    Raises
    ------
    MissingError
        If there is none, or its time is over.
    """
    with by.database.reading() as session:
        sample = session.get(CrawlSample, sample_id)
    if sample is None or sample.run_id != run_id:
        raise MissingError("there is no such sample, or its time is over")
    is_picture = sample.kind == "screenshot"
    kind = sample.content_type.partition(";")[0].strip().lower()
    ending = ENDINGS.get(kind, "bin")
    answer = Response(
        gzip.decompress(sample.body),
        content_type=PNG if is_picture else "application/octet-stream",
    )
    name = f"{sample.kind}-{sample.sample_id}.{ending}"
    way = "inline" if is_picture else "attachment"
    answer.headers["Content-Disposition"] = f'{way}; filename="{name}"'
    answer.headers["Content-Security-Policy"] = POLICY
    return answer
