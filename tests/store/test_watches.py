"""What an import asks to be watched."""

from datetime import timedelta

import pytest
from sqlmodel import select

from store.clock import utc_now
from store.importing import import_folder
from store.tables import Watch

PRODUCTS = """product_id,title,brand,hashtags
p1,Ribbed leggings,Acme,#leggings;#tiktokleggings
p2,Seamless leggings,Acme,leggings
p3,Plain socks,Acme,
"""


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "products.csv").write_text(PRODUCTS)
    return tmp_path / "in"


def watched(database):
    with database.reading() as session:
        found = session.exec(select(Watch)).all()
    assert {w.asked_by for w in found} <= {"import", "admin"}
    return {(w.spider, w.target): w for w in found}


def imported(database, folder, **changes):
    settings = database.settings.model_copy(update=changes)
    return import_folder(database, settings, folder)


def test_hashtags_and_their_products_are_watched(database, folder):
    imported(database, folder)
    found = watched(database)
    assert set(found) == {
        ("tiktok_tag", "leggings"),
        ("tiktok_tag", "tiktokleggings"),
        ("ebay_search", "acme ribbed leggings"),
        ("ebay_search", "acme seamless leggings"),
        ("poshmark_search", "acme ribbed leggings"),
        ("poshmark_search", "acme seamless leggings"),
    }
    assert found["ebay_search", "acme ribbed leggings"].product_id == "p1"
    assert all(w.adapts for w in found.values())
    now = utc_now()
    soon = [w.next_due_at for w in found.values()]
    assert now < min(soon) < max(soon) <= now + timedelta(days=1)


def test_a_second_import_adds_none_and_changes_none(database, folder):
    imported(database, folder)
    with database.writing() as session:
        for watch in session.exec(select(Watch)):
            watch.paused = True
    imported(database, folder)
    assert len(watched(database)) == 6
    assert all(w.paused for w in watched(database).values())


def test_those_of_most_products_come_first_and_there_is_an_end(database, folder):
    imported(database, folder, import_watches=1)
    assert set(watched(database)) == {
        ("tiktok_tag", "leggings"),
        ("ebay_search", "acme ribbed leggings"),
        ("poshmark_search", "acme ribbed leggings"),
    }
    imported(database, folder, import_watches=0)
    assert len(watched(database)) == 3
