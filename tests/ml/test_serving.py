"""Cards on request: the same as the model gives by the long way, and fast for what is
asked for often.
"""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pytest
import time_machine
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event
from sqlmodel import select

from ml.card import Card
from ml.cards import Rated
from ml.evidence import evidence_of, widened
from ml.reasons import reasons_for
from ml.serving import KEPT_SECONDS, KnownKeys, Scorer
from store.clock import utc_now
from store.keys import card_keys
from store.tables import CategoryDay, Product, ProductDay, RiskCard


@pytest.fixture(scope="module")
def scorer(trained):
    return Scorer.load(trained, trained.settings)


@pytest.fixture(scope="module")
def goods(trained):
    with trained.reading() as session:
        return session.exec(select(Product).order_by(Product.product_id)).all()


def slowly(scorer, **said) -> Card:
    """Return the card as it is worked out without anything kept or left out."""
    keys = card_keys(said.get("url"), said.get("gtin"), said["brand"], said["title"])
    with scorer.database.reading() as session:
        found = next(filter(None, (session.get(RiskCard, key) for key in keys)), None)
        known = scorer.catalogue(session).get(found.product_id) if found else None
    facts = known or scorer.strangers.facts(said["title"], said["category"])
    facts = {"brand": said["brand"], "category": said["category"]} | facts
    facts |= scorer._priced(facts, said["price"], said["currency"])
    evidence, now = evidence_of(facts), utc_now()
    plain = {
        "key": keys[0],
        "evidence": evidence,
        "computed_at": now,
        "expires_at": now,
    }
    if evidence == "none":
        return Card(**plain)
    shares = scorer.maker.band_shares
    every = pa.Table.from_pylist([facts | {"age_band": band} for band in shares])
    predicted = scorer.maker.model.predict(every)
    rated = Rated.of(predicted, slice(0, len(shares)), shares)
    evidence = "thin" if rated.unusual and evidence == "enough" else evidence
    low, high = widened(*rated.overall, evidence, unusual=rated.unusual)
    return Card(
        **plain | {"evidence": evidence},
        risk=rated.overall[0],
        risk_low=low,
        risk_high=high,
        risk_by_age_band=rated.band_risks(evidence),
        reasons=reasons_for(facts, rated.effects, now),
    )


SAID = ("key", "evidence", "risk", "risk_low", "risk_high", "risk_by_age_band")


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_the_short_way_gives_the_card_of_the_long_way(scorer, goods, data):
    product = data.draw(st.sampled_from(goods))
    name = product.title.removeprefix(product.brand or "").split(" No.")[0]
    said = {
        "title": data.draw(
            st.sampled_from([product.title, name, f"New {name} 2", "x"])
        ),
        "brand": data.draw(st.sampled_from([product.brand, None, "Unheard-of"])),
        "category": data.draw(st.sampled_from([product.category, None, "Moon rock"])),
        "price": data.draw(
            st.none() | st.decimals(0, 10**6, allow_nan=False, places=2)
        ),
        "currency": data.draw(st.sampled_from(["USD", "EUR", None])),
        "gtin": data.draw(st.sampled_from([None, product.gtin])),
    }
    fast, slow = scorer.card(**said), slowly(scorer, **said)
    for field in SAID:
        assert getattr(fast, field) == getattr(slow, field), field
    told = [[(r.code, r.text, r.effect) for r in c.reasons] for c in (fast, slow)]
    assert told[0] == told[1]


def test_what_was_asked_is_answered_again_for_some_minutes(trained, scorer):
    asked = replace(scorer)
    with time_machine.travel(utc_now(), tick=False) as clock:
        first = asked.card("Cloud Pillow", price=Decimal(5))
        assert asked.card("Cloud Pillow", price=Decimal(5)) is first
        for other in ({"price": Decimal(60)}, {"brand": "Acme"}, {"category": "x"}):
            assert asked.card("Cloud Pillow", **{"price": Decimal(5)} | other) != first
        clock.shift(timedelta(seconds=KEPT_SECONDS + 1))
        later = asked.card("Cloud Pillow", price=Decimal(5))
        assert later.computed_at - first.computed_at > timedelta(seconds=KEPT_SECONDS)


def test_what_no_split_tells_apart_is_predicted_once(scorer):
    maker = replace(scorer.maker)
    facts = scorer.strangers.facts("x") | {"brand": None, "category": None}
    rows = [facts | {"price_usd": price} for price in (30.0, 30.0, 30.0 + 1e-9)]
    one = maker._rate(rows[:1])
    assert maker._rate(rows) == one * 3
    assert len(maker._known._cache) == 1
    assert maker._rate(rows[1:2])[0] is one[0]


def test_only_a_hash_of_what_was_asked_is_kept(scorer):
    asked = replace(scorer)
    asked.card("Very Private Thing")
    (name,) = asked._answers._cache
    assert len(name) == 64
    assert b"Private" not in name


def test_what_is_in_no_catalogue_asks_no_database(trained, scorer, goods):
    asked, queries = replace(scorer), []

    def note(*call):
        queries.append(call[2])

    event.listen(trained.engine, "before_cursor_execute", note)
    asked.card("Something nobody sells here", price=Decimal(5))
    assert queries == []
    asked.card(goods[0].title, brand=goods[0].brand)
    event.remove(trained.engine, "before_cursor_execute", note)
    assert queries


def test_every_key_of_a_card_is_known_and_seldom_another(trained):
    with trained.reading() as session:
        known = KnownKeys.load(session)
        keys = session.exec(select(RiskCard.key)).all()
    assert all(key in known for key in keys)
    assert not any(f"{n:064x}" in known for n in range(1_000))
    assert "f" * 64 not in KnownKeys(np.empty(0, np.uint64))


def test_a_stranger_leans_on_its_category_as_products_here_do(trained, scorer, goods):
    """A product of the same category without an order has the same rate."""
    by_id = {p.product_id: p.category for p in goods}
    with trained.reading() as session:
        days = session.exec(
            select(ProductDay).where(ProductDay.day == scorer.day)
        ).all()
        shop = session.exec(
            select(CategoryDay).where(CategoryDay.day == scorer.day)
        ).all()
    for day in days:
        lean = scorer.strangers.facts("x", by_id[day.product_id])["return_rate"]
        row = next(k for k in shop if k.category == by_id[day.product_id])
        back = (row.returned_n + 50 * row.shop_return_rate) / (row.return_n + 50)
        assert lean == pytest.approx(back)
        if day.return_n == 0:
            assert lean == pytest.approx(day.return_rate)
    assert (
        len({scorer.strangers.facts("x", c)["return_rate"] for c in by_id.values()}) > 1
    )
    elsewhere = scorer.strangers.facts("x", "Moon rock")["return_rate"]
    assert elsewhere == scorer.strangers.facts("x")["return_rate"]
    assert elsewhere == pytest.approx(shop[0].shop_return_rate)
