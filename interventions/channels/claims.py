"""Whether a message may be sent still: asked again when it is its turn."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, exists
from sqlmodel import Session, col, select

from interventions.channels.outbox import Outbox, Taken
from store.bulk import sql_table
from store.consent import consented, excluded
from store.tables import Assignment, Delivery, Intervention, Order, Product, Return

OUTBOX = Outbox(Delivery, "intervention_id")
_row = sql_table(Delivery).c
TREATMENT = "treatment"
# Speaks of a thing that has come back; all others ask to keep it.
AFTER_RETURN = frozenset({"resale_listing"})


@dataclass(frozen=True)
class Claim(Taken):
    """A message to a person that is ours to send."""

    pseudonym: str
    """The person."""

    kind: str
    """Which offer or reminder."""

    order_id: str
    """The order it is about."""

    purchased_at: datetime
    """When that was, UTC."""

    product_title: str
    """What was bought."""

    offer_minor: int | None
    """Worth of the offer in minor units of `currency`."""

    currency: str | None
    """ISO 4217 code of the offer."""

    @property
    def intervention_id(self) -> str:
        """What is delivered."""
        return self.key


def due(session: Session, channel: str, now: datetime) -> list[tuple[str, str]]:
    """Return intervention and person of all that may be sent by a channel now.

    Those whose assignment is not stored are not among them: they wait.
    """
    query = (
        select(_row.intervention_id, Intervention.customer_pseudonym)
        .join(Intervention, col(Intervention.intervention_id) == _row.intervention_id)
        .where(OUTBOX.is_due(channel, now), exists(_its_assignment()))
        .order_by(_row.intervention_id)
    )
    return [(each, person) for each, person in session.exec(query)]


def claim(
    session: Session,
    intervention_id: str,
    channel: str,
    now: datetime,
    *,
    needs_consent: bool,
) -> Claim | str | None:
    """Take a message, if it is still there to be taken and may be sent.

    Returns
    -------
    Claim, str or None
        The message; why it is dropped; or None where somebody else has it.
    """
    taken = OUTBOX.take(session, intervention_id, channel, now)
    if taken is None:
        return None
    found = _read(session, taken)
    if why := _against(session, found, needs_consent=needs_consent):
        OUTBOX.settle(session, found, "dropped", error=why)
        return why
    return found


def _its_assignment() -> ColumnElement[bool]:
    return and_(
        col(Assignment.experiment) == col(Intervention.experiment),
        col(Assignment.customer_pseudonym) == col(Intervention.customer_pseudonym),
    )


def _read(session: Session, taken: Taken) -> Claim:
    query = (
        select(Intervention, Order.purchased_at, Product.title)
        .join(Order, col(Order.order_id) == col(Intervention.order_id))
        .join(Product, col(Product.product_id) == col(Order.product_id))
        .where(col(Intervention.intervention_id) == taken.key)
    )
    decided, purchased_at, title = session.exec(query).one()
    return Claim(
        **vars(taken),
        pseudonym=decided.customer_pseudonym,
        kind=decided.kind,
        order_id=decided.order_id,
        purchased_at=purchased_at,
        product_title=title,
        offer_minor=decided.offer_minor,
        currency=decided.currency,
    )


def _against(session: Session, claim: Claim, *, needs_consent: bool) -> str:
    """Return why a message may not be sent now, empty where it may."""
    person = [claim.pseudonym]
    if excluded(session, claim.channel, person):
        return "opted out"
    if needs_consent and not consented(session, claim.channel, person):
        return "no consent"
    arms = (
        select(Assignment.arm, Intervention.arm)
        .join(Intervention, _its_assignment())
        .where(col(Intervention.intervention_id) == claim.intervention_id)
    )
    if session.exec(arms).one_or_none() != (TREATMENT, TREATMENT):
        return "not assigned to the treatment"
    is_back = session.get(Return, claim.order_id) is not None
    if is_back and claim.kind not in AFTER_RETURN:
        return "the order came back"
    return ""
