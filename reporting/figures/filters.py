"""Which part of the shop and which days are asked for."""

from dataclasses import dataclass, replace
from datetime import date, timedelta

from sqlalchemy import ColumnElement, Select, select
from sqlmodel import Session

from ml.standing.findings import kept_finding
from store.bulk import sql_table
from store.errors import RequestError
from store.tables import Product, ProductHashtag, RiskWeek, SalesDay

DEFAULT_DAYS = 182
LINKED = 0.5


@dataclass(frozen=True)
class Span:
    """The days there are orders or observations of."""

    first: date
    """The first."""

    last: date
    """The newest that was used."""

    closed_through: date
    """Return windows of what was bought up to then are over."""


@dataclass(frozen=True)
class Filter:
    """What is asked for; with a category and a hashtag: products of both."""

    from_day: date
    """First day of purchase."""

    to_day: date
    """Last day of purchase."""

    category: str | None = None
    """Only products of it."""

    hashtag: str | None = None
    """Only products linked to it."""

    @property
    def scope(self) -> tuple[str, str] | None:
        """Scope and key whose rows answer it; None where products have to be added up.

        >>> Filter(date(2026, 1, 1), date(2026, 2, 1), hashtag="leggings").scope
        ('hashtag', 'leggings')
        """
        if self.category is not None and self.hashtag is not None:
            return None
        if self.category is not None:
            return "category", self.category
        return ("hashtag", self.hashtag) if self.hashtag is not None else ("shop", "")

    def before(self) -> "Filter":
        """Return the same for as many days before."""
        days = (self.to_day - self.from_day).days + 1
        return replace(
            self,
            from_day=self.from_day - timedelta(days),
            to_day=self.from_day - timedelta(1),
        )


def read_span(session: Session) -> Span | None:
    """Return the span as the last refresh left it; None before the first."""
    found = kept_finding(session, "span")
    if found is None:
        return None
    body, _ = found
    return Span(**{name: date.fromisoformat(day) for name, day in body.items()})


def asked_filter(
    span: Span,
    from_day: date | None = None,
    to_day: date | None = None,
    category: str | None = None,
    hashtag: str | None = None,
) -> Filter:
    """Return what is asked for; by default the last half year there is.

    Raises
    ------
    RequestError
        If the days are the wrong way round.
    """
    end = to_day or span.last
    start = from_day or end - timedelta(DEFAULT_DAYS - 1)
    if start > end:
        raise RequestError(f"{start} is after {end}: give the earlier day first")
    name = hashtag.strip().lstrip("#").lower() if hashtag else None
    return Filter(start, end, category or None, name or None)


def in_scope(
    asked: Filter, table: type[SalesDay] | type[RiskWeek]
) -> ColumnElement[bool]:
    """Return the condition that picks the rows whose sum is the asked part's."""
    columns = sql_table(table).c
    if asked.scope is None:
        return (columns.scope == "product") & columns.key.in_(products_of(asked))
    scope, key = asked.scope
    return (columns.scope == scope) & (columns.key == key)


def products_of(asked: Filter) -> Select[tuple[str]]:
    """Return the query of the asked part's products."""
    product, link = sql_table(Product).c, sql_table(ProductHashtag).c
    query = select(product.product_id)
    if asked.category is not None:
        query = query.where(product.category == asked.category)
    if asked.hashtag is not None:
        linked = select(link.product_id).where(
            link.hashtag == asked.hashtag, link.confidence >= LINKED
        )
        query = query.where(product.product_id.in_(linked))
    return query
