"""Alerts: raised once an event, sent once by each way, taken note of by a person."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlmodel import select

from reporting.alerts.listing import listed
from reporting.alerts.raising import acknowledge, raise_alerts
from reporting.alerts.rules import read_alert_rules
from reporting.alerts.sending import send_alerts
from store.database import Database
from store.errors import SettingsError
from store.source_health import note_signs
from store.tables import (
    Alert,
    AlertDelivery,
    AuditEvent,
    CrawlRun,
    Product,
    RiskWeek,
)
from tests.interventions.channels.conftest import (
    SECRET,
    http_receiver,
    smtp_server,
)
from tests.store.rows import filled

MONDAY = date(2026, 3, 2)
NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)


def week(number: int, risk: float | None, key="tights", scope="hashtag", **columns):
    told = {
        "scope": scope,
        "key": key,
        "week": MONDAY + timedelta(weeks=number),
        "day": MONDAY + timedelta(weeks=number, days=6),
        "order_count": 120,
        "expected_count": 0.0,
        "risk": risk,
        "risk_low": None if risk is None else risk - 0.07,
        "risk_high": None if risk is None else min(1, risk + 0.05),
        "evidence": "enough",
        "open_count": 300,
        "open_cents": 2_000_000,
        "at_stake_cents": 1_234_560,
    }
    return RiskWeek(**told | columns)


def put(database, *rows):
    with database.writing() as session:
        for row in rows:
            session.merge(row)


def raised(database, settings=None) -> list[str]:
    return raise_alerts(database, settings or database.settings, NOW)


def test_an_event_is_raised_once_and_the_next_one_again(database):
    put(database, week(0, 0.5), week(1, 0.82))
    first = ["cancel_reorder:tights:2026-03-09"]
    assert raised(database) == first
    assert raised(database) == []
    # It goes on, dips, and is not over before it is below 0.7.
    for number, risk in ((2, 0.9), (3, 0.75), (4, 0.88)):
        put(database, week(number, risk))
        assert raised(database) == []
    put(database, week(5, 0.6))
    assert raised(database) == []
    put(database, week(6, 0.81))
    assert raised(database) == ["cancel_reorder:tights:2026-04-13"]


@pytest.mark.parametrize(
    "changed",
    [
        {"risk": 0.79, "risk_low": 0.75},
        {"risk": 0.9, "risk_low": 0.55},
        {"risk": 0.9, "evidence": "thin"},
        {"risk": 0.9, "order_count": 19},
        {"risk": None},
        {"risk": 0.9, "scope": "category", "at_stake_cents": 100},
        {"risk": 0.95, "scope": "product", "at_stake_cents": 49_999},
    ],
)
def test_no_alarm_on_little(database, changed):
    put(database, week(0, **changed))
    assert raised(database) == []


def test_each_scope_has_its_rule_and_its_name(database):
    put(database, Product(product_id="p", title="Ribbed leggings", currency="USD"))
    put(
        database,
        week(0, 0.9),
        week(0, 0.9, "p", "product"),
        week(0, 0.9, "", "category"),
    )
    assert raised(database) == [
        "cancel_reorder:tights:2026-03-02",
        "hold_reorder:p:2026-03-02",
        "look_into::2026-03-02",
    ]
    with database.reading() as session:
        texts = [row["text"] for row in listed(session)]
    assert texts == [
        "Cancel reorder: #tights regret risk is at 90 % (83-95 %), "
        "120 orders in 7 days, $12,346 at stake",
        "Hold reorder: Ribbed leggings regret risk is at 90 % (83-95 %), "
        "120 orders in 7 days, $12,346 at stake",
        "Look into: what has no category regret risk is at 90 % (83-95 %), "
        "120 orders in 7 days, $12,346 at stake",
    ]


def test_two_at_once_raise_one(database):
    put(database, *(week(0, 0.9, f"tag{n}") for n in range(30)))
    others = [Database(database.settings) for _ in range(2)]
    with ThreadPoolExecutor(2) as pool:
        found = [*pool.map(raised, others)]
    for other in others:
        other.close()
    assert sorted(map(len, found)) == [0, 30]


def test_a_file_changes_switches_off_and_adds_rules(database, tmp_path):
    file = tmp_path / "alerts.toml"
    file.write_text(
        "[cancel_reorder]\nrisk_from = 0.5\nrisk_low_from = 0\nover_below = 0.4\n"
        "[look_into]\non = false\n"
        '[dying]\non = true\nadvice = "Sell off"\nscope = "product"\nrisk_from = 0.3\n'
        "risk_low_from = 0\nover_below = 0.2\norder_count_from = 1\nat_stake_from = 0\n"
    )
    settings = database.settings.model_copy(update={"alerts_file": file})
    put(
        database,
        week(0, 0.5),
        week(0, 0.9, "", "category"),
        week(0, 0.3, "p", "product"),
    )
    assert raised(database, settings) == [
        "cancel_reorder:tights:2026-03-02",
        "dying:p:2026-03-02",
    ]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("[cancel_reorder]\nrisk_from = 2", "risk_from"),
        ("[cancel_reorder]\nover_below = 0.9", "over_below is above risk_from"),
        ("[cancel_reorder]\nrisk = 0.5", "risk: Extra inputs"),
        ("[new]\non = true", "new: "),
        ("[new]\nscope = 'source'", "Field required"),
        ("[cancel", "alerts.toml for what it may hold"),
    ],
)
def test_a_wrong_file_is_told(tmp_path, text, why):
    file = tmp_path / "alerts.toml"
    file.write_text(text)
    with pytest.raises(SettingsError, match="TRENDGUARD_ALERTS_FILE.*") as told:
        read_alert_rules(file)
    assert why in str(told.value)


@pytest.fixture
def reached(database):
    """A database with one event, settings that send, and who gets it."""
    put(database, week(0, 0.9))
    with smtp_server() as (mail, address), http_receiver() as hook:
        settings = database.settings.model_copy(
            update={
                "smtp_url": f"smtp://{address}",
                "mail_from": "TrendGuard <alerts@shop.example>",
                "alert_emails": ("ann@shop.example", "bob@shop.example"),
                "alert_webhook_url": hook.url,
                "webhook_secret": SECRET,
                "public_url": "https://tg.shop.example/",
                "send_timeout_seconds": 0.5,
            }
        )
        yield database, settings, mail, hook


def test_an_alert_goes_out_once_by_every_way(reached):
    database, settings, mail, hook = reached
    raised(database, settings)
    assert send_alerts(database, settings, NOW) == {"sent": 2}
    assert send_alerts(database, settings, NOW) == {}
    raised(database, settings)
    assert send_alerts(database, settings, NOW) == {}
    ((to, message),) = mail.taken
    assert to == ["ann@shop.example", "bob@shop.example"]
    assert (
        message["Subject"] == "Cancel reorder: #tights regret risk is at 90 % (83-95 %)"
    )
    assert "https://tg.shop.example/dashboard/alerts" in message.get_content()
    ((_, name, said),) = hook.posts
    assert said["type"] == "alert.cancel_reorder"
    assert said["data"]["risk"] == 0.9
    assert message["Message-ID"].startswith(f"<{name}@")


def test_what_is_refused_for_now_is_tried_again_later(reached):
    database, settings, mail, hook = reached
    raised(database, settings)
    mail.answers["RCPT"] = ["451 busy"]
    hook.answers = [503]
    assert send_alerts(database, settings, NOW) == {"pending": 2}
    assert send_alerts(database, settings, NOW) == {}
    assert send_alerts(database, settings, NOW + timedelta(minutes=2)) == {"sent": 2}
    assert len(mail.taken) == len(hook.posts) - 1 == 1


def test_what_nobody_answered_is_in_doubt_by_mail_and_repeated_by_webhook(reached):
    database, settings, mail, hook = reached
    raised(database, settings)
    mail.answers["TEXT"] = ["break off"]
    hook.answers = ["break off"]
    assert send_alerts(database, settings, NOW) == {"uncertain": 1, "pending": 1}
    assert send_alerts(database, settings, NOW + timedelta(hours=1)) == {"sent": 1}
    assert len(mail.taken) == 1
    assert len({name for _, name, _ in hook.posts}) == 1


def test_a_process_that_ended_leaves_a_mail_in_doubt(reached):
    database, settings, mail, hook = reached
    raised(database, settings)
    with database.writing() as session:
        for row in session.exec(select(AlertDelivery)):
            row.state, row.claimed_at = "sending", NOW - timedelta(minutes=16)
    assert send_alerts(database, settings, NOW) == {"uncertain": 1, "sent": 1}
    assert mail.taken == []
    assert len(hook.posts) == 1


def test_half_a_setting_is_told_before_anything_leaves(reached):
    database, settings, mail, hook = reached
    raised(database, settings)
    for changed, why in (
        ({"mail_from": "nobody"}, "MAIL_FROM"),
        ({"alert_emails": ("ann",)}, "'ann' is no e-mail address"),
        ({"webhook_secret": ""}, "WEBHOOK_SECRET"),
    ):
        with pytest.raises(SettingsError, match=why):
            send_alerts(database, settings.model_copy(update=changed), NOW)
    assert mail.taken == hook.posts == []


def test_somebody_takes_note_once(database):
    put(database, week(0, 0.9))
    (key,) = raised(database)
    with database.writing() as session:
        assert acknowledge(session, key, "ann")
        assert not acknowledge(session, key, "bob")
        assert not acknowledge(session, "no such", "bob")
    with database.reading() as session:
        alert = session.get(Alert, key)
        assert alert.acknowledged_by == "ann"
        (event,) = session.exec(select(AuditEvent)).all()
        assert (event.actor, event.action, event.subject) == (
            "ann",
            "alert.acknowledge",
            key,
        )
        assert listed(session) == []
        (row,) = listed(session, every=True)
        assert row["acknowledged_by"] == "ann"
    assert raised(database) == []


def test_a_source_that_does_worse_is_an_alert_once_an_event(database):
    def end(number, outcome="ok"):
        at = NOW + timedelta(hours=number)
        run = filled(
            CrawlRun,
            run_id=str(number),
            request_key=str(number),
            spider="ebay_search",
            source="ebay",
            state="done",
            outcome=outcome,
            queued_at=at,
            finished_at=at,
        )
        with database.writing() as session:
            session.add(run)
            note_signs(session, run)

    for number in range(15):
        end(number)
    assert raised(database) == []
    for number in range(15, 22):
        end(number, "blocked")
    assert raised(database) == ["look_at_crawls:ebay_search:2026-03-05T07:00"]
    end(22, "blocked")
    assert raised(database) == []
    with database.reading() as session:
        (alert,) = listed(session)
    assert alert["text"] == (
        "Look at the crawls: ebay_search, 7 of the last 10 runs got nothing "
        "(blocked 7), of 12 before 0"
    )


def test_a_rule_on_sources_says_which_signs_count(tmp_path, database):
    with database.writing() as session:
        signs = {"pages": "1 pages in the middle"}
        told = {"spider": "ebay_search", "source": "ebay", "state": "done"}
        told |= {"run_id": "1", "request_key": "1", "finished_at": NOW}
        session.add(filled(CrawlRun, signs=signs, **told))
    file = tmp_path / "alerts.toml"
    for chosen, count in (('["items"]', 0), ('["items", "pages"]', 1)):
        file.write_text(f"[look_at_crawls]\nsigns = {chosen}")
        read_alert_rules.cache_clear()
        settings = database.settings.model_copy(update={"alerts_file": file})
        assert len(raised(database, settings)) == count
