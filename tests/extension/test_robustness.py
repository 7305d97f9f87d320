"""Killed workers, offline, slow and hostile servers: the shop never notices."""

import time

import pytest

from tests.extension.conftest import make_card, name_key, product_page
from tests.extension.test_pre_purchase import HOST, kill_workers, listed
from tests.running import until

pytestmark = pytest.mark.browser
LOOK_UP = """async (server) => {
  const { findCard } = await import('/background/look-up.js');
  return findCard(server, { title: 'Heated Mug' }).then(() => '', (e) => e.name);
}"""


@pytest.fixture(autouse=True)
def _chosen(choose):
    return


def test_a_killed_worker_comes_back_with_all_it_knew(page, badge, shop, cards):
    address = listed(cards, shop, "Ribbed Leggings", 0.3)
    page.goto(address)
    badge.wait_for(".badge")
    asked = len(cards.seen)
    kill_workers(page.context)
    page.reload()
    badge.wait_for(".badge")
    assert len(cards.seen) == asked


def test_offline_what_was_seen_is_shown_and_the_rest_is_silence(
    page, badge, shop, cards, choose
):
    known = listed(cards, shop, "Ribbed Leggings", 0.3)
    other = listed(cards, shop, "Heated Mug", 0.3)
    page.goto(known)
    badge.wait_for(".badge")
    errors = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    cards.bodies["/v1"] = ""  # what a portal in between may give
    page.goto(other)
    assert badge.stays_away(0.6)
    page.goto(known)
    badge.wait_for(".badge")
    assert errors == []


def test_a_slow_server_is_given_a_second(cards, own_page):
    cards.delay_seconds = 5
    page = own_page("welcome/welcome.html")
    began = time.monotonic()
    failed = page.evaluate(LOOK_UP, cards.url)
    assert failed == "TimeoutError"
    assert time.monotonic() - began < 1.5


def test_a_redirect_is_not_followed(own_page, cards):
    page = own_page("welcome/welcome.html")
    page.route(
        "**/v1/config",
        lambda route: route.fulfill(status=302, headers={"Location": "/v1/cards/aaaa"}),
    )
    failed = page.evaluate(LOOK_UP, cards.url)
    assert failed == "TypeError"


def test_a_card_asked_by_title_has_to_be_a_card_too(page, badge, shop, cards, choose):
    choose(sendTitles=True)
    wrong = make_card(name_key("Heated Mug")) | {"risk": 7}
    cards.answers["POST /v1/risk"] = wrong
    page.goto(shop.put(HOST, "/p/mug", product_page("Heated Mug")))
    until(lambda: cards.sent, 5)
    assert badge.stays_away(0.4)
