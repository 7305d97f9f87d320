"""The report: one page, or one file that fetches nothing."""

from parsel import Selector

from server.dashboard.report import report
from store.settings import Settings


def test_the_page_has_what_the_pages_have(shop):
    client = shop.client("vera")
    page = client.get("/dashboard/report/").page
    heads = set(page.css("h2::text").getall())
    assert {"Products with most at stake", "Drivers of regret"} <= heads
    overview = client.get("/dashboard/").page
    tiles = ".tile dd::text, .tile dd a::text"
    shown = [t.strip() for t in page.css(tiles).getall()]
    assert shown[:6] == [t.strip() for t in overview.css(tiles).getall()][:6]
    drivers = client.get("/dashboard/drivers/").page
    rows = "#drivers tbody tr"
    assert page.css(rows).getall()
    assert len(page.css(rows)) == len(drivers.css(rows))


def test_a_file_fetches_nothing_and_leads_to_the_dashboard(shop):
    settings = shop.database.settings.model_copy(
        update={"public_url": "https://tg.shop.example"}
    )
    text = report(shop.database, settings, category="bags")
    page = Selector(text)
    assert page.css("script, link, img, form, input").getall() == []
    assert "url(" not in "".join(page.css("style::text").getall())
    assert (
        page.css("base::attr(href)").get()
        == "https://tg.shop.example/dashboard/report/"
    )
    assert ", bags" in page.css(".title p::text").get()
    assert page.css("svg.chart").getall()
    assert page.css("#products tbody tr").getall()


def test_a_file_of_an_empty_store_says_what_to_do(database):
    text = report(database, Settings(data_dir=database.settings.data_dir))
    assert "trendguard import DIR" in text
