"""Alerts raised: the newest week against the rules, one alert an event."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlmodel import Session

from reporting.alerts.rules import AlertRule, read_alert_rules
from reporting.figures.at_risk import newest_week
from store.bulk import sql_table
from store.clock import utc_now
from store.database import Database
from store.settings import Settings
from store.tables import Alert, AlertDelivery, AuditEvent, Product, RiskWeek
from store.turns import ALERTS, wait_for_turn

_risk = sql_table(RiskWeek).c
# An event is followed back for so long.
LONGEST_EVENT = timedelta(weeks=104)
FACTS = ("risk", "risk_low", "risk_high", "order_count")


@dataclass(frozen=True)
class Found:
    """A rule that holds for something, since a week."""

    name: str
    rule: AlertRule
    since: date
    row: dict[str, Any]

    @property
    def alert_key(self) -> str:
        """Rule, subject and event."""
        return f"{self.name}:{self.row['key']}:{self.since}"


def raise_alerts(
    database: Database, settings: Settings, now: datetime | None = None
) -> list[str]:
    """Raise what the newest week calls for; return the keys of what is new.

    However often it runs, and in however many processes, an event is raised once.
    """
    at = now or utc_now()
    channels = alert_channels(settings)
    new = []
    with database.writing() as session:
        wait_for_turn(session, ALERTS)
        week = newest_week(session)
        if week is None:
            return []
        for found in _found(session, week, read_alert_rules(settings.alerts_file)):
            if session.get(Alert, found.alert_key) is None:
                session.add(_alert(session, found, at))
                session.flush()
                for channel in channels:
                    row = AlertDelivery(
                        alert_key=found.alert_key, channel=channel, state="pending"
                    )
                    session.add(row)
                new.append(found.alert_key)
    return new


def alert_channels(settings: Settings) -> list[str]:
    """Return the channels alerts go out by."""
    by_email = settings.smtp_url and settings.alert_emails
    named = {"email": by_email, "webhook": settings.alert_webhook_url}
    return [name for name, is_set in named.items() if is_set]


def acknowledge(session: Session, alert_key: str, actor: str) -> bool:
    """Note that a person took note; return whether nobody had before.

    Returns
    -------
    bool
        False also where there is no such alert.
    """
    alert = session.get(Alert, alert_key)
    if alert is None or alert.acknowledged_at is not None:
        return False
    alert.acknowledged_at, alert.acknowledged_by = utc_now(), actor
    session.add(
        AuditEvent(
            happened_at=utc_now(),
            actor=actor,
            action="alert.acknowledge",
            subject=alert_key,
            details={},
        )
    )
    return True


def said(alert: Alert) -> str:
    """Return an alert in a line.

    >>> facts = {"advice": "Cancel reorder", "name": "#tights", "risk": 0.88}
    >>> facts |= {"risk_low": 0.81, "risk_high": 0.93, "order_count": 120}
    >>> facts |= {"at_stake_usd": 12345.6}
    >>> said(Alert(facts=facts))  # doctest: +NORMALIZE_WHITESPACE
    'Cancel reorder: #tights regret risk is at 88 % (81-93 %), 120 orders in 7 days,
    $12,346 at stake'
    """
    f = alert.facts
    risk, low, high = (round(100 * f[name]) for name in FACTS[:3])
    return (
        f"{f['advice']}: {f['name']} regret risk is at {risk} % ({low}-{high} %), "
        f"{f['order_count']} orders in 7 days, ${f['at_stake_usd']:,.0f} at stake"
    )


def _found(
    session: Session, week: date, rules: dict[str, AlertRule]
) -> Iterator[Found]:
    for name, rule in rules.items():
        if not rule.on:
            continue
        query = select(*_risk).where(
            _risk.scope == rule.scope,
            _risk.week == week,
            # Little evidence raises no alarm.
            _risk.evidence == "enough",
            _risk.risk >= rule.risk_from,
            _risk.risk_low >= rule.risk_low_from,
            _risk.order_count >= rule.order_count_from,
            _risk.at_stake_cents >= rule.at_stake_from * 100,
        )
        for row in session.execute(query).mappings().all():
            since = _since(session, rule, row["key"], week)
            yield Found(name, rule, since, dict(row))


def _since(session: Session, rule: AlertRule, key: str, week: date) -> date:
    """Return the week in which the event began: the first after the last quiet one in
    which the rule's risk was reached.
    """
    query = (
        select(_risk.week, _risk.risk)
        .where(_risk.scope == rule.scope, _risk.key == key)
        .where(_risk.week.between(week - LONGEST_EVENT, week))
        .order_by(_risk.week.desc())
    )
    since = week
    for before, risk in session.execute(query):
        if risk is None or risk < rule.over_below:
            break
        if risk >= rule.risk_from:
            since = before
    return since


def _alert(session: Session, found: Found, at: datetime) -> Alert:
    row = found.row
    facts = {name: row[name] for name in FACTS} | {
        "advice": found.rule.advice,
        "name": _name(session, found.rule.scope, row["key"]),
        "at_stake_usd": row["at_stake_cents"] / 100,
        "week": row["week"].isoformat(),
    }
    return Alert(
        alert_key=found.alert_key,
        rule=found.name,
        scope=found.rule.scope,
        key=row["key"],
        raised_at=at,
        facts=facts,
    )


def _name(session: Session, scope: str, key: str) -> str:
    if scope == "product":
        product = session.get(Product, key)
        return product.title if product else key
    return f"#{key}" if scope == "hashtag" else key or "what has no category"
