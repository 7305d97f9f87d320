"""Crawls from the page: run now, say what would be, cancel, pause; seen without
reloading."""

import pytest
from sqlmodel import select

from store.tables import AdminSession, AuditEvent, CrawlRun, Watch
from tests.server.dashboard.conftest import empty_site, enter

CRAWLS = "/dashboard/crawls/"


@pytest.fixture(scope="module")
def empty(_migrated, tmp_path_factory):
    """A dashboard of this module's own, to crawl from."""
    with empty_site(_migrated, tmp_path_factory.mktemp("crawls")) as site:
        yield site


def test_a_crawl_is_queued_once_and_cancelled(empty):
    otto = empty.client("otto")
    form = {"query": " cup ", "show": "sold", "product_id": ""}
    page = otto.get(CRAWLS)
    first = otto.press(page, CRAWLS, **form, spider="poshmark_search")
    again = otto.press(page, CRAWLS, **form, spider="poshmark_search")
    assert first.url == again.url
    assert "poshmark_search for cup" in first.page.css("h1::text").get()
    run_id = first.url.rpartition("/")[2]
    done = otto.press(first, f"{CRAWLS}{run_id}/cancel")
    assert done.page.css(".chip::text").get() == "cancelled"
    assert done.page.css("main form").get() is None
    with empty.database.reading() as session:
        assert session.get_one(CrawlRun, run_id).state == "cancelled"
        acts = session.exec(
            select(AuditEvent.actor, AuditEvent.action)
            .where(AuditEvent.subject == run_id)
            .order_by(AuditEvent.event_id)
        ).all()
    assert acts == [("otto", a) for a in ("crawl.run", "crawl.run", "crawl.cancel")]


def test_a_dry_run_queues_nothing_and_keeps_what_was_typed(empty):
    otto = empty.client("otto")
    form = {"spider": "ebay_search", "query": "cup & saucer", "pages": "3"}
    before = otto.get(CRAWLS)
    page = otto.press(before, CRAWLS, **form, dry_run="1")
    told = page.page.css("[role=status]::text").get()
    assert "3 pages, at least 4 s" in told
    assert "cup & saucer" in told
    assert page.page.css("#ebay_search-target::attr(value)").get() == "cup & saucer"
    assert page.page.css("#ebay_search-pages option[selected]::text").get() == "3"
    assert len(page.page.css("#runs tbody tr")) == len(
        before.page.css("#runs tbody tr")
    )


@pytest.mark.parametrize(
    ("form", "why"),
    [
        ({"spider": "nope"}, "no such spider"),
        ({"spider": "ebay_search", "query": " "}, "query is missing"),
        ({"spider": "ebay_search", "query": "a\tb"}, "not a line"),
        ({"spider": "ebay_search", "query": "a", "pages": "11"}, "pages is one of"),
        ({}, "no such spider"),
    ],
)
def test_what_cant_be_crawled_is_said(empty, form, why):
    otto = empty.client("otto")
    page = otto.get(CRAWLS)
    sent = {"csrf_token": page.page.css("input[name=csrf_token]::attr(value)").get()}
    answer = otto.post(CRAWLS, **sent, **form)
    assert answer.status == 422
    assert why in answer.page.css("[role=alert]::text").get()


def test_a_watch_is_paused_and_goes_on(shop):
    ada = shop.client("ada")
    for way, paused in (("pause", True), ("resume", False)):
        page = ada.get(CRAWLS)
        answer = ada.press(page, f"/dashboard/watches/1/{way}")
        assert answer.url.endswith(f"{CRAWLS}#watches")
        with shop.database.reading() as session:
            assert session.get_one(Watch, 1).paused is paused
    sent = {"csrf_token": page.page.css("input[name=csrf_token]::attr(value)").get()}
    for number, status in ((99, 404), (2**31, 404), (0, 404)):
        answer = ada.post(f"/dashboard/watches/{number}/pause", **sent)
        assert answer.status == status


