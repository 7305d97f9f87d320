"""What answers look-ups before the app: as it would, counted and limited too."""

import re

import pytest
from cachetools import LRUCache

from server.app import create_app
from server.catalogue import LOOK_AGAIN_SECONDS
from server.front import KEPT_WAYS, Front
from store.keeping import Keeper
from tests.server.conftest import key_of, risk_cards

PATH = f"/v1/cards/{key_of(1)[0]}"
GZIP = {"Accept-Encoding": "gzip"}
SHOP = {"Origin": "https://shop.example"}


@pytest.fixture
def asked(app, monkeypatch):
    """Count what reaches the app itself."""
    paths = []
    app.before_request(lambda: paths.append(1))
    return paths


@pytest.fixture(autouse=True)
def cards(stored):
    stored(*risk_cards(40))


def told(answer):
    return answer.status, sorted(answer.headers), answer.data


@pytest.mark.parametrize("headers", [GZIP, GZIP | SHOP])
def test_the_second_answer_is_the_first_one_and_does_not_reach_the_app(
    client, asked, headers
):
    first = client.get(PATH, headers=headers)
    assert (first.status_code, len(asked)) == (200, 1)
    assert told(client.get(PATH, headers=headers)) == told(first)
    assert len(asked) == 1


def test_all_that_an_answer_depends_on_tells_them_apart(client, asked):
    client.get(PATH, headers=GZIP)
    granted = "Access-Control-Allow-Origin"
    assert granted not in client.get(PATH, headers=GZIP).headers
    assert client.get(PATH, headers=GZIP | SHOP).headers[granted] == SHOP["Origin"]
    other = client.get(PATH, headers=GZIP | {"Origin": "https://other.example"})
    assert granted not in other.headers
    secure = client.get(PATH, headers=GZIP, base_url="https://localhost")
    assert "Strict-Transport-Security" in secure.headers
    assert "Content-Encoding" not in client.get(PATH).headers
    assert client.head(PATH, headers=GZIP).data == b""
    assert client.post(PATH, headers=GZIP).status_code == 405
    tag = {"If-None-Match": client.get(PATH, headers=GZIP).headers["ETag"]}
    assert client.get(PATH, headers=GZIP | tag).status_code == 304


def test_a_name_that_is_not_ours_gets_nothing_that_was_kept(settings, database):
    named = settings.model_copy(update={"trusted_hosts": ("ours.example",)})
    client = create_app(named, database).test_client()
    ours = {"base_url": "http://ours.example", "headers": GZIP}
    assert [client.get(PATH, **ours).status_code for _ in range(2)] == [200, 200]
    theirs = ours | {"base_url": "http://theirs.example"}
    assert client.get(PATH, **theirs).status_code == 400


def test_they_are_counted_as_others_are(client):
    def counted():
        text = client.get("/metrics").text
        line = (
            r'requests_total\{method="GET",route="/v1/cards/<prefix>",status="200"\} '
        )
        found = re.search(line + r"([\d.]+)", text)
        return float(found[1]) if found else 0.0

    before = counted()
    for _ in range(5):
        client.get(PATH, headers=GZIP)
    assert counted() == before + 5


def test_they_are_limited_together_with_others(settings, database):
    limited = settings.model_copy(update={"limit_lookups": "4/minute"})
    client = create_app(limited, database).test_client()
    statuses = [client.get(PATH, headers=GZIP).status_code for _ in range(3)]
    statuses.append(client.get("/v1/config").status_code)
    refused = client.get(PATH, headers=GZIP)
    assert (statuses, refused.status_code) == ([200] * 4, 429)
    assert int(refused.headers["Retry-After"]) > 0
    other = {"REMOTE_ADDR": "192.0.2.7"}
    assert client.get(PATH, headers=GZIP, environ_base=other).status_code == 200


def test_without_a_limit_nobody_is_held_off(settings, database):
    unlimited = settings.model_copy(update={"limit_lookups": ""})
    client = create_app(unlimited, database).test_client()
    statuses = {client.get(PATH, headers=GZIP).status_code for _ in range(5)}
    assert statuses == {200}


def test_with_redis_they_are_limited_together(settings, database, redis_url):
    limited = settings.model_copy(
        update={"limit_lookups": "2/minute", "redis_url": redis_url}
    )
    clients = [create_app(limited, database).test_client() for _ in range(2)]
    # Servers of one salt count together; here each app has a salt of its own.
    for client in clients:
        statuses = [client.get(PATH, headers=GZIP).status_code for _ in range(3)]
        assert statuses == [200, 200, 429]


def test_with_the_database_away_nothing_old_is_sent_for_long(
    app, client, database, monkeypatch
):
    seconds = [0.0]
    view = app.extensions["trendguard"].catalogue
    monkeypatch.setattr(view, "_clock", lambda: seconds[0])
    assert client.get(PATH, headers=GZIP).status_code == 200
    database.close()
    assert client.get(PATH, headers=GZIP).status_code == 200
    seconds[0] += LOOK_AGAIN_SECONDS + 0.1
    assert client.get(PATH, headers=GZIP).status_code == 503


def test_ways_to_ask_that_are_kept_are_bounded(app, client, monkeypatch):
    front = app.wsgi_app
    assert isinstance(front, Front)
    monkeypatch.setattr(front, "_headers", Keeper(LRUCache(5)))
    for number in range(9):
        client.get(PATH, headers=GZIP | {"Origin": f"https://{number}.example"})
    assert len(front._headers._cache) == 5
    assert KEPT_WAYS > 5


def test_what_was_kept_of_one_bucket_serves_the_others(client, asked, stored):
    first = client.get(PATH, headers=GZIP)
    other = client.get(f"/v1/cards/{key_of(2)[0]}", headers=GZIP)
    assert len(asked) == 1
    assert other.headers["ETag"] != first.headers["ETag"]
    assert len(other.data) == len(first.data)
    assert other.data != first.data


@pytest.mark.parametrize("prefix", ["", "xyz", "ABC", "012345678", "0/1", "%00", "ab"])
def test_what_is_no_bucket_is_left_to_the_app(client, asked, prefix):
    client.get(PATH, headers=GZIP)
    plain = client.get(f"/v1/cards/{prefix}")
    assert told(client.get(f"/v1/cards/{prefix}", headers=GZIP))[0] == told(plain)[0]
    assert len(asked) == 3
