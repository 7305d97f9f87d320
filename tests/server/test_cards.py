import gzip
import itertools
import json
import logging

import pytest
from sqlalchemy import delete
from sqlmodel import col

from server.app import create_app
from server.catalogue import LOOK_AGAIN_SECONDS, CatalogueView
from store.buckets import build_buckets
from store.database import Database
from store.tables import CardBucket, RiskCard
from tests.server.conftest import NOW, key_of, risk_cards, telling


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
    for sent in ({}, GZIP):
        first = client.get(path, headers=sent)
        assert first.headers["Cache-Control"] == "public, max-age=300"
        tag = sent | {"If-None-Match": first.headers["ETag"]}
        again = client.get(path, headers=tag)
        assert (again.status_code, again.data) == (304, b"")
        assert again.headers["Vary"].startswith("Accept-Encoding")
    with database.writing() as session:
        session.delete(session.get_one(RiskCard, key_of(0)))
    assert client.get(path, headers=tag).status_code == 200


GZIP = {"Accept-Encoding": "gzip, deflate, br, zstd"}


@pytest.fixture
def uneven(stored):
    """A catalogue whose buckets differ by far, cut by two digits."""
    stored(*risk_cards(3_000), bucket_cards=2)
    return [f"{number:02x}" for number in range(256)]


@pytest.mark.any_database
def test_no_answer_tells_its_bucket_by_its_length(client, uneven):
    for headers, lost in ((GZIP, gzip.decompress), ({}, bytes)):
        sent = [client.get(f"/v1/cards/{p}", headers=headers) for p in uneven]
        cards = [len(json.loads(lost(answer.data))["cards"]) for answer in sent]
        assert len(set(cards)) > 5
        assert sum(cards) == 3_000
        assert len({len(answer.data) for answer in sent}) == 1
        assert len({len(str(answer.headers)) for answer in sent}) == 1


def test_a_prefix_of_another_length_tells_no_more(client, uneven):
    whole = len(client.get("/v1/cards/ab", headers=GZIP).data)
    for prefix in ("abc", "abcd", key_of(7)[:8], "0" * 8):
        assert len(client.get(f"/v1/cards/{prefix}", headers=GZIP).data) == whole
    rows = {len(client.get(f"/v1/cards/{d}", headers=GZIP).data) for d in "0123456789"}
    assert len(rows) == 1
    assert rows.pop() > whole


def test_what_is_sent_compressed_is_what_is_sent_plain(client, uneven):
    for prefix in ("a", "ab", "abc"):
        plain = client.get(f"/v1/cards/{prefix}", headers={"Accept-Encoding": "br"})
        packed = client.get(f"/v1/cards/{prefix}", headers=GZIP)
        assert "Content-Encoding" not in plain.headers
        assert packed.headers["Content-Encoding"] == "gzip"
        assert json.loads(gzip.decompress(packed.data)) == plain.json
        assert packed.headers["ETag"] == plain.headers["ETag"]
        for answer in (plain, packed):
            assert "Accept-Encoding" in answer.headers["Vary"]
            assert answer.headers["Content-Length"] == str(len(answer.data))
    refused = client.get("/v1/cards/ab", headers={"Accept-Encoding": "gzip;q=0"})
    assert "Content-Encoding" not in refused.headers


@pytest.mark.any_database
def test_head_says_what_get_would(client, uneven):
    for headers in (GZIP, {}):
        asked = client.get("/v1/cards/ab", headers=headers)
        head = client.head("/v1/cards/ab", headers=headers)
        assert head.data == b""
        assert dict(head.headers) == dict(asked.headers)


def cards_everywhere(digits: int) -> list[RiskCard]:
    """Return a card for each prefix of so many digits."""
    cards = risk_cards(16**digits)
    for number, card in enumerate(cards):
        card.key = f"{number:0{digits}x}".ljust(64, "0")
    return cards


