import itertools
import logging

import pytest

from server.app import create_app
from server.catalogue import LOOK_AGAIN_SECONDS, CatalogueView
from store.tables import RiskCard
from tests.server.conftest import NOW, key_of, risk_cards


def test_a_bucket_holds_every_card_of_its_prefix_and_no_other(client, stored):
    stored(*risk_cards(300))
    keys = {key_of(n) for n in range(300)}
    found = []
    for digit in "0123456789abcdef":
        answer = client.get(f"/v1/cards/{digit}")
        assert answer.status_code == 200
        bucket = [card["key"] for card in answer.json["cards"]]
        assert bucket == sorted(k for k in keys if k.startswith(digit))
        found += bucket
    assert set(found) == keys


def test_longer_prefixes_narrow_it(client, stored):
    stored(*risk_cards(300))
    for number, length in zip(range(60), itertools.cycle([2, 3, 8])):
        prefix = key_of(number)[:length]
        cards = client.get(f"/v1/cards/{prefix}").json["cards"]
        expected = sorted(k for n in range(300) if (k := key_of(n)).startswith(prefix))
        assert [card["key"] for card in cards] == expected


def test_a_card_comes_as_it_was_stored(client, stored):
    card = risk_cards(1)[0]
    payload = dict(card.payload)
    stored(card)
    assert client.get(f"/v1/cards/{key_of(0)[:2]}").json == {"cards": [payload]}
    assert payload["model"]["target"] == "regret"


def test_an_empty_bucket_is_no_error(client):
    answer = client.get("/v1/cards/ab")
    assert (answer.status_code, answer.json) == (200, {"cards": []})


def test_what_is_no_prefix_is_refused_and_not_repeated(client):
    for prefix in ("xy", "AB", "a%00", "a'", "%F0%9F%98%80", "a" * 9):
        answer = client.get(f"/v1/cards/{prefix}")
        assert answer.status_code == 400, prefix
        assert answer.content_type == "application/problem+json"
        assert "instance" not in answer.json


def test_a_longer_prefix_is_refused_with_the_reason(client):
    detail = client.get(f"/v1/cards/{key_of(1)}").json["detail"]
    assert "would tell which product" in detail
    assert key_of(1)[:9] not in detail


def test_an_unchanged_bucket_is_not_sent_again(client, stored, database):
    stored(*risk_cards(3))
    path = f"/v1/cards/{key_of(0)[:2]}"
    first = client.get(path)
    assert first.headers["Cache-Control"] == "public, max-age=300"
    tag = {"If-None-Match": first.headers["ETag"]}
    again = client.get(path, headers=tag)
    assert (again.status_code, again.data) == (304, b"")
    with database.writing() as session:
        session.delete(session.get_one(RiskCard, key_of(0)))
    assert client.get(path, headers=tag).status_code == 200


def test_no_log_says_what_was_looked_up(client, stored, caplog):
    caplog.set_level(logging.DEBUG)
    stored(*risk_cards(50))
    prefixes = [key_of(n)[:6] for n in range(50)]
    for prefix in prefixes:
        client.get(f"/v1/cards/{prefix}")
    client.get("/v1/cards/" + key_of(3))
    metrics = client.get("/metrics").text
    # SQL parameters are the database library's own debug log, which nobody turns on.
    logged = "\n".join(
        r.getMessage() for r in caplog.records if not r.name.startswith("sqlalchemy")
    )
    assert not [p for p in prefixes if p in logged or p in metrics]


@pytest.mark.parametrize(("count", "length"), [(2000, 1), (3000, 2)])
def test_the_length_is_the_longest_whose_every_bucket_holds_enough(
    settings, database, stored, count, length
):
    few = settings.model_copy(update={"bucket_cards": 2})
    stored(*risk_cards(count))
    config = create_app(few, database).test_client().get("/v1/config").json
    sizes = _bucket_sizes(count, length)
    assert min(sizes) >= 2
    assert min(_bucket_sizes(count, length + 1)) < 2
    assert config["prefix_length"] == length
    assert config["bucket_cards"] == {
        "wanted": 2,
        "smallest": min(sizes),
        "median": sorted(sizes)[len(sizes) // 2],
    }
    assert config["card_count"] == count


def _bucket_sizes(count, length):
    sizes = dict.fromkeys((f"{n:0{length}x}" for n in range(16**length)), 0)
    for number in range(count):
        sizes[key_of(number)[:length]] += 1
    return list(sizes.values())


def test_a_small_catalogue_is_cut_by_one_digit_and_says_so(client, stored):
    stored(*risk_cards(40))
    config = client.get("/v1/config").json
    assert config["prefix_length"] == 1
    assert config["bucket_cards"]["smallest"] < config["bucket_cards"]["wanted"]


def test_new_cards_are_seen_after_a_moment(database, stored):
    seconds = [0.0]
    view = CatalogueView(database, 50, clock=lambda: seconds[0])
    assert view.current().buckets.card_count == 0
    stored(*risk_cards(7))
    assert view.current().buckets.card_count == 0
    seconds[0] += LOOK_AGAIN_SECONDS + 0.1
    assert view.current().buckets.card_count == 7
    assert view.current().computed_at == NOW
