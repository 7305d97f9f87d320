"""What was seen in the world or told by the retailer: dated, never overwritten by
the models.
"""

from datetime import datetime

from sqlalchemy import BigInteger, Text
from sqlmodel import Field

from store.tables.base import Table, UtcDateTime


class HashtagSnapshot(Table, table=True):
    """A hashtag's running totals as a source gave them at one moment."""

    __tablename__ = "hashtag_snapshot"

    hashtag: str = Field(primary_key=True)
    """Name without ``#``, lower case."""

    observed_at: datetime = Field(primary_key=True, sa_type=UtcDateTime, index=True)
    """When the total was seen, UTC."""

    view_count: int | None = Field(default=None, sa_type=BigInteger)
    """Views of all its videos so far; cumulative, often rounded by the site."""

    video_count: int | None = Field(default=None, sa_type=BigInteger)
    """Videos that carry it so far; cumulative, often rounded by the site."""

    source: str = "import"
    """``import`` or the spider's name."""


class Video(Table, table=True):
    """A video's counters as seen at one moment; no author, no caption."""

    __tablename__ = "video"

    video_id: str = Field(primary_key=True)
    """TikTok's id; text, for it exceeds 2^53."""

    hashtag: str = Field(primary_key=True)
    """One hashtag of the video; a row for each."""

    observed_at: datetime = Field(primary_key=True, sa_type=UtcDateTime, index=True)
    """When the counters were seen, UTC."""

    created_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """When the video was posted, UTC."""

    view_count: int = Field(sa_type=BigInteger)
    """Plays so far."""

    like_count: int | None = Field(default=None, sa_type=BigInteger)
    """Likes so far."""

    comment_count: int | None = Field(default=None, sa_type=BigInteger)
    """Comments so far."""

    share_count: int | None = Field(default=None, sa_type=BigInteger)
    """Shares so far."""


class Product(Table, table=True):
    """A product of the retailer's catalogue."""

    __tablename__ = "product"

    product_id: str = Field(primary_key=True)
    """The retailer's id."""

    title: str
    """As the shop shows it."""

    brand: str | None = None
    """Brand, where given."""

    category: str | None = None
    """The retailer's category."""

    list_price_minor: int | None = Field(default=None, sa_type=BigInteger)
    """Price before any reduction, in minor units of `currency`."""

    currency: str | None = None
    """ISO 4217 code of the list price."""

    url: str | None = None
    """Address of the product page."""

    gtin: str | None = None
    """EAN, UPC or ISBN, digits only."""


class ProductHashtag(Table, table=True):
    """Which hashtags speak of which product, and how sure that is."""

    __tablename__ = "product_hashtag"

    product_id: str = Field(primary_key=True, foreign_key="product.product_id")
    """The product."""

    hashtag: str = Field(primary_key=True, index=True)
    """Name without ``#``, lower case."""

    confidence: float
    """Probability that the hashtag speaks of this product, 0-1."""

    method: str
    """``retailer`` (given in the catalogue) or ``title`` (matched by words)."""


class Listing(Table, table=True):
    """A second-hand offer as seen at one moment."""

    __tablename__ = "listing"

    site: str = Field(primary_key=True)
    """``ebay`` or ``poshmark``."""

    listing_id: str = Field(primary_key=True)
    """The site's id."""

    observed_at: datetime = Field(primary_key=True, sa_type=UtcDateTime, index=True)
    """When it was seen, UTC."""

    product_id: str | None = Field(
        default=None, foreign_key="product.product_id", index=True
    )
    """The product it is one of, where known."""

    query: str | None = Field(default=None, index=True)
    """The search that found it, where the product is not known."""

    title: str
    """As the seller wrote it."""

    price_minor: int = Field(sa_type=BigInteger)
    """Asked (active, ended) or paid (sold), in minor units of `currency`; the lower
    end of a range."""

    price_max_minor: int | None = Field(default=None, sa_type=BigInteger)
    """Upper end, where the page gives a range."""

    shipping_minor: int | None = Field(default=None, sa_type=BigInteger)
    """Delivery cost in minor units; 0 is free, none is unknown."""

    currency: str
    """ISO 4217 code."""

    condition: str | None = None
    """In the site's words."""

    status: str
    """``active``, ``sold`` or ``ended`` (not sold)."""

    best_offer_accepted: bool = False
    """Sold below the price shown: `price_minor` is the asking price."""

    listed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """When it was put up, UTC."""

    sold_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """When it was sold, UTC."""

    same_product_id: str | None = None
    """The product it was judged to be one of; none where refused or not judged yet."""

    same_confidence: float | None = None
    """Probability that it is one of `product_id`, or of the product its query found,
    0-1; none as long as it is not judged, and where no product was found."""

    refused_for: str | None = None
    """Why it is not one of the product: ``lot``, ``box_only``, ``part``,
    ``accessory``, ``child_size``, ``replica``, ``wanted``, ``broken``,
    ``other_model``, ``other_brand``, ``other_product`` or ``no_product``."""


