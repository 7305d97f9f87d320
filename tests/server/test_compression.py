"""Long public answers are compressed, and no others."""

import gzip
from datetime import date, timedelta

import pytest

from tests.server.conftest import hashtag_day, model_version, risk_cards

pytestmark = pytest.mark.any_database

GZIP = {"Accept-Encoding": "gzip"}


def test_a_long_series_comes_compressed_or_plain_as_asked(client, stored):
    stored(*(hashtag_day(date(2026, 3, 1) - timedelta(n)) for n in range(20)))
    plain = client.get("/v1/trends/ribbedleggings")
    packed = client.get("/v1/trends/ribbedleggings", headers=GZIP)
    assert "Content-Encoding" not in plain.headers
    assert packed.headers["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in packed.headers["Vary"]
    assert "Accept-Encoding" in plain.headers["Vary"]
    assert gzip.decompress(packed.data) == plain.data
    assert len(packed.data) < len(plain.data) / 2


def test_what_mixes_secrets_with_what_was_sent_is_not(client, admin, stored, scorer):
    stored(model_version())
    secret = client.get("/v1/admin/models", headers=GZIP | admin)
    sent = client.post("/v1/risk", json={"title": "x" * 400}, headers=GZIP)
    wrong = client.post("/v1/risk", json={"x" * 400: 1, "title": ""}, headers=GZIP)
    missing = client.get(f"/v1/trends/{'x' * 100}", headers=GZIP)
    for answer, status in ((secret, 200), (sent, 200), (wrong, 422), (missing, 404)):
        assert answer.status_code == status
        assert "Content-Encoding" not in answer.headers


def test_a_bucket_is_compressed_once(client, stored):
    stored(*risk_cards(300))
    answer = client.get("/v1/cards/a", headers=GZIP | {"Accept": "*/*"})
    assert answer.headers.getlist("Content-Encoding") == ["gzip"]
    assert gzip.decompress(answer.data).startswith(b'{"cards":[{"key": "a')
