"""E-mail to a real server that takes it, refuses, hangs and breaks off."""

import logging
import socket
import ssl
import subprocess
from datetime import timedelta

import pytest
from aiosmtpd.smtp import AuthResult

from interventions.channels.mail import MailSender
from store.errors import SettingsError
from store.tables import Product
from tests.interventions.channels.conftest import NOW, TITLE, smtp_server

pytestmark = pytest.mark.any_database


@pytest.fixture
def shop(shop, mail):
    shop.set(smtp_url=mail.url)
    return shop


def test_a_message_arrives_as_text_and_page(shop, mail):
    shop.set(mail_footer="The Shop, 1 Main St, Springfield")
    shop.decide(1)
    assert shop.deliver() == {"sent": 1}
    ((to, message),) = mail.taken
    assert to == ["c1@people.example"] == [message["To"]]
    assert message["From"] == "The Shop <care@shop.example>"
    assert message["Subject"] == f"About your {TITLE}"
    assert message["Message-ID"] == "<i0001@shop.example>"
    plain = message.get_body(("plain",)).get_content()
    html = message.get_body(("html",)).get_content()
    for text in (plain, html):
        assert TITLE in text
        assert "$15.00" in text
        assert "I0001" in text
        assert "1 Main St" in text
    link = message["List-Unsubscribe"].strip("<>")
    assert link.startswith("https://tg.example/v1/unsubscribe/")
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert link in plain.replace("\n", "")
    assert f'href="{link}"' in html
    assert "<img" not in html
    (row,) = shop.rows()
    assert (row.state, row.attempts, row.sent_at, row.error) == ("sent", 1, NOW, None)
    assert shop.deliver() == {}
    assert len(mail.taken) == 1


def test_a_credit_is_offered_until_its_day(shop, mail):
    shop.decide(1, kind="credit_offer")
    assert shop.deliver() == {"sent": 1}
    message = mail.taken[0][1]
    assert message["Subject"] == "Keep it 30 days, get $15.00 credit"
    assert "December 18, 2026" in message.get_body(("plain",)).get_content()


@pytest.mark.parametrize(
    "title", ["x\r\nBcc: evil@x.example", "x\n\nBody", "x\x0b\x85Bcc: y"]
)
def test_no_title_adds_a_header(shop, mail, title):
    with shop.database.writing() as session:
        session.get_one(Product, "p1").title = title
    shop.decide(1)
    assert shop.deliver() == {"sent": 1}
    message = mail.taken[0][1]
    assert message["Bcc"] is None
    assert len(message.get_all("To")) == 1
    assert message["Subject"].startswith("About your x")


def test_markup_in_a_title_is_text(shop, mail):
    with shop.database.writing() as session:
        session.get_one(Product, "p1").title = "<b>Best & ü</b>"
    shop.decide(1)
    shop.deliver()
    message = mail.taken[0][1]
    assert "&lt;b&gt;Best &amp; ü" in message.get_body(("html",)).get_content()
    assert "<b>Best & ü</b>" in message.get_body(("plain",)).get_content()
    assert message["Subject"] == "About your <b>Best & ü</b>"


def test_what_is_put_off_is_tried_again_after_growing_pauses(shop, mail):
    shop.set(send_attempts=3)
    shop.decide(1)
    mail.answers = {"RCPT": ["451 c1@people.example is busy"] * 3}
    pauses = []
    now = NOW
    for _ in range(2):
        assert shop.deliver(now) == {"pending": 1}
        (row,) = shop.rows()
        assert row.error == "the mail server answered 451"
        pauses.append(row.not_before - now)
        assert shop.deliver(row.not_before - timedelta(seconds=1)) == {}
        now = row.not_before
    assert pauses == [timedelta(minutes=1), timedelta(minutes=4)]
    assert shop.deliver(now) == {"dead": 1}
    assert mail.commands.count("RCPT") == 3
    assert shop.deliver(now + timedelta(days=9)) == {}
    assert "people.example" not in shop.everything()


@pytest.mark.parametrize("command", ["RCPT", "TEXT"])
def test_a_refusal_for_good_is_final_at_once(shop, mail, command):
    shop.decide(1, 2)
    mail.answers = {command: ["550 no such c1@people.example"]}
    assert shop.deliver() == {"dead": 1, "sent": 1}
    assert shop.states() == ["dead", "sent"]
    assert "550" in shop.rows()[0].error
    assert mail.ids == ["i0002"]
    assert "people.example" not in shop.everything()


def test_a_sender_who_is_refused_spoils_no_message(shop, mail):
    shop.decide(1, 2)
    mail.answers = {"MAIL": ["530 log in first"]}
    assert shop.deliver() == {"pending": 1}
    assert [row.attempts for row in shop.rows()] == [0, 0]
    assert shop.deliver() == {"sent": 2}


