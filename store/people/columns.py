"""Which tables hold a person, and by which column: the one place that says so.

`subject`, `forget` and the rotation of the key all walk these tables; a table that is
missing here fails a test.
"""

from typing import Any

from sqlalchemy import ColumnElement, or_, select

from store.bulk import sql_table
from store.tables import (
    Assignment,
    AuditEvent,
    Consent,
    CrawlLog,
    CrawlRun,
    CrawlSample,
    Delivery,
    Intervention,
    JobRun,
    ListingDraft,
    Night,
    OptOut,
    Order,
    Prediction,
    Return,
    Table,
)

PSEUDONYM = "customer_pseudonym"
ORDER = "order_id"
INTERVENTION = "intervention_id"

# What refers to another table's rows stands before it: rows are deleted in this order.
PERSON_COLUMNS: dict[type[Table], tuple[str, ...]] = {
    Delivery: (INTERVENTION,),
    ListingDraft: (ORDER,),
    Prediction: (ORDER,),
    Intervention: (PSEUDONYM, ORDER),
    Assignment: (PSEUDONYM,),
    OptOut: (PSEUDONYM,),
    Consent: (PSEUDONYM,),
    Return: (ORDER,),
    Order: (PSEUDONYM,),
}
# Words of the machinery and of operators. They are not to name anybody; whether they do
# is looked up.
MENTIONS: dict[type[Table], tuple[str, ...]] = {
    AuditEvent: ("subject", "details"),
    JobRun: ("job_key", "message", "result"),
    CrawlRun: ("request_key", "arguments", "message", "signs"),
    CrawlLog: ("text",),
    CrawlSample: ("url",),
    Night: ("figures",),
}


def rows_of(table: type[Table], pseudonym: str) -> ColumnElement[bool]:
    """Return the condition that picks a person's rows of a table."""
    columns: Any = sql_table(table).c
    conditions = []
    for name in PERSON_COLUMNS[table]:
        if name == PSEUDONYM:
            conditions.append(columns[name] == pseudonym)
        else:
            owner = Order if name == ORDER else Intervention
            ids = select(sql_table(owner).c[name]).where(rows_of(owner, pseudonym))
            conditions.append(columns[name].in_(ids))
    return or_(*conditions)
