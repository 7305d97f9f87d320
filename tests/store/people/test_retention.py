from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

import jobs
import scheduler
from ml.daily import open_workbench, store_daily
from store.consent import consented, record_consent
from store.database import Database, open_database
from store.importing import import_folder
from store.people.retention import enforce_retention
from store.settings import Settings
from store.tables import (
    Assignment,
    Consent,
    CrawlLog,
    CrawlRun,
    CrawlSample,
    Delivery,
    Intervention,
    Order,
    Outcome,
    Prediction,
    Return,
)
from tests.store.people.world import BERT, ORDERS, export, fill
from tests.store.rows import filled
from tests.store.test_import import count

KEEP = dict.fromkeys(
    (name for name in Settings.model_fields if name.startswith("retention_")), 0
)


def keeping(database, **days) -> Settings:
    return database.settings.model_copy(update=KEEP | days)


def test_old_orders_go_with_all_that_was_made_of_them(database, tmp_path):
    fill(database, tmp_path / "export")
    with database.writing() as session:
        session.execute(
            text(
                "UPDATE \"order\" SET purchased_at = '2026-05-02' WHERE order_id = :id"
            ),
            {"id": ORDERS[BERT][1]},
        )
    settings = keeping(database, retention_order_days=30)
    now = datetime(2026, 5, 3, tzinfo=UTC)
    deleted = enforce_retention(database, settings, now)
    # Up to the end of March: 2 May less 30 days is in April.
    assert deleted == {
        "delivery": 2,
        "listing_draft": 2,
        "prediction": 4,
        "intervention": 2,
        "return": 2,
        "order": 4,
    }
    assert count(database, Order) == count(database, Prediction) == 1
    assert count(database, Assignment) == 2
    assert enforce_retention(database, settings, now) == {}
    with database.reading() as session:
        query = text("SELECT details FROM audit_event WHERE action LIKE 'retention%'")
        assert len(session.execute(query).fetchall()) == 1


def test_nothing_is_deleted_where_everything_is_kept(database, tmp_path):
    fill(database, tmp_path / "export")
    later = datetime(2126, 1, 1, tzinfo=UTC)
    assert enforce_retention(database, keeping(database), later) == {}
    assert count(database, Order) == 5


@pytest.mark.parametrize(("day", "left"), [(30, 5), (31, 5), (1, 0)])
def test_a_month_of_orders_goes_at_once(database, tmp_path, day, left):
    fill(database, tmp_path / "export")  # all of early March
    month = 3 if day > 1 else 5
    now = datetime(2026, month, day, tzinfo=UTC)
    enforce_retention(database, keeping(database, retention_order_days=20), now)
    assert count(database, Order) == left


def test_actions_go_and_arms_stay_while_there_are_orders(database, tmp_path):
    fill(database, tmp_path / "export")
    settings = keeping(database, retention_action_days=10)
    now = datetime(2026, 5, 20, tzinfo=UTC)
    deleted = enforce_retention(database, settings, now)
    assert deleted == {
        "delivery": 2,
        "intervention": 2,
        "prediction": 5,
        "listing_draft": 2,
    }
    assert count(database, Delivery) == count(database, Intervention) == 0
    assert (count(database, Order), count(database, Assignment)) == (5, 2)


def test_the_newest_decision_stays_however_old(database):
    start = datetime(2020, 1, 1, tzinfo=UTC)
    with database.writing() as session:
        for days, is_given in ((0, False), (1, False), (2, True)):
            record_consent(
                session,
                "somebody",
                "email",
                is_given=is_given,
                source="form",
                decided_at=start + timedelta(days=days),
            )
        session.add(
            Outcome(
                install_pseudonym="i", card_key="k", answer="kept", answered_at=start
            )
        )
    days = {"retention_consent_days": 100, "retention_outcome_days": 100}
    now = datetime(2026, 1, 1, tzinfo=UTC)
    deleted = enforce_retention(database, keeping(database, **days), now)
    assert deleted == {"consent": 2, "outcome": 1}
    assert count(database, Consent) == 1
    with database.reading() as session:
        assert consented(session, "email") == {"somebody"}


def test_what_is_derived_is_as_if_old_orders_had_never_been(tmp_path):
    """The first days of all go: the workbench has to lose them too."""
    folder = export(tmp_path / "export")
    (folder / "hashtag_metrics.csv").unlink()
    orders = (folder / "orders.csv").read_text().replace("2026-03-01", "2026-01-01")
    (folder / "orders.csv").write_text(orders)
    kept = open_database(Settings(data_dir=tmp_path / "kept"))
    import_folder(kept, kept.settings, folder)
    with open_workbench(kept) as duck:
        store_daily(duck, kept)
    settings = keeping(kept, retention_order_days=30)
    deleted = enforce_retention(kept, settings, datetime(2026, 3, 20, tzinfo=UTC))
    assert deleted == {"order": 2, "return": 2}
    before = _tables(kept)
    (tmp_path / "kept" / "workbench.duckdb").unlink()
    assert _tables(kept) == before
    assert count(kept, Return) == 0
    kept.close()


def _tables(database: Database) -> list[list[tuple[object, ...]]]:
    with open_workbench(database) as duck:
        store_daily(duck, database)
        names = ("product_day", "category_day", "linked_order")
        return [sorted(map(repr, duck.sql(f"FROM {n}").fetchall())) for n in names]


def test_it_is_a_job_of_every_night(database, tmp_path):
    fill(database, tmp_path / "export")
    settings = keeping(database, retention_order_days=1)
    assert jobs.JOBS["retention"](database, settings)["order"] == 5
    assert "retention" in scheduler.TIMETABLE


def test_what_crawls_could_not_use_goes_before_the_crawls_themselves(database):
    now = datetime(2026, 5, 20, tzinfo=UTC)
    with database.writing() as session:
        for number, ago in enumerate((2, 20, 400)):
            at = now - timedelta(days=ago)
            run_id = str(number)
            session.add(
                filled(CrawlRun, run_id=run_id, request_key=run_id, finished_at=at)
            )
            session.flush()
            session.add(CrawlLog(run_id=run_id, text="said"))
            told = {"sample_id": run_id, "run_id": run_id, "body": b"", "url": ""}
            session.add(filled(CrawlSample, kept_at=at, **told))
    settings = keeping(database, retention_sample_days=14)
    assert enforce_retention(database, settings, now) == {"crawl_sample": 2}
    settings = keeping(database, retention_crawl_days=365)
    assert enforce_retention(database, settings, now) == {
        "crawl_log": 1,
        "crawl_run": 1,
    }
    settings = keeping(database, retention_crawl_days=1)
    assert enforce_retention(database, settings, now) == {
        "crawl_log": 2,
        "crawl_sample": 1,
        "crawl_run": 2,
    }
