"""A real browser reads buckets whose bytes are mostly padding."""


import pytest
from werkzeug.serving import make_server

from server.app import create_app
from store.buckets import build_buckets
from store.database import open_database
from tests.server.conftest import risk_cards
from sample.sites.serve import answering

pytestmark = pytest.mark.browser


@pytest.fixture
def address(settings):
    """A server whose bucket ``a`` holds nearly all cards."""
    database = open_database(settings)
    cards = risk_cards(600)
    for number, card in enumerate(cards):
        card.key = ("a" if number else "b") + card.key[1:]
    with database.writing() as session:
        session.add_all({card.key: card for card in cards}.values())
        session.flush()
        build_buckets(session, 50)
    server = make_server("127.0.0.1", 0, create_app(settings, database))
    with answering(server) as url:
        yield url
    database.close()


def test_a_browser_unpacks_full_and_empty_buckets(plain_browser, address):
    page, sizes = plain_browser.new_page(), set()
    for prefix, count in (("a", 599), ("b", 1), ("c", 0), ("cd", 0)):
        answer = page.goto(f"{address}/v1/cards/{prefix}")
        assert len(answer.json()["cards"]) == count
        headers = answer.all_headers()
        assert headers["content-encoding"] == "gzip"
        sizes.add(headers["content-length"])
    page.close()
    assert len(sizes) == 1
    assert int(sizes.pop()) > 10_000
