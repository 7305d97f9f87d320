"""What all pages share: files that are kept, what they forbid, where they begin."""

import re

PERIOD = "?from=2026-09-01&to=2026-10-01"


def test_files_are_kept_for_as_long_as_they_are_the_same(shop):
    client = shop.client("vera")
    page = client.get("/dashboard/")
    files = page.page.css("link::attr(href), script::attr(src)").getall()
    assert len(files) == 4
    for file in files:
        answer = client.get(file)
        assert answer.status == 200
        assert "immutable" in answer.headers["Cache-Control"]
        assert client.get(re.sub(r"[0-9a-f]{16}", "0" * 16, file)).status == 404
    assert page.headers["Cache-Control"] == "no-store"


def test_nothing_is_inline_or_from_elsewhere(shop):
    client = shop.client("ada")
    for path in shop.paths:
        answer = client.get(path)
        policy = answer.headers["Content-Security-Policy"]
        assert "unsafe" not in policy
        assert "http" not in policy
        hosts = set(re.findall(r"https?://[^/\"<\s]+", answer.text))
        assert hosts <= {
            "http://www.w3.org",
            # Addresses of the sites that are crawled, as text.
            "https://www.ebay.com",
            "https://poshmark.com",
            "https://www.tiktok.com",
        }, path
        assert not answer.page.css("[style], style, script:not([src])")


def test_the_root_leads_here(empty):
    assert empty.client("vera").get("/").url == f"{empty.url}/dashboard/"
    assert empty.client("vera").get("/dashboard").url == f"{empty.url}/dashboard/"


def test_what_is_asked_for_is_shown(shop):
    client = shop.client("vera")
    whole = client.get("/dashboard/").page
    category = whole.css("#category option:nth-child(2)::text").get()
    part = client.get(f"/dashboard/{PERIOD}&category={category}").page
    assert part.css("#from::attr(value)").get() == "2026-09-01"
    assert part.css("#category option[selected]::text").get() == category
    assert {c.get() for c in part.css("#products td:nth-child(2) a::text")} == {
        category
    }
    csv = part.css("#products .csv::attr(href)").get()
    assert f"category={category}" in csv
    orders = "#weeks tbody td:nth-child(3)::text"
    assert 0 < len(part.css(orders)) < len(whole.css(orders))


def test_every_figure_leads_to_its_rows(shop):
    client = shop.client("vera")
    page = client.get("/dashboard/").page
    targets = page.css(".tile a::attr(href)").getall()
    assert len(targets) == len(page.css(".tile")) > 5
    for target in targets:
        there = page if target.startswith("#") else client.get(target).page
        rows = f"{target} tbody tr" if target.startswith("#") else "tbody tr"
        assert there.css(rows), target


def test_what_makes_no_sense_is_said(shop):
    client = shop.client("vera")
    for query in (
        "from=x",
        "from=2026-10-01&to=2026-09-01",
        "from=0001-01-01",
        "to=9999-12-31",
        "category=%00",
        "hashtag=" + "x" * 201,
    ):
        answer = client.get(f"/dashboard/?{query}")
        assert answer.status == 422, query
        assert answer.page.css("h1::text").get() == "Not valid"
    for path in ("products/%00", "products/x", "hashtags/%00", "hashtags/" + "x" * 300):
        assert client.get(f"/dashboard/{path}").status == 404, path
