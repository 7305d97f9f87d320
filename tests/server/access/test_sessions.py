import re
from datetime import timedelta

import pytest
import time_machine
from sqlmodel import select

from server.access.tokens import token_hash
from server.access.users import Change, change_user
from server.app import create_app
from store.clock import utc_now
from store.database import Database
from store.tables import AdminSession, AuditEvent
from tests.server.access.conftest import PASSWORD

PATH = "/v1/admin/session"


def rows(database):
    with database.reading() as session:
        return session.exec(select(AdminSession)).all()


def who_am_i(client):
    return client.get(PATH).status_code


@pytest.fixture
def another_app(settings):
    """Another worker: an app with connections of its own to the same database."""
    database = Database(settings)
    yield create_app(settings, database)
    database.close()


def cookie(client, name="trendguard"):
    return client.get_cookie(name).value


def test_who_logs_in_is_known_by_the_cookie_alone(log_in, database):
    client, answer = log_in("otto")
    assert answer.status_code == 200
    assert answer.json["name"] == "otto"
    assert answer.json["role"] == "operator"
    assert answer.json["powers"] == ["operate", "read", "score"]
    assert client.get(PATH).json == answer.json
    (row,) = rows(database)
    assert row.name == "otto"
    assert len(cookie(client)) >= 43  # 256 bits
    assert row.session_sha256 == token_hash(cookie(client))
    other = type(client)(client.application)
    other.set_cookie("trendguard", row.session_sha256)
    assert who_am_i(other) == 401


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(log_in):
    header = log_in()[1].headers["Set-Cookie"]
    assert re.fullmatch(
        r"trendguard=[\w-]{43}; HttpOnly; Path=/; SameSite=Strict", header
    )


@pytest.mark.parametrize("how", ["by its scheme", "by the setting"])
def test_over_https_it_is_for_this_host_alone(settings, database, people, how):
    public = "https://tg.example" if how == "by the setting" else ""
    app = create_app(settings.model_copy(update={"public_url": public}), database)
    base = "http://127.0.0.1:8787" if public else "https://tg.example"
    client = app.test_client()
    made = {"base_url": base, "headers": {"Origin": "https://tg.example"}}
    body = {"name": "ada", "password": PASSWORD}
    header = client.post(PATH, json=body, **made).headers["Set-Cookie"]
    assert re.fullmatch(
        r"__Host-trendguard=[\w-]{43}; Secure; HttpOnly; Path=/; SameSite=Strict",
        header,
    )
    made["headers"] = {"Origin": base} if public else {"Origin": "http://tg.example"}
    assert client.post(PATH, json=body, **made).status_code == 403


def test_a_password_is_not_taken_where_others_could_read_it(settings, database, people):
    body = {"name": "ada", "password": PASSWORD}

    def status(base, **changed):
        app = create_app(settings.model_copy(update=changed), database)
        return app.test_client().post(PATH, json=body, base_url=base).status_code

    assert status("http://tg.example") == 403
    assert status("http://192.0.2.7:8787") == 403
    assert status("http://localhost.evil.example") == 403
    assert rows(database) == []
    for base in ("http://127.0.0.1:8787", "http://[::1]:8787", "https://tg.example"):
        assert status(base) == 200
    assert status("http://tg.example", public_url="http://tg.example") == 200


def test_another_sites_page_can_not_log_somebody_in(app, people, database):
    body = {"name": "ada", "password": PASSWORD}
    for headers in (
        {"Origin": "https://evil.example"},
        {"Sec-Fetch-Site": "cross-site"},
    ):
        answer = app.test_client().post(PATH, json=body, headers=headers)
        assert answer.status_code == 403
    form = app.test_client().post(PATH, data=body)
    assert form.status_code == 415
    assert rows(database) == []


def test_the_id_changes_at_log_in_and_the_one_before_ends(log_in, app, database):
    client, first = log_in("vera")
    before = cookie(client)
    body = {"name": "ada", "password": PASSWORD}
    answer = client.post(PATH, json=body)
    assert cookie(client) != before
    assert answer.json["csrf_token"] != first.json["csrf_token"]
    old = app.test_client()
    old.set_cookie("trendguard", before)
    assert who_am_i(old) == 401
    assert len(rows(database)) == 1


