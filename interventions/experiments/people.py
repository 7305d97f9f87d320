"""What became of the orders that an experiment decided on, person by person.

Everybody counts in the arm they were drawn into, whatever reached them: who opens an
e-mail is another person than who does not (intention to treat).
"""

from datetime import datetime

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import Column, Integer, bindparam, text
from sqlmodel import Session

from store.bulk import sql_table
from store.duck import sql_beside
from store.reading import read_rows
from store.tables import Assignment, Intervention, Order, Product, UtcDateTime

RISK_BANDS = ("under 0.6", "0.6-0.7", "0.7-0.8", "0.8-0.9", "over 0.9")
BAND_EDGES = (0.6, 0.7, 0.8, 0.9)


def decided_orders(
    session: Session, experiment: str, bought_before: datetime, as_of: datetime
) -> pa.Table:
    """Return the orders that an experiment decided on, in either arm.

    Parameters
    ----------
    bought_before : datetime
        Later ones had no time yet to come back.
    as_of : datetime
        Returns from then on are not known.

    Returns
    -------
    pyarrow.Table
        An order a row: its person, arm, kind, ``age_band``, ``category``,
        ``risk_band``, ``currency``, ``risk``, ``returned`` (0 or 1), ``value_minor``.
    """
    sql = text(sql_beside(__file__, "decided_orders")).bindparams(
        bindparam("as_of", as_of, UtcDateTime()),
        bindparam("bought_before", bought_before, UtcDateTime()),
        experiment=experiment,
    )
    order, decided = sql_table(Order).c, sql_table(Intervention).c
    found = sql.columns(
        order.order_id,
        order.customer_pseudonym,
        sql_table(Assignment).c.arm,
        decided.kind,
        order.age_band,
        sql_table(Product).c.category,
        order.unit_price_minor,
        order.quantity,
        order.currency,
        decided.risk,
        Column("returned", Integer, nullable=False),
    ).subquery("decided")
    rows = read_rows(session, found.select())
    bands = risk_bands(rows["risk"].to_numpy())
    value = pc.multiply(rows["unit_price_minor"], rows["quantity"])
    return rows.append_column("risk_band", bands).append_column("value_minor", value)


def risk_bands(risk: npt.NDArray[np.float64]) -> pa.Array:
    """Return the names of the bands that risks are in; none for none.

    >>> risk_bands(np.array([0.6, 0.95, np.nan])).to_pylist()
    ['0.6-0.7', 'over 0.9', None]
    """
    band = np.searchsorted(BAND_EDGES, risk, side="right")
    return pa.array(RISK_BANDS).take(pa.array(band, mask=np.isnan(risk)))


def by_person(orders: pa.Table, currency: str) -> pa.Table:
    """Add the orders of each person up.

    Parameters
    ----------
    orders : pyarrow.Table
        As of `decided_orders`.
    currency : str
        Amounts are of the orders in it.

    Returns
    -------
    pyarrow.Table
        A person a row, without a name: ``arm``; ``orders``, ``returned``, ``expected``
        (returns, by the scores before anything was done); ``paid_orders``, ``kept``
        (what was paid for and not sent back, minor units), ``expected_kept``.
    """
    paid = pc.equal(orders["currency"], currency)
    value = pc.if_else(paid, orders["value_minor"], 0).cast(pa.float64())
    stays = pc.subtract(1, orders["returned"]).cast(pa.float64())
    columns = {
        "person": orders["customer_pseudonym"],
        "arm": orders["arm"],
        "orders": pa.repeat(1, orders.num_rows),
        "returned": orders["returned"],
        "expected": orders["risk"],
        "paid_orders": paid.cast(pa.int64()),
        "kept": pc.multiply(value, stays),
        "expected_kept": pc.multiply(value, pc.subtract(1.0, orders["risk"])),
    }
    sums = [name for name in columns if name not in {"person", "arm"}]
    grouped = pa.table(columns).group_by(["person", "arm"])
    people = grouped.aggregate([(name, "sum") for name in sums])
    return people.select(["arm", *(f"{name}_sum" for name in sums)]).rename_columns(
        ["arm", *sums]
    )
