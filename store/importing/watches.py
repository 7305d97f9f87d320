"""What an import asks to be watched: the hashtags it names, and their products."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import func
from sqlmodel import Session, col, select

from store.cadence import DAY_MINUTES, first_due
from store.clock import utc_now
from store.searching import search_query
from store.settings import Settings
from store.tables import Product, ProductHashtag, Watch
from store.turns import NEW_WATCHES, wait_for_turn

HASHTAGS = "tiktok_tag"
OFFERS = ("ebay_search", "poshmark_search")


def watch_catalogue(session: Session, settings: Settings) -> None:
    """Watch hashtags that the catalogue names, those of most products first, and the
    second-hand offers of these products, as far as `Settings.import_watches` allows.

    What is watched already, by whomever, is left as it is.
    """
    wait_for_turn(session, NEW_WATCHES)
    _add(session, settings, HASHTAGS, ((name, None) for name in _hashtags(session)))
    products = [
        (query, product.product_id)
        for product in _products(session)
        if (query := search_query(product.title, product.brand))
    ]
    for spider in OFFERS:
        _add(session, settings, spider, products)


def _hashtags(session: Session) -> Iterable[str]:
    named = select(ProductHashtag.hashtag).where(ProductHashtag.method == "retailer")
    by_products = named.group_by(col(ProductHashtag.hashtag)).order_by(
        func.count().desc(), col(ProductHashtag.hashtag)
    )
    return session.exec(by_products).all()


def _products(session: Session) -> Iterable[Product]:
    linked = select(ProductHashtag.product_id).where(
        ProductHashtag.method == "retailer"
    )
    trending = select(Product).where(col(Product.product_id).in_(linked))
    return session.exec(trending.order_by(col(Product.product_id))).all()


def _add(
    session: Session,
    settings: Settings,
    spider: str,
    targets: Iterable[tuple[str, str | None]],
) -> None:
    watches = select(Watch).where(Watch.spider == spider)
    known = {watch.target: watch.asked_by for watch in session.exec(watches)}
    room = settings.import_watches - list(known.values()).count("import")
    for target, product_id in targets:
        if room <= 0:
            return
        if target in known:
            continue
        known[target] = "import"
        room -= 1
        session.add(
            Watch(
                spider=spider,
                target=target,
                product_id=product_id,
                every_minutes=DAY_MINUTES,
                adapts=True,
                asked_by="import",
                next_due_at=_within_a_day(f"{spider} {target}"),
            )
        )


def _within_a_day(name: str) -> datetime:
    now = utc_now()
    due = first_due(name, now.date())
    return due if due > now else due + timedelta(days=1)
