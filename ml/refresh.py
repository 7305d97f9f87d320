"""Bringing all that is derived up to date: links, polarities, daily tables, shares that
are kept, cards.
"""

from collections import defaultdict
from collections.abc import Collection
from typing import Any

import duckdb
import pyarrow as pa
from sqlalchemy import delete, insert, select
from sqlmodel import Session, col

from ml.card import Card
from ml.daily import open_workbench, store_daily
from ml.prepare import prepare
from ml.registry.versions import champion_row
from ml.registry.waiting import retry_waiting
from ml.retention import kept_by_product, retention
from ml.serving import Scorer
from ml.standing.findings import keep_finding
from ml.standing.risk import store_risk_week
from ml.standing.sales import store_sales
from store.buckets import build_buckets
from store.bulk import replace_rows
from store.clock import utc_now
from store.database import Database
from store.keys import card_keys
from store.settings import Settings
from store.tables import Product, Retention, RiskCard


def refresh(database: Database, settings: Settings) -> dict[str, int]:
    """Bring what is derived from observations up to date.

    A challenger that waits is served from now on if orders that came since say so.

    Returns
    -------
    dict
        Rows written, by table.

    Raises
    ------
    NotEnoughDataError
        If nothing was observed yet.
    """
    counts = prepare(database)
    with open_workbench(database) as duck:
        counts |= store_daily(duck, database)
        kept = retention(duck)
        trials = retry_waiting(duck, database, settings)
        counts["retention"] = _store_retention(database, kept)
        counts["sales_day"] = store_sales(duck, database, settings)
        counts["model_version"] = sum(trial.role != "challenger" for trial in trials)
        if champion_row(database, "shopper"):
            counts |= _store_cards(duck, database, settings, kept)
    return counts


def _store_retention(database: Database, kept: pa.Table) -> int:
    with database.writing() as session:
        replace_rows(session, Retention, kept)
    return int(kept.num_rows)


def _store_cards(
    duck: duckdb.DuckDBPyConnection,
    database: Database,
    settings: Settings,
    kept: pa.Table,
) -> dict[str, int]:
    scorer = Scorer.load(database, settings)
    with database.reading() as session:
        facts = scorer.catalogue(session)
        asked = products_by_key(session, facts)
    wanted = list(dict.fromkeys(asked.values()))
    shares = kept_by_product(kept)
    products = [("", facts[p], shares.get(p)) for p in wanted]
    cards = dict(zip(wanted, scorer.maker.make(products, utc_now()), strict=True))
    rows = _rows(asked, cards)
    with database.writing() as session:
        session.execute(delete(RiskCard))
        if rows:
            session.execute(insert(RiskCard), rows)
        build_buckets(session, settings.bucket_cards)
        keep_finding(session, "lifespan", scorer.maker.lifespan.told())
    at_risk = store_risk_week(duck, database, scorer.day, facts, cards)
    return {"risk_card": len(rows), "risk_week": at_risk}


def products_by_key(session: Session, known: Collection[str]) -> dict[str, str]:
    """Return card key -> product, for the products that anything is known of.

    A key of two products, such as one name for both, is left out: it would give one's
    card for the other.
    """
    named = session.execute(
        select(
            col(Product.product_id),
            col(Product.url),
            col(Product.gtin),
            col(Product.brand),
            col(Product.title),
        )
    )
    owners: dict[str, set[str]] = defaultdict(set)
    for product_id, *names in named:
        for key in card_keys(*names):
            owners[key].add(product_id)
    return {
        key: product_id
        for key, ids in owners.items()
        if len(ids) == 1 and (product_id := next(iter(ids))) in known
    }


def _rows(asked: dict[str, str], cards: dict[str, Card]) -> list[dict[str, Any]]:
    payloads = {p: card.model_dump(mode="json") for p, card in cards.items()}
    return [
        {
            "key": key,
            "product_id": product_id,
            "payload": payloads[product_id] | {"key": key},
            "computed_at": cards[product_id].computed_at,
            "expires_at": cards[product_id].expires_at,
        }
        for key, product_id in asked.items()
    ]
