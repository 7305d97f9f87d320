"""The orders that are due, part by part, out of `due_orders.sql`."""

from datetime import datetime, timedelta

import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import bindparam, select, text
from sqlmodel import Session

from store.bulk import sql_table
from store.duck import sql_beside
from store.reading import read_rows
from store.tables import Order, UtcDateTime

COLUMNS = (
    "order_id",
    "customer_pseudonym",
    "purchased_at",
    "unit_price_minor",
    "currency",
    "quantity",
)
# More than any night has; a limit there must be.
ALL = 2**62
LONG_AGO = datetime.fromisoformat("0001-01-01T00:00:00+00:00")


def due_orders(
    session: Session,
    first_at: datetime,
    end_at: datetime,
    now: datetime,
    *,
    after: tuple[datetime, str] = (LONG_AGO, ""),
    most: int = ALL,
) -> pa.Table:
    """Return orders of a span of purchases that are due at `now`.

    Parameters
    ----------
    after : tuple of datetime and str
        Purchase and id of an order: only those after it.
    most : int
        So many, the earliest.

    Returns
    -------
    pyarrow.Table
        `COLUMNS`, in the order of purchase and id.
    """
    after_at, after_id = after
    times = {
        "first_at": max(first_at, after_at),
        "end_at": end_at,
        "after_at": after_at,
        "now": now,
    }
    bound = [bindparam(name, at, UtcDateTime()) for name, at in times.items()]
    sql = text(sql_beside(__file__, "due_orders")).bindparams(
        *bound, after_id=after_id, most=most
    )
    order = sql_table(Order).c
    due = sql.columns(*(order[name] for name in COLUMNS)).subquery("due").c
    query = select(*(due[name] for name in COLUMNS))
    return read_rows(session, query.order_by(due.purchased_at, due.order_id))


def still_due(session: Session, orders: pa.Table, now: datetime) -> pa.Table:
    """Return the same orders without those that are due no more."""
    bought = orders["purchased_at"]
    first_at, last_at = bought[0].as_py(), bought[-1].as_py()
    end_at = last_at + timedelta(microseconds=1)
    found = due_orders(session, first_at, end_at, now)
    return orders.filter(pc.is_in(orders["order_id"], found["order_id"]))
