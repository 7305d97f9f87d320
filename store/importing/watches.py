"""What an import asks to be watched: the hashtags it names, and their products."""

from collections.abc import Iterable, Iterator
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
    _add(session, settings, HASHTAGS, _hashtags(session))
    for spider in OFFERS:
        _add(session, settings, spider, _offers(session))


def _hashtags(session: Session) -> Iterator[tuple[str, None]]:
    named = select(ProductHashtag.hashtag).where(ProductHashtag.method == "retailer")
    by_products = named.group_by(col(ProductHashtag.hashtag)).order_by(
        func.count().desc(), col(ProductHashtag.hashtag)
    )
    for hashtag in session.exec(by_products):
        yield hashtag, None


def _offers(session: Session) -> Iterator[tuple[str, str]]:
    linked = select(ProductHashtag.product_id).where(
        ProductHashtag.method == "retailer"
    )
    trending = select(Product.product_id, Product.title, Product.brand).where(
        col(Product.product_id).in_(linked)
    )
    found = session.exec(trending.order_by(col(Product.product_id)))
    for product_id, title, brand in found:
        if query := search_query(title, brand):
            yield query, product_id


def _add(
    session: Session,
    settings: Settings,
    spider: str,
    targets: Iterable[tuple[str, str | None]],
) -> None:
    watches = select(Watch.target, Watch.asked_by).where(Watch.spider == spider)
    known = dict(session.exec(watches).all())
    room = settings.import_watches - list(known.values()).count("import")
    if room <= 0:
        return
    for target, product_id in targets:
        if target in known:
            continue
        known[target] = "import"
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
        room -= 1
        if not room:
            return


def _within_a_day(name: str) -> datetime:
    now = utc_now()
    due = first_due(name, now.date())
    return due if due > now else due + timedelta(days=1)
