"""A small shop with two people in every table that can hold one."""

from datetime import UTC, date, datetime

from sqlmodel import Session

from store.consent import opt_out, record_consent
from store.database import Database
from store.importing import import_folder
from store.privacy import Pseudonymiser
from store.tables import (
    Assignment,
    AuditEvent,
    CrawlRun,
    Delivery,
    Intervention,
    JobRun,
    ListingDraft,
    ModelVersion,
    Night,
    Prediction,
)
from tests.store.test_import import FILES, write

ANNA, BERT = "anna.persson@example.org", "bert-000001"
ORDERS = {
    ANNA: ("ORDER-ANNA-1", "ORDER-ANNA-2", "ORDER-ANNA-3"),
    BERT: ("ORDER-BERT-1", "ORDER-BERT-2"),
}
# So late that the orders' return window has passed.
LATE = "ribbedleggings,2026-04-20,9000,\n"
NOW = datetime(2026, 5, 1, tzinfo=UTC)


def export(folder):
    """Write what a shop with both people exports."""
    orders = [FILES["orders"].splitlines()[0]]
    returns = [FILES["returns"].splitlines()[0]]
    for person, ids in ORDERS.items():
        for day, order_id in enumerate(ids, 1):
            orders.append(
                f"{order_id},{person},p1,2026-03-0{day},39.95,USD,1,23,94027,web"
            )
        returns.append(f"{ids[0]},2026-03-09,Changed mind")
    return write(
        folder,
        products=FILES["products"],
        orders="\n".join(orders) + "\n",
        returns="\n".join(returns) + "\n",
        hashtag_metrics=FILES["hashtag_metrics"] + LATE,
    )


def key(database: Database) -> Pseudonymiser:
    """Return the store's key."""
    return Pseudonymiser(database.settings.pseudonym_key_file, may_make=False)


def fill(database: Database, folder) -> None:
    """Import the shop and act on both people."""
    import_folder(database, database.settings, export(folder))
    with database.writing() as session:
        for person, order_ids in ORDERS.items():
            _act(session, key(database).pseudonym(person), order_ids)
        session.add(Night(day=date(2026, 3, 5), started_at=NOW, figures={"scored": 5}))
        session.add(
            ModelVersion(
                version="20260401T000000-checkout",
                purpose="checkout",
                trained_at=NOW,
                trained_on="retailer",
                target="regret",
                window_from=date(2026, 3, 1),
                window_to=date(2026, 3, 2),
                features=["level"],
                figures={"auc": 0.7},
                file="m",
                sha256="0",
            )
        )


def _act(session: Session, pseudonym: str, order_ids: tuple[str, ...]) -> None:
    first = order_ids[0]
    for order_id in order_ids:
        session.add(
            Prediction(
                order_id=order_id,
                night=date(2026, 3, 5),
                risk=0.9,
                evidence="enough",
                target="regret",
                model_version="20260401T000000-checkout",
                trained_on="retailer",
                predicted_at=NOW,
            )
        )
    session.add(
        Intervention(
            intervention_id=f"offer-{first}",
            order_id=first,
            customer_pseudonym=pseudonym,
            kind="email_offer",
            risk=0.9,
            decided_at=NOW,
        )
    )
    session.add(
        Assignment(
            experiment="nightly",
            customer_pseudonym=pseudonym,
            arm="treatment",
            assigned_at=NOW,
        )
    )
    session.add(ListingDraft(order_id=first, site="ebay", draft={}, made_at=NOW))
    session.flush()
    session.add(
        Delivery(intervention_id=f"offer-{first}", channel="email", state="pending")
    )
    opt_out(session, pseudonym, "sms")
    record_consent(session, pseudonym, "email", is_given=True, source="form")
    for action, named in (("nightly.run", pseudonym), ("order.asked", first)):
        session.add(
            AuditEvent(
                happened_at=NOW,
                actor="cli",
                action=action,
                subject=named,
                details={"about": [named, 7]},
            )
        )
    session.add(
        JobRun(
            job_key=f"nightly@{first}",
            job="nightly",
            state="failed",
            queued_at=NOW,
            message=f"stopped at {first}",
            result={"last": pseudonym},
        )
    )
    session.add(
        CrawlRun(
            run_id=pseudonym[:8],
            request_key=f"admin {first}",
            spider="ebay",
            source="ebay",
            arguments={"query": first},
            state="queued",
            asked_by="admin",
            queued_at=NOW,
        )
    )
