"""The import format: each kind of file, its columns, and the table it fills."""

from dataclasses import dataclass, field

from store.consent import PURPOSES
from store.importing.columns import (
    STATUSES,
    ColumnSpec,
    amount,
    currency,
    hashtag,
    number,
    one_of,
    text,
    time,
    whole,
    yes_or_no,
)
from store.privacy import AGE_BANDS, OLDEST_AGE
from store.tables import (
    Consent,
    HashtagSnapshot,
    Listing,
    Order,
    Population,
    Product,
    Return,
    Review,
    Table,
    Video,
    ZipIncome,
)


@dataclass(frozen=True)
class FileKind:
    """One kind of import file.

    Parameters
    ----------
    name : str
        File name without its ending.
    table : type of Table
        What it fills.
    columns : tuple of ColumnSpec
        What it may hold; others are ignored.
    into : dict
        Table column -> SQL over the typed columns (alias ``t``).
    checks : dict
        What is wrong with a row as a whole -> SQL that is true where it is.
    left_out : str
        SQL that is true of a row about a person who was forgotten.
    """

    name: str
    table: type[Table]
    columns: tuple[ColumnSpec, ...]
    into: dict[str, str]
    checks: dict[str, str] = field(default_factory=dict)
    left_out: str = ""


def _minor(column: str) -> str:
    return f"round(t.{column} * minor_units(t.currency))::BIGINT"


def _same(*names: str) -> dict[str, str]:
    return {name: f"t.{name}" for name in names}


# Decile (1-10) of an income among the rows of its table.
DECILE = "ceil(10 * cume_dist() OVER (ORDER BY t.median_income))::BIGINT"
UNKNOWN_PRODUCT = {
    "unknown product; add it to products": "t.product_id IS NOT NULL AND "
    "t.product_id NOT IN (SELECT product_id FROM known_products)"
}

FORGOTTEN_PERSON = "t.customer_id IN (SELECT customer_id FROM forgotten_people)"

