"""Alerts on their page and on the overview; taken note of once, by name."""

from sqlmodel import select

from store.tables import Alert, AuditEvent
from tests.server.dashboard.machinery import ALERT

ALERTS = "/dashboard/alerts/"


def test_an_operator_takes_note(shop):
    otto = shop.client("otto")
    page = otto.get(ALERTS)
    rows = page.page.css("#open tbody tr")
    texts = ["".join(row.css("th *::text").getall()) for row in rows]
    assert len(texts) == 2
    assert "<b>" in texts[0]
    assert "regret risk is at 88 % (81-93 %)" in texts[0]
    assert "email sent" in "".join(rows[0].css("td::text").getall())
    assert "2 alerts to act on" in otto.get("/dashboard/").text
    sent = {"csrf_token": page.page.css("input[name=csrf_token]::attr(value)").get()}
    for _ in range(2):
        answer = otto.post(ALERTS, **sent, alert_key=ALERT)
        assert len(answer.page.css("#open tbody tr")) == 1
        assert len(answer.page.css("#noted tbody tr")) == 2
    assert "1 alert to act on" in otto.get("/dashboard/").text
    with shop.database.reading() as session:
        noted = session.get_one(Alert, ALERT)
        events = session.exec(select(AuditEvent).where(AuditEvent.subject == ALERT))
        assert [event.actor for event in events] == [noted.acknowledged_by] == ["otto"]
    with shop.database.writing() as session:
        alert = session.get_one(Alert, ALERT)
        alert.acknowledged_at = alert.acknowledged_by = None
    assert otto.post(ALERTS, **sent, alert_key="nothing").status == 404
    assert otto.post(ALERTS, **sent, alert_key="a\0b").status == 422


def test_alerts_lead_to_what_they_speak_of(shop):
    vera = shop.client("vera")
    page = vera.get(ALERTS).page
    ways = page.css(
        "#open tbody th a::attr(href), #noted tbody th a::attr(href)"
    ).getall()
    assert [way.split("/")[2] for way in ways] == [
        "products",
        "hashtags",
        "?category=home",
    ]
    assert vera.get(ways[0]).status == vera.get(ways[2]).status == 200