@pytest.mark.parametrize("what", ["hang", "break off"])
def test_before_the_text_a_silence_is_only_a_delay(shop, mail, what):
    shop.be_impatient()
    shop.decide(1, 2)
    mail.answers = {"RCPT": [what]}
    assert shop.deliver() == {"pending": 1, "sent": 1}
    assert shop.deliver(NOW + timedelta(hours=1)) == {"sent": 1}
    assert sorted(mail.ids) == ["i0001", "i0002"]


@pytest.mark.parametrize("what", ["hang", "break off"])
def test_after_the_text_a_silence_leaves_it_in_doubt(shop, mail, what):
    shop.be_impatient()
    shop.decide(1, 2)
    mail.answers = {"TEXT": [what]}
    assert shop.deliver() == {"uncertain": 1, "sent": 1}
    assert shop.deliver(NOW + timedelta(days=2)) == {}
    assert sorted(mail.ids) == ["i0001", "i0002"]


def test_a_server_that_says_nothing_costs_no_try(shop, caplog):
    shop.be_impatient()
    shop.decide(1, 2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        shop.set(smtp_url=f"smtp://127.0.0.1:{silent.getsockname()[1]}")
        assert shop.deliver() == {"pending": 1}
    assert shop.deliver() == {"pending": 1}
    assert shop.states() == ["pending", "pending"]
    assert [row.attempts for row in shop.rows()] == [0, 0]
    assert "the rest waits" in caplog.text


def test_neither_log_nor_rows_hold_an_address_or_a_text(shop, mail, caplog):
    caplog.set_level(logging.DEBUG)
    shop.decide(1, 2, 3)
    mail.answers = {"RCPT": ["450 c1@people.example", "550 c2@people.example"]}
    assert shop.deliver() == {"pending": 1, "dead": 1, "sent": 1}
    ours = "".join(r.getMessage() for r in caplog.records if "mail.log" not in r.name)
    for kept in (ours, shop.everything()):
        assert "people.example" not in kept
        assert TITLE not in kept


@pytest.fixture(scope="session")
def certificate(tmp_path_factory):
    """A certificate of 127.0.0.1 that nobody has signed but itself, and its key."""
    folder = tmp_path_factory.mktemp("tls")
    files = folder / "cert.pem", folder / "key.pem"
    subprocess.run(
        "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=127.0.0.1 -addext "
        f"subjectAltName=IP:127.0.0.1 -out {files[0]} -keyout {files[1]}".split(),
        check=True,
        capture_output=True,
    )
    return files


@pytest.mark.parametrize("is_trusted", [True, False])
def test_starttls_and_log_in_with_a_server_that_is_known(
    shop, certificate, monkeypatch, is_trusted
):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    if is_trusted:
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))
    seen = []

    def log_in(server, session, envelope, mechanism, given):
        seen.append((given.login, given.password))
        return AuthResult(success=given.password == b"p@ss/word", handled=False)

    options = {"tls_context": context, "require_starttls": True, "auth_required": True}
    with smtp_server(**options, authenticator=log_in) as (server, address):
        shop.set(smtp_url=f"smtp+starttls://shop:p%40ss%2Fword@{address}")
        shop.decide(1)
        assert shop.deliver() == ({"sent": 1} if is_trusted else {"pending": 1})
        assert len(server.taken) == is_trusted
        assert seen == [(b"shop", b"p@ss/word")] * is_trusted
        shop.set(smtp_url=f"smtp+starttls://shop:wrong@{address}")
        if is_trusted:
            shop.decide(2)
            assert shop.deliver() == {"pending": 1}
            assert "log-in: 535" in shop.rows()[1].error


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"mail_from": ""}, "MAIL_FROM"),
        ({"mail_from": "a@b.example\nBcc: c@d.example"}, "MAIL_FROM"),
        ({"smtp_url": "smtp://a:b@127.0.0.1"}, "no TLS"),
    ],
)
def test_half_a_channel_says_what_is_missing(shop, changed, says):
    with pytest.raises(SettingsError, match=says):
        MailSender(shop.settings.model_copy(update=changed))


@pytest.mark.parametrize("missing", ["contacts_file", "public_url"])
def test_without_a_part_nothing_is_sent(shop, mail, missing):
    shop.decide(1)
    shop.set(**{missing: None if missing == "contacts_file" else ""})
    with pytest.raises(SettingsError, match=missing.upper()):
        shop.deliver()
    (row,) = shop.rows()
    assert (row.state, row.attempts) == ("pending", 0)
    assert not mail.taken


def test_without_the_channel_messages_wait(shop):
    shop.decide(1)
    shop.set(smtp_url="")
    assert shop.deliver() == {}
    assert shop.states() == ["pending"]
