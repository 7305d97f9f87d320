"""A shop's orders made by hand, and scores that stand in its order ids."""

from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pyarrow as pa

from ml.bulk_scores import SCORES
from store.bulk import arrow_schema, insert_rows, sql_table
from store.consent import record_consent
from store.database import Database
from store.tables import Order, Product

START = datetime(2026, 3, 1, tzinfo=UTC)

ORDERS = arrow_schema(
    [
        sql_table(Order).c[name]
        for name in (
            "order_id",
            "customer_pseudonym",
            "product_id",
            "purchased_at",
            "unit_price_minor",
            "currency",
            "quantity",
        )
    ]
)


def order(order_id: str, days: float = 0.5, **columns) -> dict:
    """Return an order of 100 dollars, bought so many days after `START`."""
    return {
        "order_id": order_id,
        "customer_pseudonym": f"of {order_id}",
        "product_id": "p",
        "purchased_at": START + timedelta(days),
        "unit_price_minor": 10_000,
        "currency": "USD",
        "quantity": 1,
    } | columns


def put_orders(database: Database, *orders: dict) -> None:
    """Store orders, and the product they are of."""
    rows = pa.Table.from_pylist(list(orders), ORDERS)
    with database.writing() as session:
        session.merge(Product(product_id="p", title="Thing"))
        session.flush()
        insert_rows(session, sql_table(Order), rows)


def put_consents(database: Database, *people: str) -> None:
    """Let people say yes to e-mail and SMS."""
    with database.writing() as session:
        for person in people:
            for channel in ("email", "sms"):
                record_consent(
                    session,
                    person,
                    channel,
                    is_given=True,
                    source="a form",
                    decided_at=START,
                )


def risk_of(order_id: str) -> float | None:
    """Return the risk that an order's id ends with: ``a-90`` is 0.9, ``a-x`` none."""
    said = order_id.rsplit("-", 1)[1]
    return None if said == "x" else int(said) / 100


@dataclass
class IdScorer:
    """Scores an order by its id; knows every order but those it was told not to."""

    version: str = "v1"
    target: str = "regret"
    trained_on: str = "retailer"
    unlinked: set[str] = field(default_factory=set)
    asked: list[str] = field(default_factory=list)

    @contextmanager
    def at_work(self, database):
        yield self.score

    def score(self, order_ids: pa.ChunkedArray) -> pa.Table:
        ids = [i for i in order_ids.to_pylist() if i not in self.unlinked]
        self.asked += ids
        rows = []
        for order_id in reversed(ids):
            risk = risk_of(order_id)
            low, high = (None, None) if risk is None else (risk - 0.05, risk + 0.05)
            evidence = "none" if risk is None else "enough"
            row = (order_id, risk, low, high, evidence)
            rows.append(dict(zip(SCORES.names, row, strict=True)))
        return pa.Table.from_pylist(rows, SCORES)
