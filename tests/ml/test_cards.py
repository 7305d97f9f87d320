from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import ClassVar

import numpy as np
import pyarrow as pa
import pytest
from sqlmodel import select

from ml.card import Card
from ml.cards import Rated
from ml.evidence import evidence_of, widened
from ml.model import Prediction
from ml.reasons import reasons_for
from ml.refresh import products_by_key
from ml.serving import Scorer
from store.bulk import merge_rows
from store.database import open_database
from store.errors import NoModelError, RequestError
from store.keys import card_keys
from store.tables import ModelVersion, Product, RiskCard

AT = datetime(2026, 10, 31, tzinfo=UTC)


@pytest.fixture(scope="module")
def scorer(trained):
    return Scorer.load(trained, trained.settings)


@pytest.fixture(scope="module")
def cards(trained):
    with trained.reading() as session:
        return [Card(**row.payload) for row in session.exec(select(RiskCard))]


def test_every_product_has_a_card_for_each_of_its_keys(trained, market, cards):
    keys = {card.key for card in cards}
    for product in market.products[:10]:
        url = f"http://127.0.0.1:8080/p/{product.slug}"
        assert set(card_keys(url, product.gtin, product.brand, product.title)) <= keys


def test_numbers_fit_together(cards):
    for card in cards:
        if card.evidence == "none":
            assert card.risk is None
            assert card.reasons == []
            continue
        assert card.risk_low <= card.risk <= card.risk_high
        bands = [row.risk for row in card.risk_by_age_band.values()]
        assert min(bands) - 1e-9 <= card.risk <= max(bands) + 1e-9
        assert card.model.trained_on == "sample"
        assert card.model.target == "regret"
        assert len(card.reasons) <= 3
        effects = [abs(reason.effect) for reason in card.reasons]
        assert effects == sorted(effects, reverse=True)
        assert card.expires_at > card.computed_at
    assert any(card.risk for card in cards)


def test_nothing_known_gives_no_number(scorer):
    card = scorer.card("Something nobody has ever heard of", price=Decimal(5))
    assert card.evidence == "none"
    assert card.risk is None
    assert card.risk_by_age_band == {}
    assert card.model is None


def test_nothing_to_look_up_is_said_so(scorer):
    with pytest.raises(RequestError, match="a letter or a digit"):
        scorer.card("!!!")


def test_one_name_for_two_products_gives_neither_ones_card(trained):
    twins = [
        {"product_id": f"twin{n}", "title": "Twin Lamp", "brand": "Acme"}
        for n in (1, 2)
    ]
    with trained.writing() as session:
        merge_rows(session, Product, pa.Table.from_pylist(twins))
    facts = {"twin1": {}, "twin2": {}}
    with trained.reading() as session:
        rows = products_by_key(session, facts)
    with trained.writing() as session:
        for twin in twins:
            session.delete(session.get(Product, twin["product_id"]))
    assert rows == {}


def test_a_product_of_the_catalogue_is_found_by_what_its_page_says(trained, scorer):
    with trained.reading() as session:
        row = session.exec(select(RiskCard).order_by(RiskCard.key)).first()
        product = session.get(Product, row.product_id)
    by_name = scorer.card(product.title, brand=product.brand)
    by_gtin = scorer.card("Another title", gtin=product.gtin)
    stored = Card(**row.payload)
    assert by_name.risk == by_gtin.risk == pytest.approx(stored.risk)
    assert by_name.kept_180_days == stored.kept_180_days


def test_a_stranger_with_a_trending_name_gets_a_thin_card(trained, scorer, market):
    product = next(p for p in market.products if p.hashtags)
    words = product.title.removeprefix(product.brand).split(" No.")[0]
    card = scorer.card(f"Unheard-of Maker {words}", price=Decimal("30"))
    assert card.evidence == "thin"
    assert card.stage is not None
    assert card.risk_low < card.risk < card.risk_high


def test_without_a_model_it_says_what_to_do(settings):
    database = open_database(settings)
    with pytest.raises(NoModelError, match="trendguard train"):
        Scorer.load(database, settings)
    database.close()


@pytest.mark.parametrize(
    ("facts", "evidence"),
    [
        ({}, "none"),
        ({"resale_n": 2, "sentiment_n": 4, "return_n": 19}, "none"),
        ({"hashtag": "x"}, "thin"),
        ({"hashtag": "x", "resale_n": 3}, "enough"),
        ({"sentiment_n": 5, "return_n": 20}, "enough"),
        ({"sentiment_n": 4, "rating_n": 5}, "thin"),
        ({"sentiment_n": 5, "rating_n": 5}, "thin"),
        ({"rating_n": 5, "return_n": 20}, "enough"),
    ],
)
def test_evidence(facts, evidence):
    assert evidence_of(facts) == evidence


