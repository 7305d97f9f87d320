from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from sqlmodel import select

from server import lookups
from server.lookups import SPIDER, asked_for, count_lookups, search_query
from server.tallies import tallies
from store.cadence import first_due
from store.keys import card_keys
from store.spiders import watch_arguments
from store.tables import ALL, Lookup, RiskCard, Watch
from tests.server.conftest import model_version, risk_cards

DAY = datetime(2026, 3, 1, 15, 37, 12, tzinfo=UTC)
TITLE = "Velvet Moon Lamp"


@pytest.fixture
def ask(database, settings):
    """Count a product as asked for, some days after `DAY`."""

    def ask(title=TITLE, days=0, count=1, **changed):
        counts = Counter({asked_for(title): count})
        with time_machine.travel(DAY + timedelta(days=days), tick=False):
            count_lookups(database, settings.model_copy(update=changed), counts)

    return ask


@pytest.fixture
def rows(database):
    def rows(table):
        with database.reading() as session:
            return session.exec(select(table)).all()

    return rows


def all_text(database) -> str:
    with database.reading() as session:
        rows = [row for table in ALL for row in session.exec(select(table)).all()]
        return "\n".join(row.model_dump_json().lower() for row in rows)


def test_until_it_was_asked_for_on_enough_days_no_table_names_it(ask, rows, database):
    for days in (0, 0, 0, 1):
        ask(days=days, count=5)
    (lookup,) = rows(Lookup)
    assert (lookup.ask_count, lookup.day_count) == (20, 2)
    assert rows(Watch) == []
    for word in ("velvet", "moon lamp", *card_keys(title=TITLE)):
        assert word not in all_text(database)


def test_on_the_third_day_it_is_watched_and_the_count_goes_on_there(ask, rows):
    for days in (0, 1, 2):
        ask(days=days, count=2)
    (watch,) = rows(Watch)
    assert rows(Lookup) == []
    assert (watch.spider, watch.target) == (SPIDER, "velvet moon lamp")
    assert (watch.asked_by, watch.ask_count, watch.paused) == ("lookup", 6, False)
    assert watch_arguments(watch.spider, watch.target, watch.product_id)
    ask(days=2, count=4)
    (again,) = rows(Watch)
    assert again.ask_count == 10
    assert rows(Lookup) == []


def test_when_it_is_due_tells_no_time_of_day(ask, rows):
    for days in (0, 1, 2):
        ask(days=days)
    (watch,) = rows(Watch)
    tomorrow = datetime(2026, 3, 4, tzinfo=UTC)
    assert tomorrow <= watch.next_due_at < tomorrow + timedelta(days=1)
    assert watch.next_due_at.second == 0
    with time_machine.travel(DAY.replace(hour=2), tick=False):
        assert first_due(watch.target, tomorrow.date()) == (watch.next_due_at)


def test_what_the_shop_has_a_card_of_is_not_counted(ask, rows, stored):
    (card,) = risk_cards(1)
    card.key = card_keys(title=TITLE)[0]
    stored(card)
    ask()
    assert rows(Lookup) == []
    assert len(rows(RiskCard)) == 1


def test_there_are_no_more_watches_than_allowed_nor_counts(ask, rows, monkeypatch):
    for title in ("Velvet Moon Lamp", "Cloud Pillow Blue", "Third Thing Here"):
        for days in (0, 1, 2):
            ask(title, days=days, lookup_watches=2)
    assert len(rows(Watch)) == 2
    assert len(rows(Lookup)) == 1
    monkeypatch.setattr(lookups, "MOST_LOOKUPS", 1)
    ask("Fourth Thing There", days=2)
    assert len(rows(Lookup)) == 1


def test_what_nobody_asks_for_any_more_is_forgotten(ask, rows):
    ask()
    ask("Cloud Pillow Blue", days=31)
    (left,) = rows(Lookup)
    assert left.day_count == 1
    ask("Cloud Pillow Blue", days=61)
    assert len(rows(Lookup)) == 1


def test_a_watch_of_an_admin_counts_too_and_stays_as_it_is(ask, rows, stored):
    stored(
        Watch(
            spider=SPIDER,
            target="velvet moon lamp",
            every_minutes=60,
            asked_by="admin",
            next_due_at=DAY,
            paused=True,
        )
    )
    ask(count=3)
    (watch,) = rows(Watch)
    assert (watch.ask_count, watch.asked_by, watch.paused) == (4, "admin", True)


def test_a_query_is_a_few_words_and_no_long_number():
    assert search_query("Lamp") == ""
    assert search_query("!!! 4111111111111111") == ""
    assert search_query("Moon Lamp 4111111111111111 No. 239") == "moon lamp no 239"
    long = search_query(" ".join(f"word{n}" for n in range(200)))
    assert len(long.split()) == 12
    assert len(search_query("x" * 90 + " " + "y" * 90)) == 0
    assert asked_for("Lamp") is None


def test_a_described_product_is_counted_once_it_is_answered(
    client, app, stored, scorer, rows
):
    stored(model_version())
    body = {"title": TITLE, "url": "https://shop.example/p/1"}
    for _ in range(3):
        assert client.post("/v1/risk", json=body).status_code == 200
    assert rows(Lookup) == []
    tallies(app).flush()
    (lookup,) = rows(Lookup)
    assert (lookup.ask_count, lookup.day_count) == (3, 1)


def test_a_count_that_fails_fails_no_answer(client, app, stored, scorer, database):
    stored(model_version())
    _rename(database, "lookup", "away")
    try:
        assert client.post("/v1/risk", json={"title": TITLE}).status_code == 200
        tallies(app).flush()
        assert client.post("/v1/risk", json={"title": TITLE}).status_code == 200
    finally:
        _rename(database, "away", "lookup")


def _rename(database, old, new):
    with database.engine.begin() as connection:
        connection.exec_driver_sql(f"ALTER TABLE {old} RENAME TO {new}")


def test_with_no_watches_allowed_nothing_is_counted(settings, database, stored, scorer):
    from server.app import create_app

    stored(model_version())
    app = create_app(settings.model_copy(update={"lookup_watches": 0}), database)
    app.test_client().post("/v1/risk", json={"title": TITLE})
    tallies(app).lookups._write = None  # would be called with anything there is
    tallies(app).flush()
    assert not tallies(app).lookups._counts