ZIP_INCOME = FileKind(
    "zip_income",
    ZipIncome,
    (
        text("zip", required=True),
        number("median_income", 0, 10_000_000, required=True),
    ),
    {
        "zip": "normal_zip(t.zip)",
        "median_income": "t.median_income",
        "income_decile": DECILE,
    },
    {"not a US ZIP code": "normal_zip(t.zip) IS NULL"},
)
POPULATION = FileKind(
    "population",
    Population,
    (
        one_of("age_band", *AGE_BANDS, required=True),
        number("share", 0, 1, required=True),
    ),
    _same("age_band", "share"),
)
PRODUCTS = FileKind(
    "products",
    Product,
    (
        text("product_id", required=True),
        text("title", required=True),
        text("brand"),
        text("category"),
        amount("list_price"),
        currency(),
        text("url"),
        text("gtin"),
        text("hashtags"),
    ),
    {
        **_same("product_id", "title", "brand", "category", "url"),
        "list_price_minor": _minor("list_price"),
        "currency": "t.currency",
        "gtin": r"nullif(regexp_replace(t.gtin, '\D', '', 'g'), '')",
    },
)
ORDERS = FileKind(
    "orders",
    Order,
    (
        text("order_id", required=True),
        text("customer_id", required=True),
        text("product_id", required=True),
        time("purchased_at", required=True),
        amount("unit_price", required=True),
        currency(),
        whole("quantity", 1),
        whole("customer_age", 0, OLDEST_AGE),
        text("zip"),
        text("channel"),
    ),
    {
        **_same("order_id", "product_id", "purchased_at", "currency", "channel"),
        "customer_pseudonym": "pseudonym(t.customer_id)",
        "unit_price_minor": _minor("unit_price"),
        "quantity": "coalesce(t.quantity, 1)",
        "age_band": "age_band(t.customer_age)",
        "income_decile": "income_decile(t.zip)",
    },
    UNKNOWN_PRODUCT,
    left_out=FORGOTTEN_PERSON,
)
RETURNS = FileKind(
    "returns",
    Return,
    (
        text("order_id", required=True),
        time("returned_at", required=True),
        text("reason"),
    ),
    _same("order_id", "returned_at", "reason"),
    {
        "unknown order; add it to orders": "t.order_id NOT IN "
        "(SELECT order_id FROM known_orders)",
        "returned before it was purchased": "t.returned_at < (SELECT any_value("
        "k.purchased_at) FROM known_orders k WHERE k.order_id = t.order_id)",
    },
    left_out="t.order_id IN (SELECT order_id FROM forgotten_order)",
)
HASHTAG_METRICS = FileKind(
    "hashtag_metrics",
    HashtagSnapshot,
    (
        hashtag("hashtag", required=True),
        time("observed_at", required=True),
        whole("view_count", required=True),
        whole("video_count"),
    ),
    {
        **_same("hashtag", "observed_at", "view_count", "video_count"),
        "source": "'import'",
    },
)
VIDEOS = FileKind(
    "videos",
    Video,
    (
        text("video_id", required=True),
        hashtag("hashtag", required=True),
        time("created_at"),
        whole("views", required=True),
        whole("likes"),
        whole("comments"),
        whole("shares"),
        time("observed_at", required=True),
    ),
    {
        **_same("video_id", "hashtag", "created_at", "observed_at"),
        "view_count": "t.views",
        "like_count": "t.likes",
        "comment_count": "t.comments",
        "share_count": "t.shares",
    },
)
RESALE_LISTINGS = FileKind(
    "resale_listings",
    Listing,
    (
        text("listing_id", required=True),
        text("site", required=True),
        text("product_id"),
        text("query"),
        text("title", required=True),
        amount("price", required=True),
        amount("shipping"),
        currency(),
        text("condition"),
        one_of("status", *STATUSES),
        time("listed_at"),
        time("sold_at"),
        time("observed_at", required=True),
    ),
    {
        **_same("listing_id", "product_id", "query", "title", "currency", "condition"),
        **_same("listed_at", "sold_at", "observed_at"),
        "site": "lower(t.site)",
        "price_minor": _minor("price"),
        "shipping_minor": _minor("shipping"),
        "status": "coalesce(t.status, 'active')",
        "best_offer_accepted": "false",
    },
    {
        "neither product_id nor query": "t.product_id IS NULL AND t.query IS NULL",
        **UNKNOWN_PRODUCT,
    },
)
REVIEWS = FileKind(
    "reviews",
    Review,
    (
        text("product_id", required=True),
        time("reviewed_at", required=True),
        number("rating", 0, 5),
        text("text"),
    ),
    {
        **_same("product_id", "reviewed_at", "rating", "text"),
        "review_id": "sha256(concat_ws(chr(31), t.product_id, t.reviewed_at, "
        "coalesce(t.rating::VARCHAR, ''), coalesce(t.text, '')))",
    },
    UNKNOWN_PRODUCT,
)

CONSENTS = FileKind(
    "consents",
    Consent,
    (
        text("customer_id", required=True),
        one_of("purpose", *PURPOSES, required=True),
        time("decided_at", required=True),
        yes_or_no("is_given", required=True),
        text("source", required=True),
    ),
    {
        "customer_pseudonym": "pseudonym(t.customer_id)",
        **_same("purpose", "decided_at", "is_given", "source"),
    },
    {
        "another decision of that moment is on record, and none is ever changed": "("
        "SELECT count(*) FROM known_consents k WHERE k.purpose = t.purpose "
        "AND k.customer_pseudonym = pseudonym(t.customer_id) "
        "AND k.decided_at = t.decided_at "
        "AND (k.is_given <> t.is_given OR k.source <> t.source)) > 0",
    },
    left_out=FORGOTTEN_PERSON,
)

# In this order: what is referred to comes before what refers to it.
KINDS = (
    ZIP_INCOME,
    POPULATION,
    PRODUCTS,
    ORDERS,
    RETURNS,
    HASHTAG_METRICS,
    VIDEOS,
    RESALE_LISTINGS,
    REVIEWS,
)