def test_sources_say_how_they_fare(shop):
    page = shop.client("vera").get(CRAWLS).page
    fares = {
        source.css("h2::text").get().strip(): source.css(".chip::text").get()
        for source in page.css(".source")
    }
    fares = {name: fare for name, fare in fares.items() if fare != "not tried"}
    assert fares == {"ebay search": "ok", "poshmark search": "down", "tiktok tag": "ok"}
    ebay = page.css(".source")[0]
    outcomes = ["ok", "empty", "ok", "blocked", "ok", "ok"]
    assert ebay.css(".history li::attr(class)").getall() == outcomes
    assert "8 price of nothing, 4 date in the future" in " ".join(
        ebay.css("dd::text").getall()
    )


def test_a_run_tells_what_it_refused(shop):
    client = shop.client("vera")
    page = client.get(CRAWLS).page
    href = page.css(".source")[0].css(".history a::attr(href)").getall()[-1]
    rows = client.get(href).page.css("#drops tbody tr")
    told = [" ".join(row.css("*::text").getall()).split() for row in rows]
    assert told == [["price_of_nothing", "2"], ["date_in_the_future", "1"]]
    assert client.get(CRAWLS + "0" * 32).status == 404
    assert client.get(CRAWLS + "x").status == 404


def test_looking_by_itself_keeps_nobody_logged_in(empty, monkeypatch):
    from datetime import timedelta

    from server.access import sessions

    monkeypatch.setattr(sessions, "NOTE_AFTER", timedelta(0))
    vera = empty.client("vera")

    def seen():
        with empty.database.reading() as session:
            query = select(AdminSession.seen_at).where(AdminSession.name == "vera")
            return max(session.exec(query))

    before = seen()
    part = vera.get(f"{CRAWLS}?live=1", **{"X-Unattended": "1"})
    assert "<html" not in part.text
    assert "live=1" not in part.text
    assert seen() == before
    vera.get(CRAWLS)
    assert seen() > before


@pytest.mark.browser
def test_a_new_run_is_seen_without_reloading(browser, empty):
    page = browser.new_page()
    page.clock.install()
    enter(page, empty, "vera")
    page.goto(empty.url + CRAWLS)
    page.evaluate("document.body.dataset.kept = 'yes'")
    ada = empty.client("ada")
    ada.press(ada.get(CRAWLS), CRAWLS, spider="tiktok_tag", hashtag="seenatonce")
    page.clock.run_for(5000)
    page.get_by_role("cell", name="seenatonce").wait_for()
    assert page.evaluate("document.body.dataset.kept") == "yes"
    # Logged out elsewhere: the page says so by itself.
    with empty.database.writing() as session:
        for row in session.exec(
            select(AdminSession).where(AdminSession.name == "vera")
        ):
            session.delete(row)
    page.clock.run_for(5000)
    page.wait_for_url("**/log-in**")
    page.close()


def test_a_site_is_paused_and_let_go_on(empty):
    otto = empty.client("otto")
    for way, state in (("pause", "paused"), ("resume", "asked")):
        done = otto.press(otto.get(CRAWLS), f"/dashboard/sources/ebay/{way}")
        row = done.page.xpath('//section[@id="sites"]//tr[th[contains(., "ebay")]]')
        assert row.css(".chip::text").get() == state
    with empty.database.reading() as session:
        acts = session.exec(
            select(AuditEvent.action).where(AuditEvent.subject == "ebay")
        ).all()
    assert acts == ["source.pause", "source.resume"]


def test_a_dry_run_tells_that_a_site_is_paused(empty):
    otto = empty.client("otto")
    otto.press(otto.get(CRAWLS), "/dashboard/sources/poshmark/pause")
    sent = {"spider": "poshmark_search", "query": "lamp", "dry_run": "1"}
    token = otto.get(CRAWLS).page.css("input[name=csrf_token]::attr(value)").get()
    told = otto.post(CRAWLS, csrf_token=token, **sent)
    assert "It would not be done now: poshmark is paused" in told.text
    otto.press(otto.get(CRAWLS), "/dashboard/sources/poshmark/resume")
