import logging
import secrets
import uuid
from datetime import timedelta

import pytest
import time_machine
from sqlmodel import select

from server.access.throttle import Throttle
from store.clock import utc_now
from store.errors import TooManyError
from store.tables import AdminUser, AuditEvent
from tests.server.access.conftest import PASSWORD

GUESSER = "203.0.113.9"
OWNER = "198.51.100.7"


@pytest.fixture
def guess(log_in):
    """Guess so often, and return the last answer."""

    def guess(times=1, name="ada", address=GUESSER):
        for _ in range(times):
            _, answer = log_in(name, "not the password", address)
        return answer

    return guess


def status(log_in, name, address, password=PASSWORD):
    return log_in(name, password, address)[1].status_code


def test_after_five_failures_even_the_right_password_waits(log_in, guess):
    with time_machine.travel(utc_now(), tick=False) as clock:
        assert guess(5).status_code == 401
        refused = guess()
        assert refused.status_code == 429
        assert refused.headers["Retry-After"] == "900"
        assert refused.json["detail"] == "too many tries; try again in 15 min"
        assert status(log_in, "ada", GUESSER) == 429
        clock.shift(timedelta(seconds=899))
        assert log_in("ada", PASSWORD, GUESSER)[1].headers["Retry-After"] == "1"
        clock.shift(timedelta(seconds=1))
        assert status(log_in, "ada", GUESSER) == 200


def test_while_it_waits_the_password_is_not_looked_at(guess, monkeypatch):
    guess(5)

    def fail(*_):
        raise AssertionError("verified")

    monkeypatch.setattr("server.access.passwords.verify", fail)
    assert guess().status_code == 429


def test_it_waits_longer_and_longer(guess):
    with time_machine.travel(utc_now(), tick=False) as clock:
        guess(5)
        clock.shift(timedelta(minutes=15))
        assert guess(5).status_code == 401
        assert guess().headers["Retry-After"] == str(105 * 60)
        clock.shift(timedelta(minutes=105))
        assert guess(5).status_code == 401
        clock.shift(timedelta(minutes=15))
        assert guess(5).status_code == 401
        assert guess().headers["Retry-After"] == str((24 * 60 - 135) * 60)


def test_what_is_refused_does_not_count(log_in, guess):
    with time_machine.travel(utc_now(), tick=False) as clock:
        guess(60)
        clock.shift(timedelta(minutes=15))
        assert status(log_in, "ada", GUESSER) == 200


def test_who_knows_the_password_begins_anew(log_in, guess):
    for _ in range(4):
        guess(4)
        assert status(log_in, "ada", GUESSER) == 200


def test_nobody_else_waits_and_the_owner_gets_in_from_elsewhere(log_in, guess):
    guess(20)
    assert status(log_in, "vera", GUESSER) == 200
    assert status(log_in, "ada", OWNER) == 200


def test_many_addresses_do_not_lock_the_owner_out_of_their_own(log_in, guess):
    assert status(log_in, "ada", OWNER) == 200
    for number in range(20):
        guess(5, address=f"203.0.113.{number}")
    assert guess(address="203.0.113.99").status_code == 429
    assert status(log_in, "ada", "192.0.2.50") == 429
    assert status(log_in, "ada", OWNER) == 200


def test_many_names_are_bounded_by_the_address(guess):
    for number in range(50):
        assert guess(name=f"name {number}").status_code == 401
    assert guess(name="one more").status_code == 429
    assert guess(name="one more", address=OWNER).status_code == 401


def test_a_network_of_ipv6_addresses_is_one_place(guess):
    for number in range(5):
        assert guess(address=f"2001:db8::{number:x}").status_code == 401
    assert guess(address="2001:db8::ffff").status_code == 429
    assert guess(address="2001:db8:0:1::1").status_code == 401
    for _ in range(5):
        guess(address="::ffff:192.0.2.1")
    assert guess(address="192.0.2.1").status_code == 429


def test_ones_own_password_is_not_guessed_faster(log_in):
    client, answer = log_in("vera")
    headers = {"X-CSRF-Token": answer.json["csrf_token"]}
    body = {"current_password": "wrong", "new_password": "another of many words"}
    path = "/v1/admin/session/password"
    answers = [client.put(path, json=body, headers=headers) for _ in range(6)]
    assert [a.status_code for a in answers] == [403] * 5 + [429]
    assert answers[0].json["detail"] == "the current password is wrong"


def test_failures_are_written_down_once_and_name_only_who_there_is(guess, database):
    guess(30)
    guess(30, name="hunter2 in the wrong field")
    with database.reading() as session:
        events = session.exec(
            select(AuditEvent).where(AuditEvent.actor == "nobody")
        ).all()
    assert sorted((e.action, e.subject, str(e.details)) for e in events) == [
        ("session.lock", "ada", "{}"),
        ("session.lock", "unknown", "{}"),
        ("session.refuse", "ada", "{}"),
        ("session.refuse", "unknown", "{}"),
    ]


def test_a_disabled_person_and_one_without_a_password_are_refused_alike(
    log_in, database
):
    with database.writing() as session:
        session.get_one(AdminUser, "vera").disabled_at = utc_now()
        session.get_one(AdminUser, "otto").password_hash = None
    answers = [log_in(name, PASSWORD)[1] for name in ("vera", "otto", "nobody here")]
    assert {(a.status_code, a.json["detail"]) for a in answers} == {
        (401, "name or password is wrong")
    }


def test_workers_count_together_in_redis(redis_url):
    name = uuid.uuid4().hex
    # Others than in the last run, which Redis may still know.
    guesser, owner = (f"2001:db8:{secrets.token_hex(2)}:{n}::1" for n in range(2))
    workers = [Throttle(redis_url), Throttle(redis_url)]
    for number in range(5):
        workers[number % 2].claim(name, guesser)
    for worker in workers:
        with pytest.raises(TooManyError) as refused:
            worker.claim(name, guesser)
        assert 890 <= refused.value.retry_after_seconds <= 900
        worker.claim(name, owner)
    workers[0].forgive(name, guesser)
    workers[1].claim(name, guesser)


def test_while_redis_is_away_each_worker_counts_for_itself(caplog):
    throttle = Throttle("redis://127.0.0.1:1/0")
    with caplog.at_level(logging.WARNING):
        for _ in range(5):
            throttle.claim("ada", GUESSER)
        with pytest.raises(TooManyError):
            throttle.claim("ada", GUESSER)
        throttle.forgive("ada", GUESSER)
        throttle.claim("ada", GUESSER)
    assert "Redis: ConnectionError" in caplog.text
    assert GUESSER not in caplog.text
