from datetime import date

import numpy as np
import pyarrow.csv as pa_csv
from sklearn.metrics import roc_auc_score

from sample.buyers import REGRET
from sample.export import write_export
from sample.truth import truth
from sample.world import Market
from store.importing import import_folder

END_ON = date(2026, 11, 1)


def small(seed: int = 7) -> Market:
    return Market(seed=seed, order_count=1_500, day_count=200, end_on=END_ON)


def test_the_same_seed_is_the_same_market(tmp_path):
    for name, seed in (("a", 7), ("b", 7), ("c", 8)):
        write_export(small(seed), tmp_path / name)
    for file in sorted((tmp_path / "a").iterdir()):
        assert file.read_bytes() == (tmp_path / "b" / file.name).read_bytes()
    orders = [(tmp_path / name / "orders.csv").read_bytes() for name in "ac"]
    assert orders[0] != orders[1]


def test_it_has_the_size_that_was_asked_for(tmp_path):
    for count in (500, 3_000):
        market = Market(order_count=count, day_count=200, end_on=END_ON)
        write_export(market, tmp_path / str(count))
        orders = pa_csv.read_csv(tmp_path / str(count) / "orders.csv")
        assert orders.num_rows == count == len(truth(market))


def test_the_true_probabilities_are_those_of_the_outcomes():
    market = Market(order_count=50_000, end_on=END_ON)
    orders = market.orders
    # 18 of 100 who regret give no reason.
    regretted = np.isin(orders.reason, REGRET)
    assert abs(regretted.mean() / 0.82 - orders.probability.mean()) < 0.01
    assert roc_auc_score(regretted, orders.probability) > 0.75


def test_the_export_is_imported_without_a_reject(database, tmp_path):
    write_export(small(), tmp_path)
    report = import_folder(database, database.settings, tmp_path)
    assert len(report.files) == 9
    assert all(f.rejected == 0 and f.added == f.read for f in report.files.values())


def test_nothing_in_it_is_later_than_its_end(tmp_path):
    write_export(small(), tmp_path)
    for name, column in (
        ("orders", "purchased_at"),
        ("returns", "returned_at"),
        ("reviews", "reviewed_at"),
        ("hashtag_metrics", "observed_at"),
        ("videos", "observed_at"),
        ("resale_listings", "observed_at"),
    ):
        seen = pa_csv.read_csv(tmp_path / f"{name}.csv")[column].to_pylist()
        assert max(at.date() for at in seen) < END_ON, name


def test_the_sites_go_on_where_the_history_ends():
    market = small()
    hashtag = market.hashtags[0]
    end = market.moment(market.day_count)
    assert market.view_count(hashtag, end) >= market.view_count(
        hashtag, market.moment(market.day_count - 1)
    )
    offer = market.listings()[-1]
    found = market.search(offer.site, offer.title)
    assert offer.listing_id in [f.listing_id for f in found]
    assert market.search(offer.site, "no such thing") == []
