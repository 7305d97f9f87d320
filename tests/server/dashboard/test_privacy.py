"""The privacy page says what became of requests, and for how long what is kept."""

from store.settings import Settings
from tests.server.dashboard.machinery import FORGOTTEN

PRIVACY = "/dashboard/privacy/"


def cells(page, table: str) -> list[list[str]]:
    return [
        [
            " ".join(t.strip() for t in cell.css("*::text").getall()).strip()
            for cell in row.css("th, td")
        ]
        for row in page.css(f"#{table} tbody tr")
    ]


def test_requests_are_done_or_not(shop):
    page = shop.client("vera").get(PRIVACY).page
    told = {tuple(row[n] for n in (1, 2, 4, 5, 6)) for row in cells(page, "requests")}
    assert told == {
        ("erasure", "unfinished", "d" * 32, "4", "—"),
        ("erasure", "done", FORGOTTEN, "4", "1"),
        ("their data", "done", "—", "4", "—"),
    }
    assert cells(page, "consents") == [["email", "1", "0", "0"], ["sms", "0", "1", "1"]]
    assert page.css(".tile dd::text").get().strip() == "1"
    assert [row[1:] for row in cells(page, "nights")] == [["40", "review"]]


def test_every_period_is_told(shop):
    page = shop.client("vera").get(PRIVACY).page
    told = {row[2]: row[1] for row in cells(page, "periods")}
    periods = [name for name in Settings.model_fields if name.startswith("retention_")]
    assert len(periods) == len(told) == 8
    for name in periods:
        days = getattr(shop.database.settings, name)
        assert told[f"TRENDGUARD_{name.upper()}"] == f"{days:,}"
