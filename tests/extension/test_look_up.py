"""What leaves the browser: nothing before consent, then a prefix and no more."""

import json
import re

import pytest

from store.keys import card_keys
from tests.extension.conftest import make_card, name_key, product_page

pytestmark = pytest.mark.browser
TITLE = "Ribbed Leggings"
KEY = name_key(TITLE)
HOST = "www.acehardware.com"


@pytest.fixture
def leggings(shop, cards, choose):
    cards.cards = [make_card(KEY)]
    return shop.put(HOST, "/p/leggings", product_page(TITLE))


def paths(cards) -> list[str]:
    return [request.splitlines()[0] for request in cards.seen]


def test_nothing_is_sent_before_consent(page, badge, leggings, cards, choose):
    choose(agreed=False)
    page.goto(leggings)
    assert badge.stays_away()
    assert cards.seen == []


def test_the_off_switch_is_off(page, badge, leggings, cards, choose):
    choose(enabled=False)
    page.goto(leggings)
    assert badge.stays_away()
    assert cards.seen == []


def test_a_site_that_was_turned_off_stays_silent(page, badge, leggings, cards, choose):
    choose(offSites=[HOST])
    page.goto(leggings)
    assert badge.stays_away()
    assert cards.seen == []


def test_withdrawing_takes_the_badge_away_at_once(page, badge, leggings, choose):
    page.goto(leggings)
    badge.wait()
    choose(agreed=False)
    page.wait_for_timeout(300)
    assert not badge.exists()


@pytest.mark.parametrize("length", [1, 4, 8])
def test_only_a_prefix_of_the_stated_length_leaves(
    page, badge, leggings, cards, length
):
    cards.prefix_length = length
    page.goto(leggings + "?utm_source=tiktok#reviews")
    badge.wait()
    url_key, brand_title_key = card_keys(url=leggings, brand="Lumenza", title=TITLE)
    assert paths(cards) == [
        "/v1/config",
        f"/v1/cards/{url_key[:length]}",
        f"/v1/cards/{brand_title_key[:length]}",
    ]


def test_no_word_about_the_page_leaves(page, badge, leggings, cards):
    page.goto(leggings)
    badge.wait()
    sent = "\n".join(cards.seen).lower()
    assert not re.search(r"leggings|lumenza|acehardware|42\.99|[0-9a-f]{16}", sent)
    assert "cookie:" not in sent
    assert "referer:" not in sent


def test_the_surest_key_is_asked_first_and_ends_the_asking(page, badge, shop, cards):
    gtin = "4006381333931"
    cards.cards = [make_card(card_keys(gtin=gtin)[0], risk=0.4), make_card(KEY)]
    page.goto(shop.put(HOST, "/p/pen", product_page(TITLE, gtin13=gtin)))
    badge.wait()
    assert badge.text(".badge .claim").startswith("40%")
    assert len(paths(cards)) == 2


@pytest.fixture(autouse=True)
def _chosen(choose):
    return


def test_the_second_visit_asks_nobody(page, badge, leggings, cards):
    page.goto(leggings)
    badge.wait()
    asked = len(cards.seen)
    page.reload()
    badge.wait()
    assert len(cards.seen) == asked


def test_an_expired_card_is_not_shown(page, badge, leggings, cards):
    cards.cards = [make_card(KEY, expires_at="2026-01-01T00:00:00Z")]
    page.goto(leggings)
    assert badge.stays_away()


def test_the_card_of_another_product_in_the_bucket_is_not_shown(
    page, badge, leggings, cards
):
    cards.cards = [make_card(KEY[:8] + "0" * 56)]
    page.goto(leggings)
    assert badge.stays_away()


@pytest.mark.parametrize("length", [0, 9, 64, -1, "4", None, 4.5, True])
def test_a_server_that_asks_for_too_much_gets_nothing(
    page, badge, leggings, cards, length
):
    cards.prefix_length = length
    page.goto(leggings)
    assert badge.stays_away(0.8)
    assert not any(path.startswith("/v1/cards") for path in paths(cards))


HOSTILE = {
    "not JSON": "<html>",
    "empty": "",
    "null": "null",
    "a list": "[]",
    "no cards": '{"cards": 7}',
    "strange cards": '{"cards": [null, 7, "x", {}, []]}',
    "endless": '{"cards": [' + "0," * 2_500_000 + "0]}",
    "deep": "[" * 100_000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_answer_is_silence(page, badge, leggings, cards, name):
    errors = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    cards.bodies["/v1/cards/"] = HOSTILE[name]
    page.goto(leggings)
    assert badge.stays_away(0.8)
    assert page.inner_text("h1") == "A product"
    assert errors == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"risk": 1.7},
        {"risk": "0.5"},
        {"risk_low": 0.9, "risk_high": 0.1},
        {"risk": None},
        {"evidence": "plenty"},
        {"evidence": "none"},
        {"reasons": "because"},
        {"reasons": [{"code": "trend"}]},
        {"stage": "Zombie"},
        {"computed_at": "yesterday"},
        {"model": {"version": "1", "trained_on": "hearsay"}},
    ],
    ids=json.dumps,
)
def test_a_card_that_breaks_the_contract_is_not_shown(
    page, badge, leggings, cards, wrong
):
    cards.cards = [make_card(KEY) | wrong]
    page.goto(leggings)
    assert badge.stays_away(0.6)


def test_html_in_a_reason_is_text(page, badge, leggings, cards):
    html = "<img src=x onerror=alert(1)>"
    cards.cards[0]["reasons"][0]["text"] = html
    page.goto(leggings)
    badge.wait()
    assert html in badge.text(".panel")
    assert badge.count("img") == 0


def test_a_slow_server_is_silence(page, badge, leggings, cards):
    cards.delay_seconds = 0.7  # two answers are needed, and a second is given
    page.goto(leggings)
    assert badge.stays_away(2.5)


def test_a_server_that_is_away_is_silence(page, badge, leggings, choose):
    choose(server="http://127.0.0.1:9")
    page.goto(leggings)
    assert badge.stays_away()
    assert page.inner_text("h1") == "A product"


def test_a_page_that_is_not_a_product_asks_nobody(page, badge, shop, cards):
    page.goto(shop.put(HOST, "/help", "<title>Help</title><h1>Help</h1><p>$5 off"))
    page.wait_for_timeout(4500)
    assert cards.seen == []
    assert not badge.exists()


def test_a_site_that_is_not_named_is_left_alone(page, badge, shop, cards):
    page.goto(shop.put("shop.example", "/p/leggings", product_page(TITLE)))
    assert badge.stays_away()
    assert cards.seen == []
