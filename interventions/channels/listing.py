"""What became of messages, for people: lists, and the way back for the dead."""

from typing import Any

from sqlmodel import col, select

from store.clock import utc_now
from store.database import Database
from store.errors import ConflictError, InvalidError, MissingError
from store.tables import AuditEvent, Delivery, Intervention

STATES = ("pending", "sending", "sent", "dropped", "dead", "uncertain")
# Who opted out stays out: what was dropped does not come back.
MAY_COME_BACK = ("dead", "uncertain")


def listed(
    database: Database, state: str = "", most: int = 1000
) -> list[dict[str, Any]]:
    """Return messages with what they are about, the newest decision first.

    Raises
    ------
    InvalidError
        If there is no such state.
    """
    if state and state not in STATES:
        raise InvalidError(f"{state!r} is no state; one of {', '.join(STATES)}")
    query = (
        select(Delivery, Intervention.kind, Intervention.order_id)
        .join(
            Intervention,
            col(Intervention.intervention_id) == col(Delivery.intervention_id),
        )
        .order_by(
            col(Intervention.decided_at).desc(),
            col(Delivery.intervention_id),
            col(Delivery.channel),
        )
        .limit(most)
    )
    if state:
        query = query.where(col(Delivery.state) == state)
    with database.reading() as session:
        return [
            row.model_dump() | {"kind": kind, "order_id": order_id}
            for row, kind, order_id in session.exec(query)
        ]


def retry(
    database: Database, intervention_id: str, channel: str = "", *, actor: str
) -> list[str]:
    """Let a dead or uncertain message wait again, with all its tries; return by which
    channels.

    Raises
    ------
    MissingError
        If there is no such message.
    ConflictError
        If it is neither dead nor uncertain.
    """
    query = select(Delivery).where(col(Delivery.intervention_id) == intervention_id)
    if channel:
        query = query.where(col(Delivery.channel) == channel)
    with database.writing() as session:
        rows = session.exec(query.with_for_update()).all()
        if not rows:
            raise MissingError(
                f"no message {intervention_id} {channel}".rstrip()
                + ": see `trendguard deliveries list`"
            )
        back = [row for row in rows if row.state in MAY_COME_BACK]
        if not back:
            states = ", ".join(sorted({row.state for row in rows}))
            raise ConflictError(
                f"{intervention_id} is {states}: only what is dead or uncertain "
                "can be sent again"
            )
        was = {row.channel: row.state for row in back}
        for row in back:
            row.state, row.attempts, row.error = "pending", 0, None
            row.not_before = row.claimed_at = None
        session.add(
            AuditEvent(
                happened_at=utc_now(),
                actor=actor,
                action="delivery.retry",
                subject=intervention_id,
                details=was,
            )
        )
    return list(was)