def test_thin_evidence_widens_the_interval_within_bounds():
    assert widened(0.3, 0.25, 0.4, "enough") == (0.25, 0.4)
    assert widened(0.3, 0.25, 0.4, "thin") == (pytest.approx(0.2), pytest.approx(0.5))
    assert widened(0.02, 0.001, 0.98, "thin") == (0.0, 1.0)


def test_an_unusual_value_makes_evidence_thin_and_widens_once_more():
    known = {"hashtag": "x", "resale_n": 3}
    assert evidence_of(known, unusual=True) == "thin"
    assert evidence_of({}, unusual=True) == "none"
    wide = widened(0.3, 0.25, 0.4, "thin", unusual=True)
    assert wide == (pytest.approx(0.1), pytest.approx(0.7))


def test_an_absurd_price_gives_a_wider_card(scorer, cards, trained):
    key = next(card.key for card in cards if card.evidence == "enough")
    with trained.reading() as session:
        product = session.get(Product, session.get(RiskCard, key).product_id)
    usual = scorer.card(product.title, brand=product.brand, gtin=product.gtin)
    absurd = scorer.card(
        product.title,
        brand=product.brand,
        gtin=product.gtin,
        price=Decimal("1e9"),
    )
    assert (usual.evidence, absurd.evidence) == ("enough", "thin")
    assert absurd.risk_low <= absurd.risk <= absurd.risk_high
    width = usual.risk_high - usual.risk_low
    assert absurd.risk_high - absurd.risk_low >= 2 * width
    for row in absurd.risk_by_age_band.values():
        assert row.risk_low <= row.risk <= row.risk_high


def test_an_age_that_no_buyer_was_of_makes_its_own_row_unsure():
    shares = {"15-19": 0.5, "20-24": 0.5, "80+": 0.0}
    same = [np.full(3, value) for value in (0.3, 0.2, 0.5)]
    for flags, unusual in (([0, 0, 1], False), ([1, 1, 1], True)):
        predicted = Prediction(*same, np.array(flags, bool), {"trend": np.zeros(3)})
        rated = Rated.of(predicted, slice(0, 3), shares)
        assert rated.unusual is unusual
        rows = rated.band_risks("enough")
        for band, flag in zip(shares, flags, strict=True):
            low, high = (0, 1) if flag else (0.2, 0.5)
            found = rows[band].risk_low, rows[band].risk_high
            assert found == (pytest.approx(low), pytest.approx(high))


@pytest.mark.parametrize("target", ["regret", "returned"])
def test_a_card_says_what_its_risk_is_of(scorer, trained, target):
    maker = replace(scorer.maker, version=registered_as(scorer, target))
    (card,) = maker.make([("", known_product(scorer, trained), None)], AT)
    assert card.model.target == target


def registered_as(scorer, target):
    return ModelVersion(**scorer.maker.version.model_dump() | {"target": target})


def known_product(scorer, trained):
    with trained.reading() as session:
        facts = scorer.catalogue(session).values()
    return next(row for row in facts if evidence_of(row) == "enough")


def test_a_card_tells_the_price_it_was_asked_with(scorer, trained):
    facts = known_product(scorer, trained)
    with trained.reading() as session:
        product = session.get(Product, facts["product_id"])
    paid = Decimal(str(round(facts["list_price_usd"] * 1.5, 2)))
    asked = recorded(scorer)
    asked.card(product.title, brand=product.brand, gtin=product.gtin)
    asked.card(product.title, brand=product.brand, gtin=product.gtin, price=paid)
    told = [tell(facts, {"price": 0.1}) for facts in asked.maker.facts]
    assert told[0].text.startswith("Its list price is $")
    assert told[0].source == "the shop"
    assert told[1].text.startswith(f"It costs ${paid}, 50% over its list price of $")
    assert told[1].source == "the product page"


def tell(facts, effects):
    (reason,) = reasons_for(facts, effects, AT)
    return reason


def recorded(scorer):
    """Return the scorer with a maker that keeps the facts it was given."""

    class Maker:
        facts: ClassVar[list] = []

        def make(self, products, now):
            self.facts += [row for _, row, _ in products]
            return scorer.maker.make(products, now)

    return replace(scorer, maker=Maker())


def test_no_card_speaks_of_who_looks_at_it(scorer, trained):
    facts = known_product(scorer, trained) | {"age_band": "20-24"}
    assert reasons_for(facts, {"buyer": 0.5}, AT) == []
