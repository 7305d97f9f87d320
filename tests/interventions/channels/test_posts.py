"""SMS and webhooks to a real HTTP server that checks their signatures."""

import json
from datetime import timedelta

import pytest

from store.errors import SettingsError
from tests.interventions.channels.conftest import NOW, TITLE

pytestmark = pytest.mark.any_database


@pytest.fixture
def shop(shop, receiver):
    shop.set(webhook_url=receiver.url, sms_url=receiver.url)
    return shop


def test_a_webhook_is_signed_and_says_what_to_do(shop, receiver):
    shop.decide(1, channel="webhook", kind="credit_offer", consent=False)
    assert shop.deliver() == {"sent": 1}
    ((path, message_id, said),) = receiver.posts
    assert (path, message_id) == ("/hook", "webhook_i0001")
    assert said["type"] == "intervention.credit_offer"
    assert said["data"] == {
        "intervention_id": "i0001",
        "order_id": "o1",
        "kind": "credit_offer",
        "offer_minor": 1500,
        "currency": "USD",
        "code": "I0001",
    }
    assert len(json.dumps(said)) < 1000
    assert shop.deliver() == {}


def test_a_text_goes_to_the_gateway(shop, receiver):
    shop.decide(1, channel="sms")
    shop.contacts["c1"][1] = "+1 (555) 010-0001"
    shop.write_contacts()
    assert shop.deliver() == {"sent": 1}
    ((_, message_id, said),) = receiver.posts
    assert said["to"] == "+15550100001"
    assert said["id"] == message_id == "sms_i0001"
    assert TITLE in said["text"]
    assert "https://tg.example/v1/unsubscribe/" in said["text"]
    assert "\n" not in said["text"]


@pytest.mark.parametrize("channel", ["sms", "webhook"])
@pytest.mark.parametrize("status", [301, 400, 404, 410])
def test_a_refusal_for_good_is_final_at_once(shop, receiver, channel, status):
    shop.decide(1, channel=channel)
    receiver.answers = [status]
    receiver.headers = {"Location": f"{receiver.url}/elsewhere"}
    assert shop.deliver() == {"dead": 1}
    assert len(receiver.posts) == 1, "a redirect was followed"
    assert str(status) in shop.rows()[0].error
    assert shop.deliver(NOW + timedelta(days=9)) == {}


@pytest.mark.parametrize("channel", ["sms", "webhook"])
@pytest.mark.parametrize("status", [408, 425, 429, 503])
def test_a_refusal_for_now_is_tried_again(shop, receiver, channel, status):
    shop.decide(1, channel=channel)
    receiver.answers = [status]
    assert shop.deliver() == {"pending": 1}
    assert shop.deliver(NOW + timedelta(minutes=1)) == {"sent": 1}
    first, second = receiver.posts
    assert first[:2] == second[:2], "the same id at every try"


def test_a_pause_that_is_asked_for_is_kept(shop, receiver):
    shop.decide(1, channel="webhook")
    receiver.answers = [429]
    receiver.headers = {"Retry-After": "600"}
    assert shop.deliver() == {"pending": 1}
    assert shop.rows()[0].not_before == NOW + timedelta(minutes=10)


@pytest.mark.parametrize("what", ["hang", "break off"])
@pytest.mark.parametrize(
    ("channel", "becomes"), [("sms", "uncertain"), ("webhook", "pending")]
)
def test_without_an_answer_only_webhooks_go_again(
    shop, receiver, what, channel, becomes
):
    shop.be_impatient()
    shop.decide(1, channel=channel)
    receiver.answers = [what]
    assert shop.deliver() == {becomes: 1}
    again = shop.deliver(NOW + timedelta(hours=1))
    assert again == ({} if channel == "sms" else {"sent": 1})
    assert len({message_id for _, message_id, _ in receiver.posts}) == 1


def test_a_receiver_that_is_away_costs_no_try(shop, receiver):
    shop.decide(1, 2, channel="webhook")
    shop.set(webhook_url="http://127.0.0.1:9/")
    assert shop.deliver() == {"pending": 1}
    assert [row.attempts for row in shop.rows()] == [0, 0]
    shop.set(webhook_url=receiver.url)
    assert shop.deliver() == {"sent": 2}


def test_a_receiver_that_refuses_everything_is_left_in_peace(shop, receiver):
    shop.decide(*range(1, 16), channel="webhook")
    receiver.answers = [404] * 20
    assert shop.deliver() == {"dead": 10}
    assert shop.states() == ["dead"] * 10 + ["pending"] * 5


def test_nothing_is_sent_unsigned(shop, receiver):
    shop.decide(1, channel="webhook")
    shop.set(webhook_secret="")
    with pytest.raises(SettingsError, match="WEBHOOK_SECRET"):
        shop.deliver()
    assert shop.states() == ["pending"]
    assert not receiver.posts
