"""Alerts raised: the newest week and the crawls against the rules, one an event."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlmodel import Session

from reporting.alerts.rules import AlertRule, SourceRule, read_alert_rules
from reporting.figures.at_risk import newest_week
from store.bulk import sql_table
from store.clock import utc_now
from store.database import Database
from store.settings import Settings
from store.source_health import troubles
from store.tables import Alert, AlertDelivery, AuditEvent, Product, RiskWeek
from store.turns import ALERTS, wait_for_turn

_risk = sql_table(RiskWeek).c
# An event is followed back for so long.
LONGEST_EVENT = timedelta(weeks=104)
FACTS = ("risk", "risk_low", "risk_high", "order_count")


@dataclass(frozen=True)
class Found:
    """A rule that holds for something, since the event began."""

    name: str
    """Of the rule."""

    scope: str
    """What it speaks of."""

    key: str
    """Its name there."""

    since: str
    """Which event."""

    facts: dict[str, Any]
    """The figures."""

    @property
    def alert_key(self) -> str:
        """Rule, subject and event."""
        return f"{self.name}:{self.key}:{self.since}"


def raise_alerts(
    database: Database, settings: Settings, now: datetime | None = None
) -> list[str]:
    """Raise what the newest week and crawls call for; return the keys of what is new.

    However often it runs, and in however many processes, an event is raised once.
    """
    at = now or utc_now()
    channels = alert_channels(settings)
    new = []
    with database.writing() as session:
        wait_for_turn(session, ALERTS)
        for found in _found(session, read_alert_rules(settings.alerts_file)):
            if session.get(Alert, found.alert_key) is None:
                session.add(_alert(found, at))
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
    if alert.scope == "source":
        return f"{f['advice']}: {f['name']}, {'; '.join(f['signs'].values())}"
    risk, low, high = (round(100 * f[name]) for name in FACTS[:3])
    return (
        f"{f['advice']}: {f['name']} regret risk is at {risk} % ({low}-{high} %), "
        f"{f['order_count']} orders in 7 days, ${f['at_stake_usd']:,.0f} at stake"
    )


def _found(
    session: Session, rules: dict[str, AlertRule | SourceRule]
) -> Iterator[Found]:
    week = newest_week(session)
    for name, rule in rules.items():
        if not rule.on:
            continue
        if isinstance(rule, SourceRule):
            yield from _troubled(session, name, rule)
        elif week is not None:
            yield from _risky(session, name, rule, week)


def _troubled(session: Session, name: str, rule: SourceRule) -> Iterator[Found]:
    for trouble in troubles(session):
        signs = {n: words for n, words in trouble.signs.items() if n in rule.signs}
        if signs:
            facts = {"advice": rule.advice, "name": trouble.name, "signs": signs}
            since = f"{trouble.since:%Y-%m-%dT%H:%M}"
            yield Found(name, rule.scope, trouble.name, since, facts)


def _risky(session: Session, name: str, rule: AlertRule, week: date) -> Iterator[Found]:
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
        facts = {name: row[name] for name in FACTS} | {
            "advice": rule.advice,
            "name": _name(session, rule.scope, row["key"]),
            "at_stake_usd": row["at_stake_cents"] / 100,
            "week": row["week"].isoformat(),
        }
        yield Found(name, rule.scope, row["key"], since.isoformat(), facts)


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


def _alert(found: Found, at: datetime) -> Alert:
    return Alert(
        alert_key=found.alert_key,
        rule=found.name,
        scope=found.scope,
        key=found.key,
        raised_at=at,
        facts=found.facts,
    )


def _name(session: Session, scope: str, key: str) -> str:
    if scope == "product":
        product = session.get(Product, key)
        return product.title if product else key
    return f"#{key}" if scope == "hashtag" else key or "what has no category"
