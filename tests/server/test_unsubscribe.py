import logging
import re
import threading
from datetime import UTC, datetime
from urllib.parse import urlsplit

import pytest
from sqlmodel import select

from interventions.channels.unsubscribing import UnsubscribeLinks
from server.app import create_app
from store.tables import OptOut, Order, Product
from tests.interventions.channels.conftest import NOW, Shop, smtp_server

PERSON = "a" * 64


@pytest.fixture
def settings(settings):
    return settings.model_copy(update={"public_url": "https://tg.example/"})


@pytest.fixture
def customer(stored):
    """A person who bought something; what was decided is not stored any more."""
    bought = {"purchased_at": NOW, "unit_price_minor": 100, "currency": "USD"}
    stored(Product(product_id="p", title="Lamp"))
    order = Order(order_id="o", customer_pseudonym=PERSON, product_id="p", **bought)
    stored(order)


@pytest.fixture
def link(settings, customer):
    """The path of a link; its address is the API's."""
    url = UnsubscribeLinks(settings).url("i1", PERSON, "email")
    assert url.startswith("https://tg.example/v1/unsubscribe/")
    return urlsplit(url).path


@pytest.fixture
def opted_out(database):
    def opted_out():
        with database.reading() as session:
            rows = session.exec(select(OptOut)).all()
        return [(row.customer_pseudonym, row.channel) for row in rows]

    return opted_out


def test_looking_at_the_link_changes_nothing(client, link, opted_out):
    answer = client.get(link)
    assert answer.status_code == 200
    assert answer.mimetype == "text/html"
    assert '<form method="post">' in answer.text
    assert "e-mails" in answer.text
    assert PERSON not in answer.text
    assert client.head(link).status_code == 200
    assert opted_out() == []
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert not re.search(r"(?:src|href)=", answer.text)


@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"data": {"List-Unsubscribe": "One-Click"}},
        {
            "data": {"List-Unsubscribe": "One-Click"},
            "content_type": "multipart/form-data",
        },
    ],
    ids=["button", "form", "multipart"],
)
def test_posting_opts_out_once_and_for_good(client, link, opted_out, sent):
    assert client.post(link, **sent).status_code == 200
    assert opted_out() == [(PERSON, "email")]
    again = client.post(link, **sent)
    assert (again.status_code, "no more" in again.text) == (200, True)
    assert opted_out() == [(PERSON, "email")]


def test_a_page_of_another_origin_needs_the_link_too(client, link, opted_out):
    headers = {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}
    assert client.post(link, headers=headers).status_code == 200
    assert opted_out() == [(PERSON, "email")]


def test_a_link_that_was_changed_is_none(client, link, opted_out, settings, tmp_path):
    head, _, token = link.rpartition("/")
    flipped = "B" if token[0] == "A" else "A"
    elsewhere = settings.model_copy(update={"data_dir": tmp_path / "other"})
    foreign = urlsplit(UnsubscribeLinks(elsewhere).url("i1", PERSON, "email")).path
    wrong = [f"{head}/x", f"{head}/{flipped}{token[1:]}", link[:-1], link + "A"]
    for path in (*wrong, foreign):
        for ask in (client.get, client.post):
            answer = ask(path)
            assert answer.status_code == 404
            assert answer.content_type == "application/problem+json"
            assert token not in answer.json["detail"]
    assert client.post(f"{head}/{'x' * 1001}").status_code == 422
    assert opted_out() == []


def test_json_is_not_what_mail_programs_post(client, link, opted_out):
    assert client.post(link, json={}).status_code == 415
    assert opted_out() == []


def test_two_presses_at_once_are_one(app, link, opted_out):
    found = []
    threads = [
        threading.Thread(
            target=lambda: found.append(app.test_client().post(link).status_code)
        )
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [200] * 8
    assert opted_out() == [(PERSON, "email")]


def test_it_has_a_limit_of_its_own(settings, database, link):
    few = settings.model_copy(update={"limit_unsubscribe": "2/minute"})
    client = create_app(few, database).test_client()
    assert [client.post(link).status_code for _ in range(3)] == [200, 200, 429]


def test_the_link_of_a_message_holds_the_same_night(database, tmp_path, caplog):
    caplog.set_level(logging.INFO)
    shop = Shop(database, tmp_path)
    shop.decide(1, 2)
    with smtp_server() as (server, address):
        shop.set(smtp_url=f"smtp://{address}")
        later = datetime(2026, 11, 20, 15, tzinfo=UTC)
        with database.writing() as session:
            session.merge(shop.rows()[1]).not_before = later
        assert shop.deliver(NOW) == {"sent": 1}
        link = server.taken[0][1]["List-Unsubscribe"].strip("<>")
        person, other = shop.pseudonym("c1"), shop.pseudonym("c2")
        url = UnsubscribeLinks(shop.settings).url("i0002", other, "email")
        client = create_app(shop.settings, database).test_client()
        assert client.post(urlsplit(url).path).status_code == 200
        assert shop.deliver(later) == {"dropped": 1}
        assert client.post(urlsplit(link).path).status_code == 200
        assert len(server.taken) == 1
    with database.reading() as session:
        assert {row.customer_pseudonym for row in session.exec(select(OptOut))} == {
            person,
            other,
        }
    assert person not in caplog.text


def test_a_person_whose_pseudonym_has_changed_is_still_meant(
    database, tmp_path, opted_out
):
    shop = Shop(database, tmp_path)
    shop.decide(1)
    links = UnsubscribeLinks(shop.settings)
    path = urlsplit(links.url("i0001", PERSON, "email")).path
    client = create_app(shop.settings, database).test_client()
    assert client.post(path).status_code == 200
    assert opted_out() == [(shop.pseudonym("c1"), "email")]


def test_of_who_was_forgotten_nothing_is_stored_anew(client, link, database, opted_out):
    with database.writing() as session:
        session.delete(session.get_one(Order, "o"))
    assert client.post(link).status_code == 200
    assert opted_out() == []
