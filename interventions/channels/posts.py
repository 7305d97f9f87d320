"""SMS and webhooks: JSON by HTTP POST, signed as Standard Webhooks say.

A gateway for SMS may have sent what it did not answer, so such a message is in doubt. A
webhook is posted again under the same id, by which its receiver knows it.

References
----------
https://github.com/standard-webhooks/standard-webhooks, the specification, version 1.
"""

import json
from dataclasses import dataclass
from typing import Any

import urllib3
from standardwebhooks import Webhook

from interventions.channels.claims import Claim
from interventions.channels.contacts import Contact
from interventions.channels.texts import Texts, offer_code
from interventions.channels.unsubscribing import UnsubscribeLinks
from store.clock import utc_now
from store.errors import (
    AwayError,
    DelayedError,
    RefusedError,
    SettingsError,
    UncertainError,
)
from store.settings import Settings

# Refused now, not for good: time-out, too early, too many.
MAY_BE_RETRIED = frozenset({408, 425, 429})
LONGEST_PAUSE_SECONDS = 86_400
# Of an answer nothing but its status is used.
MOST_ANSWER_BYTES = 65_536


@dataclass(frozen=True)
class Post:
    """A request as it is sent."""

    message_id: str
    """The same at every try."""

    body: str
    """JSON."""


class Poster:
    """Posts signed JSON to one address.

    Raises
    ------
    SettingsError
        If there is no secret to sign with.
    """

    def __init__(self, url: str, settings: Settings) -> None:
        if not settings.webhook_secret:
            raise SettingsError(
                "TRENDGUARD_WEBHOOK_SECRET is not set: without it a receiver can't "
                "tell our requests from others"
            )
        self._url = url
        self._webhook = Webhook(settings.webhook_secret)
        self._agent = settings.user_agent
        self._pool = urllib3.PoolManager(
            timeout=urllib3.Timeout(settings.send_timeout_seconds), retries=False
        )

    def post(self, post: Post) -> None:
        """Post, and judge the answer.

        Raises
        ------
        RefusedError, DelayedError, AwayError, UncertainError
            See `store.errors`.
        """
        try:
            answer = self._pool.request(
                "POST",
                self._url,
                body=post.body.encode(),
                headers=self._headers(post),
                redirect=False,
                preload_content=False,
            )
        except (urllib3.exceptions.NewConnectionError, urllib3.exceptions.SSLError):
            raise AwayError("the receiver can't be reached") from None
        except urllib3.exceptions.ConnectTimeoutError:
            raise AwayError("the receiver can't be reached in time") from None
        except urllib3.exceptions.HTTPError as error:
            raise UncertainError(f"no answer: {type(error).__name__}") from None
        try:
            _judge(answer)
        finally:
            _finish(answer)

    def post_known(self, post: Post) -> None:
        """Post to a receiver that knows a message by its id: what was not answered may
        be posted again.

        Raises
        ------
        RefusedError, DelayedError, AwayError
            See `store.errors`.
        """
        try:
            self.post(post)
        except UncertainError as error:
            raise DelayedError(str(error)) from None

    def close(self) -> None:
        """Close all connections."""
        self._pool.clear()

    def _headers(self, post: Post) -> dict[str, str]:
        now = utc_now()
        return {
            "Content-Type": "application/json",
            "User-Agent": self._agent,
            "webhook-id": post.message_id,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": self._webhook.sign(post.message_id, now, post.body),
        }


class SmsSender:
    """Sends texts by a gateway."""

    def __init__(self, settings: Settings) -> None:
        self._poster = Poster(settings.sms_url, settings)
        self._texts = Texts(settings)
        self._links = UnsubscribeLinks(settings)

    def prepare(self, claim: Claim, contact: Contact) -> Post:
        """Return the request: ``to``, ``text`` and ``id``.

        Raises
        ------
        RefusedError
            If the person has no number, or there is no text.
        """
        if not contact.phone:
            raise RefusedError(contact.error or "the contacts have no telephone number")
        url = self._links.url(claim.intervention_id, claim.pseudonym, claim.channel)
        text = self._texts.text(claim, contact.language, url)
        message_id = _message_id(claim)
        said = {"to": contact.phone, "text": text.plain.strip(), "id": message_id}
        return Post(message_id, _json(said))

    def send(self, post: Post) -> None:
        """Post it; see `Poster.post`."""
        self._poster.post(post)

    def close(self) -> None:
        """Close all connections."""
        self._poster.close()


class WebhookSender:
    """Tells the retailer's own systems what to do; no address is needed for that."""

    def __init__(self, settings: Settings) -> None:
        self._poster = Poster(settings.webhook_url, settings)

    def prepare(self, claim: Claim, contact: Contact) -> Post:  # noqa: ARG002
        """Return the request: ``type``, ``timestamp`` and ``data``."""
        data = {
            "intervention_id": claim.intervention_id,
            "order_id": claim.order_id,
            "kind": claim.kind,
            "offer_minor": claim.offer_minor,
            "currency": claim.currency,
            "code": offer_code(claim),
        }
        said = {
            "type": f"intervention.{claim.kind}",
            "timestamp": claim.claimed_at.isoformat(),
            "data": data,
        }
        return Post(_message_id(claim), _json(said))

    def send(self, post: Post) -> None:
        """Post it; see `Poster.post_known`."""
        self._poster.post_known(post)

    def close(self) -> None:
        """Close all connections."""
        self._poster.close()


def _judge(answer: urllib3.BaseHTTPResponse) -> None:
    status = answer.status
    if 200 <= status < 300:
        return
    # A redirect is refused: what is sent is for the address in the settings alone.
    if 300 <= status < 500 and status not in MAY_BE_RETRIED:
        raise RefusedError(f"the receiver answered {status}")
    raise DelayedError(f"the receiver answered {status}", _pause(answer))


def _pause(answer: urllib3.BaseHTTPResponse) -> int:
    asked = answer.headers.get("Retry-After", "")
    seconds = int(asked) if asked.isascii() and asked.isdigit() else 0
    return min(seconds, LONGEST_PAUSE_SECONDS)


def _finish(answer: urllib3.BaseHTTPResponse) -> None:
    """Read a short answer, so that its connection can be used again."""
    try:
        answer.read(MOST_ANSWER_BYTES)
    except urllib3.exceptions.HTTPError:
        answer.close()
        return
    if answer.closed:
        answer.release_conn()
    else:
        answer.close()


def _message_id(claim: Claim) -> str:
    return f"{claim.channel}_{claim.intervention_id}"


def _json(said: dict[str, Any]) -> str:
    return json.dumps(said, ensure_ascii=False, separators=(",", ":"))
