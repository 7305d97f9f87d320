"""Where the experiment has shown that an offer does harm, it is not made."""

from collections.abc import Sequence, Set

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import select
from sqlmodel import Session

from interventions.experiments.people import risk_bands
from interventions.experiments.segments import Segment
from interventions.rules import OfferKind
from store.among import among
from store.bulk import sql_table
from store.reading import read_rows
from store.tables import Order, Product

Bools = npt.NDArray[np.bool_]


def harmed(
    session: Session,
    orders: pa.Table,
    kinds: Sequence[OfferKind],
    harmful: Set[Segment],
) -> Bools:
    """Tell which offers would do harm to whom, (n_orders, n_kinds).

    Parameters
    ----------
    orders : pyarrow.Table
        Due orders with their scores.
    harmful : set of Segment
        Where more comes back with an offer than without.
    """
    found = np.zeros((orders.num_rows, len(kinds)), bool)
    for segment in harmful:
        if segment.dimension == "kind":
            found[:, [kind == segment.value for kind in kinds]] = True
    in_rows = [segment for segment in harmful if segment.dimension != "kind"]
    if in_rows and orders.num_rows:
        facts = _facts(session, orders)
        for segment in in_rows:
            found[facts[segment.dimension] == segment.value, :] = True
    return found


def _facts(session: Session, orders: pa.Table) -> dict[str, npt.NDArray[np.object_]]:
    order, product = sql_table(Order).c, sql_table(Product).c
    query = (
        select(order.order_id, order.age_band, product.category)
        .outerjoin(sql_table(Product), product.product_id == order.product_id)
        .where(among(session, order.order_id, orders["order_id"].to_pylist()))
    )
    read = read_rows(session, query)
    read = read.take(pc.index_in(orders["order_id"], read["order_id"]))
    risk = orders["risk"].to_numpy(zero_copy_only=False)
    return {
        "age_band": read["age_band"].to_numpy(zero_copy_only=False),
        "category": read["category"].to_numpy(zero_copy_only=False),
        "risk_band": risk_bands(risk).to_numpy(zero_copy_only=False),
    }
