import shutil
from dataclasses import replace
from datetime import timedelta

import lightgbm as lgb
import pytest
from sqlmodel import func, select

from ml.refresh import refresh
from ml.registry.models import champion, register
from ml.registry.roles import promote
from ml.registry.versions import champion_row
from ml.serving import Scorer
from ml.training import train
from store.database import open_database
from store.importing import import_folder
from store.settings import Settings
from store.tables import (
    CardCatalogue,
    HashtagDay,
    ModelVersion,
    ProductDay,
    Retention,
    RiskCard,
)
from tests.shops import imported_shop


@pytest.fixture
def on_postgres(postgres_url, tmp_path):
    database = open_database(Settings(data_dir=tmp_path, database_url=postgres_url))
    yield database
    database.close()


@pytest.mark.slow
@pytest.mark.postgres
def test_both_databases_come_to_the_same(
    on_postgres, trained, market, tmp_path_factory
):
    database, shop = on_postgres, imported_shop(tmp_path_factory)
    import_folder(database, database.settings, shop / "export")
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
    scorers = [Scorer.load(each, each.settings) for each in (database, trained)]
    for product in market.products[:20]:
        name = product.title.removeprefix(product.brand)
        for title in (product.title, f"Unheard-of {name}"):
            said = {"title": title, "category": product.category}
            one, other = (scorer.card(**said) for scorer in scorers)
            assert (one.evidence, one.stage) == (other.evidence, other.stage)
            assert one.risk == pytest.approx(other.risk)


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


def test_cards_are_cut_into_buckets_with_them(trained):
    with trained.reading() as session:
        cut = session.get(CardCatalogue, 1)
        count, newest = session.exec(
            select(func.count(), func.max(RiskCard.computed_at))
        ).one()
    assert (cut.card_count, cut.computed_at) == (count, newest)
    assert cut.wanted == trained.settings.bucket_cards


@pytest.fixture
def copied(trained, tmp_path):
    """The same store, to be written to."""
    shutil.copytree(trained.settings.data_dir, tmp_path / "data")
    update = {"data_dir": tmp_path / "data"}
    database = open_database(trained.settings.model_copy(update=update))
    yield database
    database.close()


def test_one_that_waited_is_served_before_the_cards_are_made(copied):
    settings = copied.settings
    row, good = champion(copied, settings, "shopper")
    early = row.window_to - timedelta(days=100)
    one_tree = good.booster.model_to_string(num_iteration=1)
    worse = register(
        copied,
        settings,
        replace(good, booster=lgb.Booster(model_str=one_tree)),
        trained_at=row.trained_at - timedelta(days=1),
        target="regret",
        window=(row.window_from, early),
        quality={},
    )
    promote(copied, settings, worse, actor="test", why="")
    with copied.writing() as session:
        waiting = session.get(ModelVersion, row.version)
        waiting.role, waiting.window_to = "challenger", early
    counts = refresh(copied, settings)
    assert counts["model_version"] == 1
    assert champion_row(copied, "shopper").version == row.version
    with copied.reading() as session:
        models = [card.payload["model"] for card in session.exec(select(RiskCard))]
    assert {model["version"] for model in models if model} == {row.version}
