import pytest
from sqlmodel import func, select

from ml.refresh import refresh
from ml.training import train
from sample.export import write_export
from store.importing import import_folder
from store.tables import HashtagDay, ProductDay, Retention, RiskCard


@pytest.mark.slow
def test_both_databases_come_to_the_same(database, trained, market, tmp_path):
    write_export(market, tmp_path / "export")
    import_folder(database, database.settings, tmp_path / "export")
    train(database, database.settings)
    counts = refresh(database, database.settings)
    with database.reading() as session, trained.reading() as reference:
        for table in (HashtagDay, ProductDay, Retention, RiskCard):
            rows = session.exec(select(func.count()).select_from(table)).one()
            assert rows == counts[table.table_name()] > 0
            expected = reference.exec(select(func.count()).select_from(table)).one()
            assert rows == expected
        card = session.exec(select(RiskCard).order_by(RiskCard.key)).first()
        same = reference.get(RiskCard, card.key)
    assert card.payload["risk"] == pytest.approx(same.payload["risk"])
    assert card.payload["stage"] == same.payload["stage"]


def test_a_second_refresh_changes_nothing(trained):
    def days():
        with trained.reading() as session:
            query = select(ProductDay).order_by(ProductDay.product_id, ProductDay.day)
            return [row.model_dump() for row in session.exec(query.limit(2000))]

    before = days()
    assert refresh(trained, trained.settings)["review"] == 0
    assert days() == before


def test_what_is_kept_is_stored(trained, market):
    with trained.reading() as session:
        rows = session.exec(select(Retention)).all()
        cards = session.exec(select(RiskCard)).all()
    assert {row.scope for row in rows} == {"product", "hashtag", "category"}
    assert min(row.n for row in rows) >= 20
    assert all(0 < row.low <= row.share <= row.high <= 1 for row in rows)
    by_category = sum(r.n for r in rows if (r.scope, r.days) == ("category", 30))
    assert by_category == market.order_count
    # This market is younger than 180 days: nothing is said of them, on no card either.
    assert {row.days for row in rows} == {30, 90}
    assert {card.payload["kept_180_days"] for card in cards} == {None}
