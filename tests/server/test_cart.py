import sys
from datetime import UTC, date, datetime

import pytest
import time_machine
from sqlmodel import select

from interventions.rules import read_rules
from ml.card import Card, CardModel
from server.app import create_app
from server.tallies import tallies
from store.tables import Nudge
from tests.server.conftest import NOW, key_of, model_version

SURE = {"risk": 0.8, "risk_low": 0.75, "risk_high": 0.85, "evidence": "enough"}
MILD = {"risk": 0.2, "risk_low": 0.1, "risk_high": 0.3, "evidence": "thin"}


@pytest.fixture
def cards(monkeypatch, scorer, stored):
    """What the scorer says of a title; of any other, nothing."""
    stored(model_version())
    known = {}

    def card(self, title, **described):
        scorer.append({"title": title} | described)
        values = {"evidence": "none"} | known.get(title, {})
        model = CardModel(version="v1", trained_on="retailer", target="regret")
        if values["evidence"] != "none":
            values = {"model": model, "stage": "Decline"} | values
        return Card(key=key_of(1), computed_at=NOW, expires_at=NOW, **values)

    monkeypatch.setattr(sys.modules["ml.serving"].Scorer, "card", card)
    return known


@pytest.fixture
def ask(client, cards):
    def ask(*items, **more):
        items = [{"title": i} if isinstance(i, str) else i for i in items]
        return client.post("/v1/cart", json={"items": items} | more)

    return ask


def test_a_card_for_each_in_order_a_summary_and_a_nudge(ask, cards):
    cards |= {"leggings": SURE, "lamp": MILD, "bag": MILD | {"stage": None}}
    answer = ask("lamp", "unknown thing", "leggings", "bag")
    assert answer.status_code == 200
    body = answer.json
    assert [card["evidence"] for card in body["items"]] == [
        "thin", "none", "enough", "thin",
    ]  # fmt: skip
    assert body["items"][2] == SURE | {
        "key": key_of(1),
        "stage": "Decline",
        "target": "regret",
        "trained_on": "retailer",
    }
    assert body["items"][1]["risk"] is None
    assert body["summary"] == {
        "item_count": 4,
        "trending_count": 2,
        "over_half_count": 1,
        "known_count": 3,
        "text": "2 trending items, 1 over 50 %",
    }
    assert body["nudge"]["kind"] == "cooling_off"
    assert body["nudge"]["items"] == [2]
    assert body["nudge"]["cooling_off_hours"] == 24
    assert answer.headers["Cache-Control"] == "no-store"


def test_the_description_reaches_the_scorer_and_the_quantity_the_rules(
    ask, cards, scorer
):
    cards["lamp"] = MILD
    described = {"title": "lamp", "gtin": "4006381333931", "currency": "USD"}
    answer = ask(described | {"quantity": 2})
    assert answer.json["summary"]["item_count"] == 2
    assert answer.json["nudge"]["kind"] == "cart_summary"
    assert {k: scorer[-1][k] for k in described} == described
    assert "quantity" not in scorer[-1]


def test_a_sample_model_only_sums_up(ask, cards):
    sample = CardModel(version="v1", trained_on="sample", target="regret")
    cards["leggings"] = SURE | {"model": sample}
    nudge = ask("leggings").json["nudge"]
    assert nudge["kind"] == "cart_summary"
    assert "made-up" in nudge["text"]


def test_what_is_shown_is_counted_by_day_and_kind_and_nothing_else(
    ask, cards, app, database
):
    cards |= {"leggings": SURE, "lamp": MILD}
    for day in (1, 1, 2):
        with time_machine.travel(datetime(2026, 3, day, 23, 59, tzinfo=UTC)):
            ask("leggings")
            ask("lamp", "lamp")
            ask("unknown thing")
    tallies(app).flush()
    tallies(app).flush()
    with database.reading() as session:
        rows = session.exec(select(Nudge).order_by(Nudge.day, Nudge.kind)).all()
    assert [(row.day, row.kind, row.shown_count) for row in rows] == [
        (date(2026, 3, 1), "cart_summary", 2),
        (date(2026, 3, 1), "cooling_off", 2),
        (date(2026, 3, 2), "cart_summary", 1),
        (date(2026, 3, 2), "cooling_off", 1),
    ]
    with time_machine.travel(datetime(2026, 3, 2, tzinfo=UTC)):
        ask("leggings")
    tallies(app).flush()
    with database.reading() as session:
        assert (
            session.get_one(Nudge, ("cooling_off", date(2026, 3, 2))).shown_count == 2
        )


def test_a_shop_has_rules_of_its_own(settings, database, cards, tmp_path):
    cards["lamp"] = MILD
    file = tmp_path / "rules.toml"
    file.write_text("[nudges]\npre_purchase_risk_low = 0.05\n")
    chosen = settings.model_copy(update={"rules_file": file})
    client = create_app(chosen, database).test_client()
    answer = client.post("/v1/cart", json={"items": [{"title": "lamp"}]})
    assert answer.json["nudge"]["kind"] == "pre_purchase"
    published = client.get("/v1/config").json["nudges"]
    assert published == {
        **read_rules().nudges.model_dump(),
        "pre_purchase_risk_low": 0.05,
    }


@pytest.mark.parametrize(
    ("items", "at"),
    [
        ([], "items"),
        ([{"title": "a b"}] * 101, "items"),
        ([{"title": "ok"}, {"title": ""}], "items.1.title"),
        ([{"title": "ok", "quantity": 0}], "items.0.quantity"),
        ([{"title": "secret\0"}], "items.0.title"),
        ([{"title": "ok", "brand": "secret\0"}], "items.0.brand"),
        ([{"title": "ok", "buyer": "secret"}], "items.0.buyer"),
        ("secret", "items"),
    ],
)
def test_what_does_not_fit_is_refused_with_its_place(client, items, at):
    answer = client.post("/v1/cart", json={"items": items})
    assert answer.status_code == 422
    assert [error["at"] for error in answer.json["errors"]] == [at]
    assert "secret" not in answer.text


def test_a_hundred_items_are_answered(ask, cards):
    cards["lamp"] = MILD
    answer = ask(*["lamp"] * 100)
    assert len(answer.json["items"]) == 100
    assert answer.json["summary"]["trending_count"] == 100
