from datetime import UTC, datetime

import pytest
from sqlmodel import select

from scrapers.extract import extract_file
from scrapers.product_gate import is_same
from scrapers.public_addresses import is_public
from store.importing.folder import import_folder
from store.tables import Product, Review, Watch
from tests.scrapers.test_keeping import rows, store
from tests.scrapers.test_recorded_pages import PAGES

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
LAMP = Product(product_id="p7", title="Walnut lamp", brand="Acme", gtin="4006381333931")
SEEN = {"product_title": "Walnut lamp", "brand": "Acme", "gtin": None, "sku": None}


@pytest.fixture
def watched(database):
    with database.writing() as session:
        session.add(Product(**LAMP.model_dump()))
    return database


@pytest.fixture
def page():
    return extract_file("product-page", PAGES / "product-page.html")["items"]


@pytest.mark.parametrize(
    ("changes", "same"),
    [
        ({}, True),
        ({"gtin": "04006381333931", "product_title": "Lampe"}, True),
        ({"gtin": "9780306406157"}, False),
        ({"sku": "p7", "product_title": "Lampe", "brand": None}, True),
        ({"sku": "p8"}, True),
        ({"brand": "Other"}, False),
        ({"brand": "ACME Lighting Ltd"}, True),
        ({"brand": None}, True),
        ({"product_title": "Acme walnut lamp, small, dark"}, True),
        ({"product_title": "Oak vase"}, False),
    ],
)
def test_what_is_surest_decides(changes, same):
    assert is_same(LAMP, SEEN | changes) is same


def test_numbers_in_names_have_to_agree():
    belt = Product(product_id="p", title="Lumenza Pastel Belt Bag No. 239")
    seen = SEEN | {"brand": None, "product_title": "Pastel Belt Bag No. 252, Lumenza"}
    assert not is_same(belt, seen)
    assert is_same(belt, seen | {"product_title": "Belt Bag Pastel Lumenza (No. 239)"})


def test_reviews_are_kept_without_their_writers(watched, page):
    asked = {"url": "https://shop.example/p/walnut-lamp", "product_id": "p7"}
    counts, drops = store(watched, "product_page", asked, page)
    assert (counts, drops) == ({"review": 2}, {"review_without_date": 1})
    first, second = sorted(rows(watched, Review), key=lambda row: row.reviewed_at)
    assert first.reviewed_at == datetime(2026, 3, 1, 8, tzinfo=UTC)
    assert (first.rating, first.text) == (5.0, "Bright, and it stays cool.")
    assert (second.rating, second.product_id) == (2.0, "p7")
    assert "someone" not in f"{first} {second}"


def test_a_second_crawl_doubles_nothing_and_keeps_what_was_scored(watched, page):
    asked = {"product_id": "p7"}
    store(watched, "product_page", asked, page)
    with watched.writing() as session:
        for row in session.exec(select(Review)):
            row.regret_score, row.language = 0.25, "en"
    later = NOW.replace(day=2)
    assert store(watched, "product_page", asked, page, later)[0] == {}
    assert [(r.regret_score, r.language) for r in rows(watched, Review)] == [
        (0.25, "en")
    ] * 2


def test_a_review_that_is_imported_too_is_one(watched, page, tmp_path):
    folder = tmp_path / "export"
    folder.mkdir()
    folder.joinpath("reviews.csv").write_text(
        "product_id,reviewed_at,rating,text\n"
        'p7,2026-03-01T10:00:00+02:00,5,"Bright, and it stays cool."\n'
        'p7,2026-03-03,2.0,"Too small for my desk, sent it back."\n'
    )
    store(watched, "product_page", {"product_id": "p7"}, page)
    report = import_folder(watched, watched.settings, folder).files["reviews"]
    assert (report.added, report.unchanged) == (0, 2)


@pytest.mark.parametrize(
    ("asked", "change", "reason"),
    [
        ({"product_id": "p7"}, {"gtin": "9780306406157"}, "other_product"),
        ({"product_id": ""}, {}, "no_product"),
        ({}, {}, "no_product"),
    ],
)
def test_another_product_is_dropped_with_its_reviews(
    watched, page, asked, change, reason
):
    page[0] |= change
    assert store(watched, "product_page", asked, page) == ({}, {reason: 4})
    assert rows(watched, Review) == []


def test_impossible_reviews_are_dropped(watched, page):
    page[1]["reviewed_at"] = "2026-05-04"
    page[2] |= {"review_text": None, "rating": None}
    page[3]["reviewed_at"] = "1026-03-01"
    counts, drops = store(watched, "product_page", {"product_id": "p7"}, page)
    assert counts == {}
    assert drops == {"date_in_future": 1, "review_empty": 1, "review_unreadable": 1}


def test_trending_hashtags_are_watched_and_counted(database):
    found = [{"trending_hashtag": name} for name in ("cozylamp", "desk glow", "desk")]
    asked = {"country": "US", "period": "7"}
    counts, drops = store(database, "tiktok_trending", asked, found)
    assert (counts, drops) == ({"watch": 2}, {"hashtag_unreadable": 1})
    counts, _ = store(database, "tiktok_trending", asked, found, NOW.replace(day=2))
    assert counts == {}
    watches = {row.target: row for row in rows(database, Watch)}
    assert {name: row.ask_count for name, row in watches.items()} == {
        "cozylamp": 2,
        "desk": 2,
    }
    assert {(row.spider, row.asked_by) for row in watches.values()} == {
        ("tiktok_tag", "trending")
    }
    assert watches["cozylamp"].next_due_at > NOW


def test_no_more_trends_are_watched_than_allowed(database):
    database.settings = database.settings.model_copy(update={"trending_watches": 1})
    found = [{"trending_hashtag": name} for name in ("lamp", "vase")]
    assert store(database, "tiktok_trending", {}, found)[0] == {"watch": 1}


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.1.2.3", "192.168.0.1", "169.254.169.254", "100.64.0.1",
        "0.0.0.0", "224.0.0.1", "::1", "fd00::1", "::ffff:127.0.0.1",
    ],
)  # fmt: skip
def test_what_is_not_the_internets_is_not_public(address):
    assert not is_public(address)
