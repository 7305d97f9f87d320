"""What a viewer, an operator and an admin may do, and what they never see."""

import re

import pytest
from sqlmodel import select

from server.access.roles import RESOURCES
from server.dashboard import PAGES
from store.tables import Alert, CrawlRun, Order, Review, Watch
from tests.server.dashboard.machinery import ALERT, QUEUED, REFUSED

CRAWLS = "/dashboard/crawls/"
ALERTS = "/dashboard/alerts/"
CRAWL = {"spider": "tiktok_tag", "hashtag": "#Cup"}


def token(answer) -> str:
    return answer.page.css("input[name=csrf_token]::attr(value)").get()


def test_every_page_says_what_it_needs():
    names = {page.name for page in PAGES} - {"dashboard_assets"}
    assert names == {name for name in RESOURCES if name.startswith("dashboard_")}


def test_a_viewer_can_change_nothing(shop):
    vera = shop.client("vera")
    page = vera.get(CRAWLS)
    assert page.page.css("form::attr(action)").getall() == ["/dashboard/log-out"]
    assert vera.get(ALERTS).page.css("main form").get() is None
    assert vera.get(f"{CRAWLS}{QUEUED}").page.css("main form").get() is None
    sent = {"csrf_token": token(page)}
    watch = "/dashboard/watches/1"
    paths = (
        ALERTS,
        CRAWLS,
        f"{CRAWLS}{QUEUED}/cancel",
        f"{watch}/pause",
        f"{watch}/resume",
        "/dashboard/sources/ebay/pause",
        "/dashboard/sources/ebay/resume",
    )
    for path in paths:
        answer = vera.post(path, **sent, **CRAWL, alert_key=ALERT)
        assert answer.status == 403, path
        assert "right to" in answer.text
    with shop.database.reading() as session:
        assert session.get_one(CrawlRun, QUEUED).state == "queued"
        assert session.get_one(Alert, ALERT).acknowledged_at is None
        runs = session.exec(
            select(CrawlRun).where(CrawlRun.arguments["hashtag"].as_string() == "cup")
        )
        assert runs.first() is None


def test_samples_are_for_operators(shop):
    for name, sees in (("vera", False), ("otto", True)):
        client = shop.client(name)
        answer = client.get(f"{CRAWLS}{REFUSED}")
        assert "the site answered 403" in answer.page.css("pre.log::text").get()
        links = answer.page.css("#samples tbody th a::attr(href)").getall()
        assert (len(links) == 2) is sees
        assert (answer.page.css("img.picture").get() is not None) is sees
        path = f"/v1/admin/crawls/{REFUSED}/samples/{'b' * 32}"
        assert client.get_bytes(path)[0] == (200 if sees else 403)


def test_an_operator_crawls_and_an_admin_pauses_too(shop):
    otto, ada = shop.client("otto"), shop.client("ada")
    for client, actions in ((otto, {"cancel"}), (ada, {"cancel", "pause", "resume"})):
        found = client.get(CRAWLS).page.css("main form::attr(action)").getall()
        mine = [a for a in found if a != CRAWLS and "/sources/" not in a]
        assert {a.rpartition("/")[2] for a in mine} == actions
        assert "/dashboard/sources/ebay/pause" in found
        assert CRAWLS in found
    sent = {"csrf_token": token(otto.get(CRAWLS))}
    assert otto.post("/dashboard/watches/1/pause", **sent).status == 403
    with shop.database.reading() as session:
        assert not session.get_one(Watch, 1).paused


@pytest.mark.parametrize("name", ["vera", "ada"])
def test_nobody_is_named_anywhere(shop, name):
    with shop.database.reading() as session:
        orders = session.exec(select(Order)).all()
        people = {order.customer_pseudonym for order in orders}
        wanted = people | {order.order_id for order in orders}
        wanted |= {row.text[:40] for row in session.exec(select(Review)) if row.text}
        assert len(people) > 100
    client = shop.client(name)
    words = set()
    for path in shop.paths:
        answer = client.get(path)
        assert answer.status == 200
        pages = [answer.text]
        pages += [
            client.get(href).text
            for href in answer.page.css(".csv::attr(href)").getall()
        ]
        for text in pages:
            words |= set(re.findall(r"[\w-]+", text))
            assert not [each for each in wanted if " " in each and each in text]
    assert not words & wanted


def test_a_token_opens_the_pages_and_has_no_forms(shop):
    from server.access.tokens import make_token

    with shop.database.writing() as session:
        reads, _ = make_token(session, "ada", ["read"], actor="cli")
        scores, _ = make_token(session, "ada", ["score"], actor="cli")
    client = shop.client()
    answer = client.get(CRAWLS, Authorization=f"Bearer {reads}")
    assert answer.status == 200
    assert answer.page.css("form").get() is None
    assert client.get(CRAWLS, Authorization=f"Bearer {scores}").status == 403
