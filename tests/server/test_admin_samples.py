"""What crawls could not use: listed and given out as files that no browser runs."""

import gzip
from datetime import UTC, datetime

import pytest

from store.tables import CrawlRun, CrawlSample
from tests.store.rows import filled

RUN, SAMPLE, PICTURE = "a" * 32, "b" * 32, "c" * 32
NOW = datetime(2026, 5, 1, tzinfo=UTC)
PATH = f"/v1/admin/crawls/{RUN}/samples"
EVIL = b"<!doctype html><script>alert(document.cookie)</script>"
PNG = b"\x89PNG\r\n\x1a\nand so on"


@pytest.fixture
def samples(database):
    with database.writing() as session:
        session.add(filled(CrawlRun, run_id=RUN, request_key="k"))
        session.flush()
        told = {"run_id": RUN, "reason": "blocked", "kept_at": NOW, "is_cut": False}
        told |= {"url": "https://shop.example/?q=lamp"}
        for sample_id, kind, content_type, body in (
            (SAMPLE, "page", "text/html; charset=utf-8", EVIL),
            (PICTURE, "screenshot", "image/png", PNG),
        ):
            session.add(
                CrawlSample(
                    **told,
                    sample_id=sample_id,
                    kind=kind,
                    content_type=content_type,
                    body=gzip.compress(body),
                    size_bytes=len(body),
                )
            )


def test_they_are_listed_without_their_bodies(client, admin, samples):
    found = client.get(PATH, headers=admin).json["samples"]
    assert [each["kind"] for each in found] == ["page", "screenshot"]
    assert found[0] == {
        "sample_id": SAMPLE,
        "kind": "page",
        "reason": "blocked",
        "url": "https://shop.example/?q=lamp",
        "content_type": "text/html; charset=utf-8",
        "size_bytes": len(EVIL),
        "is_cut": False,
        "kept_at": "2026-05-01T00:00:00Z",
    }


def test_a_page_is_a_file_to_save_and_never_a_page_of_ours(client, admin, samples):
    answer = client.get(f"{PATH}/{SAMPLE}", headers=admin)
    assert (answer.status_code, answer.data) == (200, EVIL)
    told = answer.headers
    assert told["Content-Type"] == "application/octet-stream"
    assert told["Content-Disposition"] == f'attachment; filename="page-{SAMPLE}.html"'
    assert told["Content-Security-Policy"].startswith("sandbox;")
    assert told["X-Content-Type-Options"] == "nosniff"
    assert told["Cache-Control"] == "no-store"
    assert told["X-Frame-Options"] == "DENY"


def test_a_picture_is_shown_and_may_nothing(client, admin, samples):
    answer = client.get(f"{PATH}/{PICTURE}", headers=admin)
    assert (answer.content_type, answer.data) == ("image/png", PNG)
    assert answer.headers["Content-Disposition"].startswith("inline;")
    assert answer.headers["Content-Security-Policy"].startswith("sandbox;")


def test_of_another_run_or_none_there_is_nothing(client, admin, samples, database):
    other = "d" * 32
    with database.writing() as session:
        session.add(filled(CrawlRun, run_id=other, request_key="other"))
    for path in (
        f"/v1/admin/crawls/{other}/samples/{SAMPLE}",
        f"{PATH}/{'0' * 32}",
        f"/v1/admin/crawls/{'0' * 32}/samples",
    ):
        assert client.get(path, headers=admin).status_code == 404
    found = client.get(f"/v1/admin/crawls/{other}/samples", headers=admin)
    assert found.json == {"samples": []}