def test_an_id_that_was_brought_along_is_not_taken(app, people):
    client = app.test_client()
    client.set_cookie("trendguard", "brought-along")
    client.post(PATH, json={"name": "ada", "password": PASSWORD})
    assert cookie(client) != "brought-along"
    client.set_cookie("trendguard", "brought-along")
    assert who_am_i(client) == 401


def test_it_ends_when_nothing_is_done(log_in, settings, database):
    client, _ = log_in()
    now = utc_now()
    idle = timedelta(minutes=settings.session_idle_minutes)
    with time_machine.travel(now + idle - timedelta(seconds=5), tick=False):
        assert who_am_i(client) == 200
    with time_machine.travel(now + 2 * idle - timedelta(seconds=15), tick=False):
        assert who_am_i(client) == 200
    with time_machine.travel(now + 3 * idle, tick=False):
        assert who_am_i(client) == 401


def test_it_ends_in_any_case_and_its_row_goes_at_the_next_log_in(
    log_in, settings, database
):
    client, _ = log_in()
    now = utc_now()
    whole = timedelta(hours=settings.session_hours)
    step = timedelta(minutes=settings.session_idle_minutes) * 0.9
    at = now
    while at < now + whole - timedelta(seconds=5):
        with time_machine.travel(at, tick=False):
            assert who_am_i(client) == 200
        at = min(at + step, now + whole - timedelta(seconds=5))
    with time_machine.travel(now + whole, tick=False):
        assert who_am_i(client) == 401
        log_in("vera")
    assert [row.name for row in rows(database)] == ["vera"]


def test_log_out_ends_it_at_once_in_every_worker(log_in, another_app):
    client, answer = log_in()
    elsewhere = another_app.test_client()
    elsewhere.set_cookie("trendguard", cookie(client))
    session_id = cookie(client)
    assert who_am_i(elsewhere) == 200
    headers = {"X-CSRF-Token": answer.json["csrf_token"]}
    gone = client.delete(PATH, headers=headers)
    assert gone.status_code == 204
    assert "trendguard=; Expires=Thu, 01 Jan 1970" in gone.headers["Set-Cookie"]
    assert who_am_i(elsewhere) == 401
    client.set_cookie("trendguard", session_id)
    assert who_am_i(client) == 401


@pytest.mark.parametrize(
    "change", [Change(password="a new one of many words"), Change(disabled=True)]
)
def test_a_new_password_and_being_disabled_end_all_sessions(
    log_in, another_app, database, change
):
    clients = [log_in("otto")[0], log_in("otto", on=another_app)[0]]
    stays, _ = log_in("vera")
    with database.writing() as session:
        change_user(session, "otto", change, actor="ada")
    assert [who_am_i(client) for client in clients] == [401, 401]
    assert who_am_i(stays) == 200


def test_another_role_counts_from_the_next_request_on(log_in, database):
    client, answer = log_in("ada")
    with database.writing() as session:
        change_user(session, "otto", Change(role="admin"), actor="cli")
        change_user(session, "ada", Change(role="viewer"), actor="otto")
    headers = {"X-CSRF-Token": answer.json["csrf_token"]}
    body = {"name": "eve", "role": "admin"}
    assert client.post("/v1/admin/users", json=body, headers=headers).status_code == 403


def test_logging_in_and_out_is_written_down_without_a_secret(log_in, database):
    client, answer = log_in("otto")
    client.delete(PATH, headers={"X-CSRF-Token": answer.json["csrf_token"]})
    with database.reading() as session:
        events = session.exec(select(AuditEvent).order_by(AuditEvent.event_id)).all()
    assert [(e.actor, e.action, e.subject, e.details) for e in events[-2:]] == [
        ("otto", "session.begin", "otto", {}),
        ("otto", "session.end", "otto", {}),
    ]


def test_what_can_not_be_written_down_does_not_begin(log_in, database, monkeypatch):
    def fail(*_):
        raise RuntimeError("no room for it")

    monkeypatch.setattr("server.access.log_in.record", fail)
    _, answer = log_in()
    assert answer.status_code == 500
    assert "Set-Cookie" not in answer.headers
    assert rows(database) == []
