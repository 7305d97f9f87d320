"""Alerts as people read them."""

from typing import Any

from sqlmodel import Session, col, select

from reporting.alerts.raising import said
from store.tables import Alert, AlertDelivery


def listed(session: Session, *, every: bool = False) -> list[dict[str, Any]]:
    """Return alerts, the newest first: by default those nobody took note of.

    Returns
    -------
    list of dict
        The columns of `alert`, ``text``, and ``sent``: channel and state of each way.
    """
    query = select(Alert).order_by(col(Alert.raised_at).desc(), Alert.alert_key)
    if not every:
        query = query.where(col(Alert.acknowledged_at).is_(None))
    alerts = session.exec(query).all()
    ways: dict[str, list[str]] = {}
    for row in session.exec(select(AlertDelivery).order_by(AlertDelivery.channel)):
        ways.setdefault(row.alert_key, []).append(f"{row.channel} {row.state}")
    return [
        alert.model_dump()
        | {"text": said(alert), "sent": ", ".join(ways.get(alert.alert_key, []))}
        for alert in alerts
    ]
