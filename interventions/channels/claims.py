"""Whose turn a message is: it is claimed, and that is committed, before it leaves.

A claim is one UPDATE of a pending row, so of two processes one gets it. What a process
has claimed and not settled is in doubt: it may have gone out.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, exists, or_
from sqlmodel import Session, col, select, update

from store.bulk import sql_table
from store.consent import consented, excluded
from store.tables import Assignment, Delivery, Intervention, Order, Product, Return

_table = sql_table(Delivery)
_row = _table.c
# A receiver that knows a message by its id takes it twice without harm.
SAFE_TO_REPEAT = frozenset({"webhook"})
TREATMENT = "treatment"
# Speaks of a thing that has come back; all others ask to keep it.
AFTER_RETURN = frozenset({"resale_listing"})


@dataclass(frozen=True)
class Claim:
    """A message that is ours to send."""

    intervention_id: str
    """What is delivered; the same at every try."""

    channel: str
    """``email``, ``sms`` or ``webhook``."""

    claimed_at: datetime
    """When, UTC; tells this try from others."""

    attempts: int
    """Tries, with this one."""

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


def due(session: Session, channel: str, now: datetime) -> list[tuple[str, str]]:
    """Return intervention and person of all that may be sent by a channel now.

    Those whose assignment is not stored are not among them: they wait.
    """
    query = (
        select(_row.intervention_id, Intervention.customer_pseudonym)
        .join(Intervention, col(Intervention.intervention_id) == _row.intervention_id)
        .where(_row.channel == channel, _is_due(now), exists(_its_assignment()))
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
    mine = and_(_row.intervention_id == intervention_id, _row.channel == channel)
    taking = update(_table).where(mine, _is_due(now))
    values = {"state": "sending", "claimed_at": now, "attempts": _row.attempts + 1}
    if not session.execute(taking.values(values)).rowcount:  # type: ignore[attr-defined]
        return None
    found = _read(session, intervention_id, channel, now)
    if why := _against(session, found, needs_consent=needs_consent):
        settle(session, found, "dropped", error=why)
        return why
    return found


def settle(
    session: Session,
    claim: Claim,
    state: str,
    *,
    error: str | None = None,
    sent_at: datetime | None = None,
    not_before: datetime | None = None,
    attempts: int | None = None,
) -> None:
    """Write what became of a claimed message, unless it was taken away meanwhile."""
    session.execute(
        update(_table)
        .where(
            _row.intervention_id == claim.intervention_id,
            _row.channel == claim.channel,
            _row.claimed_at == claim.claimed_at,
            _row.state.in_(["sending", "uncertain"]),
        )
        .values(
            state=state,
            error=error,
            sent_at=sent_at,
            not_before=not_before,
            attempts=claim.attempts if attempts is None else attempts,
        )
    )


def take_back(session: Session, now: datetime, patience: timedelta) -> int:
    """Settle what processes that ended had claimed; return how many are in doubt now.

    What is safe to repeat waits again; the rest may have gone out, and is left to
    people.
    """
    left = and_(_row.state == "sending", _row.claimed_at < now - patience)
    safe = _row.channel.in_(SAFE_TO_REPEAT)
    why = "its process ended while it was sent"
    again = update(_table).where(left, safe)
    session.execute(again.values(state="pending", not_before=None, error=why))
    doubtful = update(_table).where(left, ~safe).values(state="uncertain", error=why)
    return int(session.execute(doubtful).rowcount)  # type: ignore[attr-defined]


def _is_due(now: datetime) -> ColumnElement[bool]:
    may = or_(_row.not_before.is_(None), _row.not_before <= now)
    return and_(_row.state == "pending", may)


def _its_assignment() -> ColumnElement[bool]:
    return and_(
        col(Assignment.experiment) == col(Intervention.experiment),
        col(Assignment.customer_pseudonym) == col(Intervention.customer_pseudonym),
    )


def _read(
    session: Session, intervention_id: str, channel: str, claimed_at: datetime
) -> Claim:
    query = (
        select(Intervention, _row.attempts, Order.purchased_at, Product.title)
        .join(_table, _row.intervention_id == col(Intervention.intervention_id))
        .join(Order, col(Order.order_id) == col(Intervention.order_id))
        .join(Product, col(Product.product_id) == col(Order.product_id))
        .where(_row.intervention_id == intervention_id, _row.channel == channel)
    )
    decided, attempts, purchased_at, title = session.exec(query).one()
    return Claim(
        intervention_id=intervention_id,
        channel=channel,
        claimed_at=claimed_at,
        attempts=attempts,
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
