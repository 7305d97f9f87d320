"""Drivers and effects say what was found, with its intervals."""

import pytest

from store.tables import Finding


@pytest.fixture
def told(shop):
    with shop.database.reading() as session:
        return {n: session.get_one(Finding, n).body for n in ("drivers", "experiment")}


def test_drivers_are_those_that_were_found(shop, told):
    page = shop.client("vera").get("/dashboard/drivers/").page
    found = told["drivers"]
    rows = page.css("#drivers tbody tr")
    names = [row.css("th::text").get().strip() for row in rows]
    assert names == [d["driver"] for d in found["drivers"] + found["more"]]
    tiles = [t.strip() for t in page.css(".tile dd a::text").getall()]
    assert f"{100 * found['ages']['regret_rate']:.1f} %" in tiles
    assert f"{100 * found['around_the_peak']['orders']['value']:.1f} %" in tiles
    assert len(page.css("#ages tbody tr")) == len(found["ages"]["bands"]) > 5


def test_the_effect_is_told_as_it_holds_at_any_look(shop, told):
    client = shop.client("vera")
    page = client.get("/dashboard/effects/").page
    (row,) = page.css("#returns tbody tr")
    text = " ".join(t.strip() for t in row.css("*::text").getall())
    for part in ("27.0 %", "31.0 %", "-4.0 pt", "-6.0 pt to -2.0 pt", "900", "yes"):
        assert part in text
    money = " ".join(page.css("#money tbody *::text").getall())
    assert "2.5" in money
    assert "1 to 4" in money
    assert page.css("#parts .chip::text").get() == "off"
    tile = client.get("/dashboard/").page.css(".tile a[href='/dashboard/effects/']")
    assert tile.css("::text").get() == "-4.0 pt"


def test_of_a_broken_split_nothing_is_told(shop, told):
    broken = {**told["experiment"], "split_is_sound": False, "split_p": 1e-9}
    broken |= {"effects": [], "segments": [], "switched_off": []}

    def keep(body):
        with shop.database.writing() as session:
            session.get_one(Finding, "experiment").body = body

    keep(broken)
    client = shop.client("vera")
    page = client.get("/dashboard/effects/").page
    assert "no effect can be believed" in page.css("[role=alert]::text").get()
    assert page.css("#returns .first")
    assert not client.get("/dashboard/").page.css(".tile a[href='/dashboard/effects/']")
    keep(told["experiment"])
