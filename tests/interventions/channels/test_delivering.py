"""What may leave: asked at the last moment, claimed once, whoever else is at it."""

import threading
from datetime import timedelta

import pytest
from sqlmodel import delete

from interventions.channels import deliver
from store.consent import opt_out, record_consent
from store.database import Database
from store.errors import BadFileError
from store.tables import Assignment, Intervention, Return
from tests.interventions.channels.conftest import NOW


@pytest.fixture
def shop(shop, mail):
    shop.set(smtp_url=mail.url)
    return shop


@pytest.mark.parametrize("channel", ["email", "all", "sms"])
def test_who_opts_out_after_the_decision_gets_nothing(shop, mail, channel):
    shop.decide(1, 2)
    with shop.database.writing() as session:
        opt_out(session, shop.pseudonym("c1"), channel)
    is_meant = channel != "sms"
    assert shop.deliver() == ({"dropped": 1, "sent": 1} if is_meant else {"sent": 2})
    assert mail.ids == (["i0002"] if is_meant else ["i0001", "i0002"])
    assert shop.rows()[0].error == ("opted out" if is_meant else None)


def test_without_consent_nothing_leaves_and_the_newest_word_counts(shop, mail):
    shop.decide(1, consent=False)
    shop.decide(2)
    with shop.database.writing() as session:
        record_consent(
            session,
            shop.pseudonym("c2"),
            "email",
            is_given=False,
            source="call",
            decided_at=NOW + timedelta(seconds=1),
        )
    assert shop.deliver() == {"dropped": 2}
    assert {row.error for row in shop.rows()} == {"no consent"}
    assert not mail.taken


def test_the_holdout_gets_nothing(shop, mail):
    shop.decide(1, arm="holdout")
    assert shop.deliver() == {"dropped": 1}
    assert not mail.taken


def test_who_was_put_into_the_holdout_elsewhere_gets_nothing(shop, mail):
    shop.decide(1)
    with shop.database.writing() as session:
        key = ("nightly", shop.pseudonym("c1"))
        session.get_one(Assignment, key).arm = "holdout"
    assert shop.deliver() == {"dropped": 1}
    assert not mail.taken


def test_before_its_assignment_is_stored_a_message_waits(shop, mail):
    shop.decide(1, is_assigned=False)
    assert shop.deliver() == {}
    assert shop.states() == ["pending"]
    with shop.database.writing() as session:
        person = shop.pseudonym("c1")
        row = {"customer_pseudonym": person, "arm": "treatment", "assigned_at": NOW}
        session.add(Assignment(experiment="nightly", **row))
    assert shop.deliver() == {"sent": 1}


def test_what_came_back_is_not_asked_to_stay(shop, mail):
    shop.decide(1)
    with shop.database.writing() as session:
        session.add(Return(order_id="o1", returned_at=NOW))
    assert shop.deliver() == {"dropped": 1}
    assert not mail.taken


def test_quiet_hours_are_waited_for(shop, mail):
    until = NOW + timedelta(hours=3)
    shop.decide(1, not_before=until)
    assert shop.deliver(until - timedelta(seconds=1)) == {}
    assert shop.deliver(until) == {"sent": 1}


def test_a_run_that_reaches_the_quiet_hours_stops(shop, mail):
    shop.decide(1)
    night = NOW.replace(hour=21)
    assert shop.deliver(night) == {}
    assert shop.deliver(night + timedelta(hours=10, minutes=59)) == {}
    assert shop.deliver(night + timedelta(hours=11)) == {"sent": 1}


def test_an_unknown_kind_is_told(shop, mail):
    shop.decide(1, kind="carrier_pigeon")
    assert shop.deliver() == {"dead": 1}
    assert shop.rows()[0].error == "there is no text for carrier_pigeon"


@pytest.mark.parametrize(
    "address",
    ["", "not an address", "a@b.example\r\nBcc: c@d.example", "a@b@c.example"],
)
def test_without_an_address_a_message_is_dead(shop, mail, address):
    shop.decide(1, 2)
    shop.contacts["c1"][0] = address
    shop.write_contacts()
    assert shop.deliver() == {"dead": 1, "sent": 1}
    told = shop.rows()[0].error
    assert "no e-mail address" in told
    assert not address or address not in told
    assert mail.ids == ["i0002"]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"customer_id,email\nc1,secret@x.example\n", "lacks the columns phone"),
        (b"", "lacks the columns customer_id"),
        (b"customer_id,email,phone,language,time_zone\n\xff,secret@x.example", "UTF-8"),
    ],
)
def test_a_bad_file_of_contacts_stops_before_anything_leaves(shop, mail, content, says):
    shop.decide(1)
    shop.contacts_file.write_bytes(content)
    with pytest.raises(BadFileError, match=says) as caught:
        shop.deliver()
    assert "secret" not in str(caught.value)
    assert shop.states() == ["pending"]
    shop.contacts_file.unlink()
    with pytest.raises(BadFileError, match="can't be read"):
        shop.deliver()


def test_a_broken_template_costs_nothing(shop, mail, tmp_path):
    (tmp_path / "en").mkdir()
    own = tmp_path / "en" / "email_offer.txt"
    own.write_text("{{ no_such_thing }}")
    shop.decide(1)
    shop.set(templates_dir=tmp_path)
    with pytest.raises(Exception, match="no_such_thing"):
        shop.deliver()
    assert [(r.state, r.attempts) for r in shop.rows()] == [("pending", 0)]
    own.write_text("{% set subject = 'Our own' %}Hi, {{ title }}")
    assert shop.deliver() == {"sent": 1}
    assert mail.taken[0][1]["Subject"] == "Our own"


def test_two_deliverers_at_once_send_each_message_once(shop, mail):
    shop.decide(*range(40))
    mail.delay_seconds = 0.002
    others = [Database(shop.settings) for _ in range(3)]
    counts = []
    threads = [
        threading.Thread(
            target=lambda each=each: counts.append(deliver(each, shop.settings, NOW))
        )
        for each in others
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for each in others:
        each.close()
    assert sum(count.get("sent", 0) for count in counts) == 40
    assert sorted(mail.ids) == [f"i{number:04}" for number in range(40)]
    assert sum(bool(count) for count in counts) > 1, (
        "one did it all: nothing was tested"
    )


@pytest.mark.parametrize(
    ("channel", "becomes"),
    [("email", "uncertain"), ("sms", "uncertain"), ("webhook", "pending")],
)
def test_what_a_dead_process_had_begun_is_in_doubt_after_a_while(
    shop, mail, channel, becomes
):
    shop.decide(1, channel=channel, state="sending", claimed_at=NOW, attempts=1)
    assert shop.deliver(NOW + timedelta(minutes=14)) == {}
    assert shop.states() == ["sending"]
    shop.deliver(NOW + timedelta(minutes=16))
    assert shop.states() == [becomes]
    assert not mail.taken


def test_who_is_forgotten_while_a_message_leaves_stays_forgotten(shop, mail):
    shop.decide(1)
    mail.delay_seconds = 0.15
    sending = threading.Thread(target=shop.deliver)
    sending.start()
    while not mail.taken:
        threading.Event().wait(0.005)
    with shop.database.writing() as session:
        for row in shop.rows():
            session.delete(session.merge(row))
        session.flush()
        session.exec(delete(Intervention))
    sending.join()
    assert shop.rows() == []
