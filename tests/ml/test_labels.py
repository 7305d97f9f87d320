from datetime import UTC, date, datetime, timedelta

import numpy as np
import pyarrow as pa
import pytest

import ml.labels
from ml.daily import link_asked, open_workbench
from ml.dataset import split_days
from ml.labels import label_orders
from ml.training import check_trainable
from store.bulk import merge_rows
from store.errors import NotEnoughDataError
from store.tables import Order, Product, Return

START = datetime(2026, 1, 1, 12, tzinfo=UTC)
RETURNED_AFTER = timedelta(days=5)


@pytest.fixture
def shop(on_sqlite):
    with on_sqlite.writing() as session:
        product = {"product_id": "p", "title": "Thing"}
        merge_rows(session, Product, pa.Table.from_pylist([product]))
        orders = [
            {
                "order_id": f"o{number:04d}",
                "customer_pseudonym": f"c{number}",
                "product_id": "p",
                "purchased_at": START + timedelta(hours=number * 2),
                "unit_price_minor": 1000,
                "currency": "USD",
                "quantity": 1,
            }
            for number in range(800)
        ]
        merge_rows(session, Order, pa.Table.from_pylist(orders))
    return on_sqlite


def give_back(database, reasons: dict[int, str | None]) -> None:
    rows = [
        {
            "order_id": f"o{number:04d}",
            "returned_at": START + timedelta(hours=number * 2) + RETURNED_AFTER,
            "reason": reason,
        }
        for number, reason in reasons.items()
    ]
    with database.writing() as session:
        merge_rows(session, Return, pa.Table.from_pylist(rows))


def labels(database, as_of=date(2026, 6, 1), stage=None, **settings):
    with open_workbench(database, as_of) as duck:
        if stage:
            duck.execute(f"UPDATE product_day SET stage = '{stage}'")
        told = database.settings.model_copy(update=settings)
        dataset = label_orders(duck, told)
    ids = dataset.rows["order_id"].to_pylist()
    return dataset, dict(
        zip(ids, zip(dataset.y, dataset.coded, strict=True), strict=True)
    )


def test_reasons_make_labels_and_silence_makes_a_share(shop):
    reasons = dict.fromkeys(range(60), "Changed Mind ")
    reasons |= dict.fromkeys(range(60, 100), "defective") | {100: None, 101: " "}
    give_back(shop, reasons)
    dataset, by_id = labels(shop)
    assert dataset.target == "regret"
    assert by_id["o0000"] == (1, True)
    assert by_id["o0070"] == (0, True)
    assert by_id["o0500"] == (0, True)
    for silent in ("o0100", "o0101"):
        assert by_id[silent] == (pytest.approx(0.6), False)


def test_the_seeds_rule_fills_silence_only(shop):
    give_back(
        shop,
        dict.fromkeys(range(60), "defective")
        | {100: None, 0: "regret"}
        | dict.fromkeys(range(200, 240), "regret"),
    )
    _, by_id = labels(shop, stage="Decline", silent_returns="rule")
    assert by_id["o0100"] == (1, False)
    assert by_id["o0030"] == (0, True)


def test_silence_is_judged_by_the_day_before_the_return(shop, monkeypatch):
    give_back(shop, dict.fromkeys(range(100), "regret") | {200: None, 212: " "})
    seen = {}

    def look(linked, regretted, silent, settings):
        rows = linked.to_pylist()
        seen.update((r["order_id"], (r, s)) for r, s in zip(rows, silent, strict=True))
        return np.array([0.25, 0.75])

    monkeypatch.setattr(ml.labels, "silent_targets", look)
    bought_on = (START + timedelta(hours=400)).date()
    before = bought_on + RETURNED_AFTER - timedelta(1)
    with open_workbench(shop, date(2026, 6, 1)) as duck:
        duck.execute("UPDATE product_day SET stage = 'Rising', level = 0.9")
        duck.execute(
            "UPDATE product_day SET stage = 'Death', level = 0.1 WHERE day = ?",
            [before],
        )
        dataset = label_orders(duck, shop.settings)
    ids = dataset.rows["order_id"].to_pylist()
    silent = [order_id for order_id, (_, silent) in seen.items() if silent]
    assert silent == ["o0200", "o0212"]
    assert [dataset.y[ids.index(order_id)] for order_id in silent] == [0.25, 0.75]
    assert len(seen) == 102  # what was kept is not asked about
    fallen, risen = (seen[i][0] for i in ("o0200", "o0212"))
    assert (fallen["faded"], fallen["level_at_return"]) == (True, 0.1)
    assert (risen["faded"], risen["level_at_return"]) == (False, 0.9)
    assert (fallen["kept_days"], risen["kept_days"]) == (5, 5)
    assert not {"kept_days", "faded", "regretted"} & set(dataset.rows.column_names)


def test_without_reasons_returned_is_the_target(shop):
    give_back(shop, dict.fromkeys(range(0, 800, 7)))
    dataset, by_id = labels(shop)
    assert dataset.target == "returned"
    assert by_id["o0007"] == (1, True)
    assert by_id["o0001"] == (0, True)


def test_an_order_is_judged_only_when_its_window_has_passed(shop):
    give_back(shop, dict.fromkeys(range(100), "regret"))
    _, by_id = labels(shop, as_of=date(2026, 3, 20))
    # The last that counts was bought on 18 February, 48 days after the first.
    assert max(by_id) == f"o{48 * 12 + 5:04d}"


def test_a_return_counts_from_its_day_on(shop):
    give_back(shop, dict.fromkeys(range(1, 100), "regret"))
    late = {"order_id": "o0000", "returned_at": START + timedelta(days=45)}
    with shop.writing() as session:
        merge_rows(session, Return, pa.Table.from_pylist([late | {"reason": "regret"}]))
    for as_of, expected in ((44, 0), (45, 1)):
        dataset, by_id = labels(shop, as_of=(START + timedelta(days=as_of)).date())
        assert by_id["o0000"] == (expected, True)
        assert np.isnat(dataset.returned_on[0]) == (expected == 0)


@pytest.mark.parametrize(
    ("reasons", "as_of", "said"),
    [
        ({}, None, "0 of 800 orders count as returned"),
        (
            dict.fromkeys(range(800), "regret"),
            None,
            "800 of 800 orders count as regret",
        ),
        ({1: "regret"}, date(2026, 1, 20), "training needs 500"),
    ],
)
def test_what_training_needs_is_said(shop, reasons, as_of, said):
    if reasons:
        give_back(shop, reasons)
    with (
        open_workbench(shop, as_of or date(2026, 6, 1)) as duck,
        pytest.raises(NotEnoughDataError, match=said),
    ):
        check_trainable(label_orders(duck, shop.settings), shop.settings)


def test_splits_are_days():
    assert split_days(date(2026, 1, 1), date(2026, 4, 11), 0.5, 0.9) == [
        date(2026, 2, 20),
        date(2026, 4, 1),
    ]


def test_amounts_in_a_currency_without_a_rate_are_not_compared(shop):
    give_back(shop, dict.fromkeys(range(0, 800, 7)))
    with open_workbench(shop) as duck:
        dollars = duck.sql('FROM "order" LIMIT 1').to_arrow_table().to_pylist()
        asked = pa.Table.from_pylist([dollars[0] | {"currency": "KES"}])
        assert link_asked(duck, asked)["price_usd"].to_pylist() == [None]
