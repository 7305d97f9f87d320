"""What is known of a product that is not in the catalogue: by its name, what trends; by
its category, what comes back.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlmodel import Session

from ml.matching import HashtagIndex, hashtag_index
from store.bulk import sql_table
from store.tables import CategoryDay, HashtagDay, ProductDay

Facts = dict[str, Any]
COUNTS = (
    "resale_n",
    "resale_sold_n",
    "sentiment_n",
    "rating_n",
    "other_language_n",
    "order_count",
    "recent_order_count",
    "return_n",
    "recent_return_n",
)
NOTHING: Facts = dict.fromkeys(ProductDay.column_names()) | dict.fromkeys(COUNTS, 0)
# As many orders at the shop's rate stand beside a category's own: see `product_day`.
SHOP_ORDERS = 50
# A hashtag's column is a product's where they have one name, as in `product_day`.
TREND = [name for name in HashtagDay.column_names() if name in NOTHING]


@dataclass(frozen=True)
class Strangers:
    """Makes feature rows as `product_day` would have them without any observation.

    Parameters
    ----------
    index : HashtagIndex
        Which hashtags speak of a title.
    hashtags : dict
        Hashtag -> its row of the newest day.
    return_rates : dict
        Category -> the rate its products lean on.
    shop_rate : float or None
        The same of all; none where no order could have come back yet.
    """

    index: HashtagIndex
    hashtags: dict[str, Facts]
    return_rates: dict[str, float]
    shop_rate: float | None

    @classmethod
    def load(cls, session: Session, day: date) -> "Strangers":
        """Read what was known at the end of a day."""
        hashtags = _rows(session, HashtagDay, day)
        categories = _rows(session, CategoryDay, day)
        rates = (row["shop_return_rate"] for row in categories)
        shop_rate = next((rate for rate in rates if rate is not None), None)
        return cls(
            hashtag_index(session, [row["hashtag"] for row in hashtags]),
            {row["hashtag"]: row for row in hashtags},
            {
                row["category"]: (row["returned_n"] + SHOP_ORDERS * shop_rate)
                / (row["return_n"] + SHOP_ORDERS)
                for row in categories
                if shop_rate is not None
            },
            shop_rate,
        )

    def facts(self, title: str, category: str | None = None) -> Facts:
        """Return the feature row of a product by what its page says."""
        rate = self.return_rates.get(category or "", self.shop_rate)
        facts = NOTHING | {"return_rate": rate}
        trends = [(sure, self.hashtags[tag]) for tag, sure in self.index.match(title)]
        if not trends:
            return facts
        _, best = max(trends, key=lambda pair: pair[0] * pair[1]["smooth_views"])
        trend = {name: best[name] for name in TREND}
        return facts | trend | {"trend_as_of": best["observed_at"]}


def _rows(
    session: Session, table: type[HashtagDay] | type[CategoryDay], day: date
) -> list[Facts]:
    columns = sql_table(table).c
    found = session.execute(select(*columns).where(columns.day == day))
    return [dict(row._mapping) for row in found]
