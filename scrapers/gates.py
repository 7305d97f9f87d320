"""From what pages say to rows of the store: typed, and what can't be true dropped."""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from sqlmodel import Session, col, select

from scrapers.judged import Drop, Dropped, Judged
from scrapers.likely_prices import LikelyPrices
from scrapers.pages.page import Item
from scrapers.product_gate import ProductGate
from scrapers.times import read_time
from store import targets
from store.money import currency_exponents, to_minor
from store.settings import Settings
from store.spiders import SPIDERS
from store.tables import HashtagSnapshot, Listing, Table, Video

# A site's day may have begun before ours.
CLOCK_SLACK = timedelta(days=1)
# The rendered counter has three digits: 20.2M stands for up to half a percent more.
ROUNDING = 0.995
API_ID = re.compile(r"^v1\|(\d+)\|0$")


class Gates:
    """Types one run's items and drops what can't be true.

    Parameters
    ----------
    spider : str
        Which spider found them.
    observed_at : datetime
        The run's one time, so that doing it again doubles nothing.
    settings : Settings
        Where reviews are read, as the import reads them.
    """

    def __init__(self, spider: str, observed_at: datetime, settings: Settings) -> None:
        self.settings = settings
        self.site = SPIDERS[spider].source
        self.spider = spider
        self.observed_at = observed_at

    def judge(
        self, session: Session, items: list[Item], asked: Mapping[str, str]
    ) -> Judged:
        """Type and judge one page's items; the session is only read.

        Parameters
        ----------
        asked : mapping of str to str
            What the page was asked for: ``query`` and ``product_id``, or ``hashtag``.
        """
        if items and "product_title" in items[0]:
            gate = ProductGate(session, self.settings, self.observed_at)
            return gate.judge(items, asked)
        judged = Judged()
        likely = LikelyPrices(session, asked, items)
        for item in items:
            try:
                if "trending_hashtag" in item:
                    judged.hashtags.append(_hashtag(item["trending_hashtag"]))
                    continue
                for table, row in self._typed(session, item, asked, likely):
                    judged.keep(table, row)
            except Dropped as reason:
                judged.drops.append(Drop(str(reason), item))
        return judged

    def _typed(
        self,
        session: Session,
        item: Item,
        asked: Mapping[str, str],
        likely: LikelyPrices,
    ) -> list[tuple[type[Table], dict[str, Any]]]:
        if "video_id" in item:
            return [(Video, row) for row in self._videos(item, asked)]
        if "listing_id" in item:
            return [(Listing, self._listing(item, asked, likely))]
        return [(HashtagSnapshot, self._snapshot(session, item, asked))]

    def _listing(
        self, item: Item, asked: Mapping[str, str], likely: LikelyPrices
    ) -> dict[str, Any]:
        found = API_ID.match(item["listing_id"])
        # EBay's API wraps the number that its pages show.
        listing_id = found.group(1) if found else item["listing_id"]
        wanted = asked.get("item_id") or asked.get("listing_id")
        if wanted and listing_id != wanted:
            raise Dropped("other_listing")
        currency = item["currency"]
        if currency not in currency_exponents():
            raise Dropped("currency_unknown")
        price = _minor(item["price"], currency)
        if price is None or price <= 0:
            raise Dropped("price_not_positive")
        if not likely.is_likely(price, currency):
            raise Dropped("price_unreasonable")
        return {
            "site": self.site,
            "listing_id": listing_id,
            "observed_at": self.observed_at,
            "product_id": asked.get("product_id") or None,
            "query": asked.get("query") or None,
            "title": item["title"],
            "price_minor": price,
            "price_max_minor": _minor(item["price_max"], currency),
            "shipping_minor": _minor(item["shipping"], currency),
            "currency": currency,
            "condition": item["condition"],
            "status": item["status"],
            "best_offer_accepted": item["best_offer_accepted"],
            "listed_at": self._past(item["listed_at"]),
            "sold_at": self._past(item["sold_at"]),
        }

    def _snapshot(
        self, session: Session, item: Item, asked: Mapping[str, str]
    ) -> dict[str, Any]:
        hashtag = item["hashtag"].lower()
        if hashtag != asked.get("hashtag", hashtag):
            raise Dropped("other_hashtag")
        _refuse_negative(item["view_count"], item["video_count"])
        last = session.exec(
            select(HashtagSnapshot)
            .where(
                HashtagSnapshot.hashtag == hashtag,
                HashtagSnapshot.observed_at < self.observed_at,
            )
            .order_by(col(HashtagSnapshot.observed_at).desc())
            .limit(1)
        ).first()
        rounding = ROUNDING if item["view_count"] is None else 1.0
        if last and (
            _falls(item["view_count"], last.view_count, 1.0)
            or _falls(item["video_count"], last.video_count, rounding)
        ):
            raise Dropped("hashtag_total_fell")
        return {
            "hashtag": hashtag,
            "observed_at": self.observed_at,
            "view_count": item["view_count"],
            "video_count": item["video_count"],
            "source": self.spider,
        }

    def _videos(self, item: Item, asked: Mapping[str, str]) -> list[dict[str, Any]]:
        if item["video_id"] != asked.get("video_id", item["video_id"]):
            raise Dropped("other_video")
        names = ("view_count", "like_count", "comment_count", "share_count")
        counts = {name: item[name] for name in names}
        _refuse_negative(*counts.values())
        wanted = asked.get("hashtag")
        hashtags = dict.fromkeys([*([wanted] if wanted else []), *item["hashtags"]])
        if not hashtags:
            raise Dropped("no_hashtag")
        created_at = self._past(item["created_at"])
        return [
            {
                "video_id": item["video_id"],
                "hashtag": hashtag,
                "observed_at": self.observed_at,
                "created_at": created_at,
                **counts,
            }
            for hashtag in hashtags
        ]

    def _past(self, text: str | None) -> datetime | None:
        moment = read_time(text) if text else None
        if moment and moment > self.observed_at + CLOCK_SLACK:
            raise Dropped("date_in_future")
        return moment


def _hashtag(name: str) -> str:
    if targets.hashtags(name) != [name] or not name.isalnum():
        raise Dropped("hashtag_unreadable")
    return name


def _minor(text: str | None, currency: str) -> int | None:
    if text is None:
        return None
    try:
        return to_minor(Decimal(text), currency)
    except InvalidOperation as error:
        raise Dropped("price_unreadable") from error


def _falls(count: int | None, last: int | None, rounding: float) -> bool:
    return count is not None and last is not None and count < last * rounding


def _refuse_negative(*counts: int | None) -> None:
    # One collector published a 32-bit overflow as a count of likes.
    if any(count is not None and count < 0 for count in counts):
        raise Dropped("count_negative")
