"""Every page on SQLite and on PostgreSQL, with a row of each kind."""

from datetime import UTC, date, datetime, timedelta

import pytest

from ml.standing.findings import keep_finding
from store.tables import Order, Product, ProductHashtag, RiskWeek, SalesDay
from tests.server.conftest import hashtag_day, model_version
from tests.server.dashboard.machinery import QUEUED, add_machinery

DAY = date(2026, 3, 1)
SPAN = {
    "first": "2026-01-01",
    "last": DAY.isoformat(),
    "closed_through": (DAY - timedelta(30)).isoformat(),
}
SCOPES = {"product": "p/1", "shop": "", "category": "c", "hashtag": "ribbedleggings"}
PATHS = (
    "",
    "?category=c",
    "?hashtag=ribbedleggings",
    "?category=c&hashtag=ribbedleggings&from=2025-01-01",
    "products/p/1",
    "hashtags/ribbedleggings",
    "alerts/",
    "drivers/",
    "effects/",
    "model/",
    "privacy/",
    "crawls/",
    f"crawls/{QUEUED}",
)


@pytest.fixture
def rows(database):
    order = Order(
        order_id="o1",
        customer_pseudonym="c1",
        product_id="p/1",
        purchased_at=datetime(2026, 3, 1, tzinfo=UTC),
        unit_price_minor=1000,
        currency="USD",
        quantity=1,
    )
    with database.writing() as session:
        session.add(Product(product_id="p/1", title="Leggings", category="c"))
        session.flush()
        session.add_all([order, hashtag_day(DAY), model_version()])
        session.add(
            ProductHashtag(
                product_id="p/1",
                hashtag="ribbedleggings",
                confidence=0.9,
                method="title",
            )
        )
        for scope, key in SCOPES.items():
            session.add_all(_standing(scope, key))
        keep_finding(session, "span", SPAN)
    add_machinery(database, order)


def _standing(scope: str, key: str) -> list:
    sales = SalesDay(
        scope=scope,
        key=key,
        day=DAY - timedelta(40),
        order_count=10,
        unit_count=11,
        sales_cents=123_400,
        returned_count=4,
        returned_cents=50_000,
        coded_count=3,
        regretted_count=1,
    )
    risk = RiskWeek(
        scope=scope,
        key=key,
        week=DAY - timedelta(DAY.weekday()),
        day=DAY,
        order_count=5,
        expected_count=1.5,
        risk=0.3,
        risk_low=0.2,
        risk_high=0.4,
        evidence="enough",
        open_count=3,
        open_cents=30_000,
        at_stake_cents=9_000,
    )
    return [sales, risk]


@pytest.mark.usefixtures("rows")
def test_every_page_on_both_databases(client, admin):
    for path in PATHS:
        answer = client.get(f"/dashboard/{path}", headers=admin)
        assert answer.status_code == 200, path
    page = client.get("/dashboard/", headers=admin).text
    for told in ("$90", "30.0 %", "$1,234", "40.0 %", "Decline"):
        assert told in page, told
