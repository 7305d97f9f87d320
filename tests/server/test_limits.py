import logging
import threading

import pytest
import redis

from server.app import RESOURCES, create_app
from server.limits import CLASSES, FREE, hashed_address, limit_class, make_salt
from store.settings import Settings
from tests.server.conftest import key_of, model_version, risk_cards

pytestmark = pytest.mark.any_database

CARDS = f"/v1/cards/{key_of(0)[:4]}"


@pytest.fixture(autouse=True)
def _no_salt_left(monkeypatch):
    monkeypatch.setenv("TRENDGUARD_ADDRESS_SALT", "")


@pytest.fixture
def limited(settings, database):
    def limited(**changed):
        limits = {"limit_lookups": "3/minute"} | changed
        return create_app(settings.model_copy(update=limits), database).test_client()

    return limited


def statuses(client, count: int, path: str = CARDS, address: str = "192.0.2.7"):
    base = {"REMOTE_ADDR": address}
    return [client.get(path, environ_base=base).status_code for _ in range(count)]


def test_every_blueprint_has_its_class_and_every_class_its_setting():
    for blueprint in RESOURCES:
        kind = limit_class(blueprint)
        assert (kind is None) == (blueprint.name in FREE), blueprint.name
        if kind is not None:
            assert kind in Settings.model_fields
    assert set(CLASSES) <= {blueprint.name for blueprint in RESOURCES}


def test_who_asks_too_often_is_told_when_to_ask_again(limited):
    client = limited()
    assert statuses(client, 3) == [200] * 3
    answer = client.get(CARDS, environ_base={"REMOTE_ADDR": "192.0.2.7"})
    assert answer.status_code == 429
    assert answer.content_type == "application/problem+json"
    assert 1 <= int(answer.headers["Retry-After"]) <= 61
    assert "192.0.2.7" not in answer.text
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert statuses(client, 1, address="192.0.2.8") == [200]


def test_a_class_is_counted_together_and_others_are_not(limited, stored):
    stored(*risk_cards(2))
    client = limited(limit_questions="")
    assert statuses(client, 2) == [200] * 2
    assert statuses(client, 2, "/v1/config") == [200, 429]
    assert statuses(client, 1, "/v1/trends/x") == [429]
    assert statuses(client, 9, "/health") == [200] * 9
    assert statuses(client, 9, "/metrics") == [200] * 9
    for _ in range(9):
        assert client.post("/v1/risk", json={"title": "ab"}).status_code == 503


@pytest.mark.parametrize(
    ("setting", "path", "method"),
    [
        ("limit_questions", "/v1/risk", "POST"),
        ("limit_questions", "/v1/cart", "POST"),
        ("limit_outcomes", "/v1/outcomes", "POST"),
        ("limit_outcomes", "/v1/outcomes", "DELETE"),
        ("limit_scores", "/v1/score", "POST"),
        ("limit_admin", "/v1/admin/watches", "GET"),
        ("limit_admin", "/v1/admin/crawls", "POST"),
    ],
)
def test_every_class_can_be_limited(limited, setting, path, method):
    client = limited(**{setting: "2/hour"})
    found = [client.open(path, method=method).status_code for _ in range(3)]
    assert found[2] == 429
    assert 429 not in found[:2]


def test_a_preflight_is_not_counted(limited):
    client = limited()
    for _ in range(9):
        assert client.options("/v1/cards/ab").status_code == 200
    assert statuses(client, 3) == [200] * 3


def test_a_network_of_ipv6_is_one_address(limited):
    client = limited()
    assert statuses(client, 3, address="2001:db8::1") == [200] * 3
    assert statuses(client, 1, address="2001:db8::ffff") == [429]
    assert statuses(client, 1, address="2001:db8:0:1::1") == [200]


def test_an_old_address_in_the_new_form_is_the_old_one():
    def hashed(address):
        return hashed_address(address, "salt")

    assert hashed("::ffff:192.0.2.7") == hashed("192.0.2.7")
    assert hashed("::ffff:192.0.2.8") != hashed("192.0.2.7")
    assert hashed("") != hashed("192.0.2.7")


def test_behind_a_proxy_the_address_is_the_one_it_saw(limited):
    def ask(client, forwarded):
        return client.get(CARDS, headers={"X-Forwarded-For": forwarded}).status_code

    alone = limited()
    assert [ask(alone, f"192.0.2.{n}") for n in range(4)] == [200, 200, 200, 429]
    proxied = limited(trusted_proxies=1)
    assert [ask(proxied, f"192.0.2.{n}") for n in range(9)] == [200] * 9
    # Only the last one is the proxy's word; what the client wrote before it is not.
    lies = [ask(proxied, f"10.0.0.{n}, 198.51.100.1") for n in range(4)]
    assert lies == [200, 200, 200, 429]


def test_no_address_is_logged_or_kept_as_it_is(limited, caplog):
    caplog.set_level(logging.DEBUG)
    client = limited()
    statuses(client, 5)
    assert "192.0.2.7" not in caplog.text
    assert "exceeded at endpoint" not in caplog.text
    assert hashed_address("192.0.2.7", "a") != hashed_address("192.0.2.7", "b")
    assert "192.0.2.7" not in hashed_address("192.0.2.7", "a")


@pytest.mark.redis
def test_with_redis_servers_of_one_salt_count_together(limited, redis_url):
    make_salt()
    away = limited(redis_url=redis_url)
    with redis.Redis.from_url(redis_url) as store:
        before = set(store.keys())
        assert statuses(away, 2) == [200] * 2
        assert statuses(limited(redis_url=redis_url), 2) == [200, 429]
        made = set(store.keys()) - before
        assert made
        for key in made:
            assert b"192.0.2.7" not in key
            assert 0 < store.ttl(key) <= 61
        store.delete(*made)


@pytest.mark.parametrize("url", ["redis://127.0.0.1:1/0", "hanging"])
def test_with_redis_away_it_answers_and_still_counts(limited, url, hanging, caplog):
    client = limited(redis_url=hanging if url == "hanging" else url)
    assert statuses(client, 4) == [200, 200, 200, 429]
    assert "falling back" in caplog.text
    assert "Traceback" not in caplog.text


@pytest.fixture
def hanging():
    """The URL of a Redis that takes connections and says nothing."""
    import socket

    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"redis://127.0.0.1:{server.getsockname()[1]}/0"


@pytest.mark.redis
def test_redis_that_goes_away_in_between_fails_nothing(limited, redis_url, monkeypatch):
    client = limited(redis_url=redis_url)
    assert statuses(client, 1, address="192.0.2.99") == [200]

    def gone(*_, **__):
        raise redis.exceptions.ConnectionError("gone")

    monkeypatch.setattr(redis.Redis, "execute_command", gone)
    assert statuses(client, 4, address="192.0.2.99") == [200, 200, 200, 429]


def test_many_at_once_are_counted_right(limited):
    client, found = limited(limit_lookups="20/minute"), []

    def ask():
        found.extend(statuses(client.application.test_client(), 10))

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(found) == [200] * 20 + [429] * 20


@pytest.mark.parametrize("limit", ["often", "0/minute", "3/fortnight", "3 per minute"])
def test_a_limit_that_is_none_is_refused(limit, tmp_path):
    with pytest.raises(ValueError, match="limit_lookups"):
        Settings(data_dir=tmp_path, limit_lookups=limit)


def test_an_empty_limit_is_none(limited, stored):
    stored(model_version())
    assert statuses(limited(limit_lookups=""), 30) == [200] * 30