def test_a_prefix_far_too_short_is_refused(client, stored):
    stored(*cards_everywhere(3), bucket_cards=1)
    assert client.get("/v1/config").json["prefix_length"] == 3
    assert len(client.get("/v1/cards/abc").json["cards"]) == 1
    assert len(client.get("/v1/cards/ab").json["cards"]) == 16
    answer = client.get("/v1/cards/a")
    assert answer.status_code == 400
    assert "send 3, as /v1/config says" in answer.json["detail"]


def test_cards_and_config_agree_while_they_are_made_anew(
    database, client, stored, looking
):
    stored(*cards_everywhere(2), bucket_cards=1)
    assert client.get("/v1/config").json["prefix_length"] == 2
    before = client.get("/v1/cards/ab", headers=GZIP).data
    with database.writing() as session:
        session.execute(delete(RiskCard).where(col(RiskCard.key) != "a".ljust(64, "0")))
        build_buckets(session, 1)
        # Nothing of what is not committed is seen.
        assert client.get("/v1/cards/ab", headers=GZIP).data == before
        assert client.get("/v1/config").json["prefix_length"] == 2
    # This worker has not looked again: both lengths are answered, with what there is.
    assert client.get("/v1/config").json["prefix_length"] == 2
    assert len(client.get("/v1/cards/a").json["cards"]) == 1
    assert client.get("/v1/cards/ab").json["cards"] == []
    looking()
    config = client.get("/v1/config").json
    assert (config["prefix_length"], config["card_count"]) == (1, 1)
    after = client.get("/v1/cards/a", headers=GZIP).data
    assert len(json.loads(gzip.decompress(after))["cards"]) == 1
    assert len(json.loads(gzip.decompress(before))["cards"]) == 1


@pytest.fixture
def looking(app):
    """Let the worker look at the catalogue again."""
    seconds = [0.0]
    view = app.extensions["trendguard"].catalogue
    view._clock = lambda: seconds[0]
    view._looked_at = float("-inf")

    def look():
        seconds[0] += LOOK_AGAIN_SECONDS + 0.1

    return look


def test_what_is_kept_in_memory_is_of_the_catalogue_it_saw(
    database, client, stored, looking
):
    first, last = risk_cards(40), risk_cards(40)
    path = f"/v1/cards/{key_of(0)[0]}"

    def count():
        answer = client.get(path, headers=GZIP)
        return len(json.loads(gzip.decompress(answer.data))["cards"])

    def cut_without(*cards):
        with database.writing() as session:
            for card in cards:
                session.delete(session.get_one(RiskCard, card.key))
            session.flush()
            build_buckets(session, 50)

    stored(*first)
    assert client.get("/v1/config").json["card_count"] == 40
    cut_without(first[0])
    # It saw the other catalogue: this is not kept as a part of it.
    fewer = count()
    stored(last[0])
    looking()
    assert count() == fewer + 1
    cut_without(last[0])
    assert count() == fewer + 1
    looking()
    assert count() == fewer
    # What is asked for again is not read again.
    with database.writing() as session:
        session.execute(delete(CardBucket))
        session.execute(delete(RiskCard))
    assert count() == fewer


def test_two_processes_give_the_same_bytes(settings, client, stored):
    stored(*risk_cards(300))
    other = create_app(settings, Database(settings)).test_client()
    for headers in (GZIP, {}):
        for path in ("/v1/config", *(f"/v1/cards/{d}" for d in "09af")):
            one, two = (c.get(path, headers=headers) for c in (client, other))
            assert one.data == two.data
            assert one.headers["ETag"] == two.headers["ETag"]
    other.application.extensions["trendguard"].database.close()


def test_an_unchanged_config_is_not_sent_again(client, stored):
    stored(*risk_cards(3))
    tag = {"If-None-Match": client.get("/v1/config").headers["ETag"]}
    assert client.get("/v1/config", headers=tag).status_code == 304


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
    assert len(telling(prefixes)) > 40
    assert not [p for p in telling(prefixes) if p in logged or p in metrics]


@pytest.mark.parametrize(("count", "length"), [(2000, 1), (3000, 2)])
def test_the_length_is_the_longest_whose_every_bucket_holds_enough(
    client, stored, count, length
):
    stored(*risk_cards(count), bucket_cards=2)
    config = client.get("/v1/config").json
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