class Review(Table, table=True):
    """What a buyer wrote about a product; no name."""

    __tablename__ = "review"

    review_id: str = Field(primary_key=True)
    """SHA-256 over product, time, rating and text: a review has no id of its own."""

    product_id: str = Field(foreign_key="product.product_id", index=True)
    """The product."""

    reviewed_at: datetime = Field(sa_type=UtcDateTime, index=True)
    """When it was written, UTC."""

    rating: float | None = None
    """Stars, 0-5."""

    text: str | None = Field(default=None, sa_type=Text)
    """What was written."""

    polarity: float | None = None
    """TextBlob polarity of an English text, -1 to 1; none for other languages."""

    regret_score: float | None = None
    """Probability that the writer of an English text would not recommend the thing,
    0-1; none for other languages."""

    language: str | None = None
    """ISO 639-1 code of the text's language, ``und`` where it can't be told; none as
    long as the review has no text or is not scored yet."""


class Order(Table, table=True):
    """One product bought by one person; the person is a pseudonym."""

    __tablename__ = "order"

    order_id: str = Field(primary_key=True)
    """The retailer's id."""

    customer_pseudonym: str = Field(index=True)
    """Keyed HMAC-SHA-256 of the customer id, hex."""

    product_id: str = Field(foreign_key="product.product_id")
    """What was bought."""

    purchased_at: datetime = Field(sa_type=UtcDateTime, index=True)
    """When, UTC."""

    unit_price_minor: int = Field(sa_type=BigInteger)
    """Price of one piece, in minor units of `currency`."""

    currency: str
    """ISO 4217 code."""

    quantity: int = 1
    """Pieces."""

    age_band: str | None = None
    """Five-year band such as ``20-24``; the age itself is never stored."""

    income_decile: int | None = None
    """Income decile (1-10) of the ZIP code; the ZIP itself is never stored."""

    channel: str | None = None
    """Where it was bought: ``web``, ``app``, ``tiktok_shop``, ..."""


class Return(Table, table=True):
    """An order that came back."""

    __tablename__ = "return"

    order_id: str = Field(primary_key=True, foreign_key="order.order_id")
    """The order."""

    returned_at: datetime = Field(sa_type=UtcDateTime, index=True)
    """When it came back, UTC; before that nothing may know of it."""

    reason: str | None = None
    """Reason code in the retailer's words; none where the customer gave none."""


class ZipIncome(Table, table=True):
    """Income by ZIP code as the retailer's own table has it, instead of the bundled
    census figures.
    """

    __tablename__ = "zip_income"

    zip: str = Field(primary_key=True)
    """Five digits."""

    median_income: float
    """Median household income, in the table's own currency."""

    income_decile: int
    """Decile (1-10) among the table's ZIP codes."""


class Population(Table, table=True):
    """The age mix of the people the model is to speak of, to reweight a skewed
    sample.
    """

    __tablename__ = "population"

    age_band: str = Field(primary_key=True)
    """Five-year band such as ``20-24``."""

    share: float
    """Share of the population, 0-1."""
