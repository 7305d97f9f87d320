"""Drafts listings of what came back with a high risk; each order once a site."""

from collections import Counter
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select
from sqlmodel import Session

from interventions.resale.ebay import ebay_draft
from interventions.resale.offer import Returned, has_fault, resale_offer
from interventions.resale.poshmark import poshmark_draft
from interventions.rules import read_rules
from store.bulk import sql_table
from store.clock import utc_now
from store.database import Database
from store.settings import Settings
from store.tables import (
    ListingDraft,
    Order,
    Prediction,
    Product,
    ProductDay,
    Return,
)

SITES = {"ebay": ebay_draft, "poshmark": poshmark_draft}


def draft_listings(
    database: Database, settings: Settings, now: datetime | None = None
) -> dict[str, int]:
    """Draft listings of all returns whose risk was over the rules' and that have none.

    Parameters
    ----------
    now : datetime, optional
        The time; the clock's by default. Nothing that came later is used.

    Returns
    -------
    dict of str to int
        How many drafts were made by site, and how many things were left alone:
        ``faulty``, ``no_price``.
    """
    at = now or utc_now()
    risk_over = read_rules(settings.rules_file).resale.risk_over
    counts: Counter[str] = Counter()
    with database.writing() as session:
        for thing in _undrafted(session, risk_over, at):
            offer = resale_offer(thing, settings.resale_photo_url)
            if offer is None:
                counts["faulty" if has_fault(thing.reason) else "no_price"] += 1
                continue
            for site, form in SITES.items():
                if draft := form(thing, offer):
                    row: dict[str, Any] = {"order_id": thing.order_id, "made_at": at}
                    session.add(ListingDraft(site=site, draft=draft, **row))
                    counts[site] += 1
    return dict(counts)


def _undrafted(session: Session, risk_over: float, now: datetime) -> list[Returned]:
    rows = session.execute(_query(risk_over, now)).all()
    return [Returned(**row._mapping) for row in rows]


def _query(risk_over: float, now: datetime) -> Select[Any]:
    bought, back, asked = (sql_table(table).c for table in (Order, Return, Prediction))
    product, day, drafted = (
        sql_table(table).c for table in (Product, ProductDay, ListingDraft)
    )
    newest = sql_table(ProductDay).alias("newest").c
    last_day = (
        select(func.max(newest.day))
        .where(newest.product_id == bought.product_id, newest.day < now.date())
        .scalar_subquery()
    )
    known = (day.product_id == bought.product_id) & (day.day == last_day)
    return (
        select(
            bought.order_id,
            bought.product_id,
            product.title,
            product.brand,
            product.gtin,
            back.reason,
            bought.purchased_at,
            back.returned_at,
            day.list_price_usd,
            day.resale_drop,
            day.resale_median_sold_usd,
        )
        .select_from(sql_table(Order))
        .join(sql_table(Return), back.order_id == bought.order_id)
        .join(sql_table(Prediction), asked.order_id == bought.order_id)
        .join(sql_table(Product), product.product_id == bought.product_id)
        .outerjoin(sql_table(ProductDay), known)
        .outerjoin(sql_table(ListingDraft), drafted.order_id == bought.order_id)
        .where(asked.risk > risk_over, back.returned_at <= now)
        .where(drafted.order_id.is_(None))
        .order_by(bought.order_id)
    )
