"""The calls of the load, each with what its answer must say."""

import http.client
import json
import random
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Self
from urllib.parse import quote, urlsplit

from sqlmodel import col, select

from bench.soak.record import Answer
from store.database import Database
from store.settings import Settings
from store.tables import HashtagDay, Product, RiskCard

TIMEOUT_SECONDS = 30
Body = Any
Check = Callable[[int, Body], str]


@dataclass(frozen=True)
class Known:
    """What there is to ask for."""

    titles: list[str]
    """Of products with a card."""

    keys: list[str]
    """Of cards."""

    hashtags: list[str]
    """With a trend."""

    @classmethod
    def of(cls, database: Database) -> Self:
        """Return what a store holds."""
        with database.reading() as session:
            carded = select(RiskCard.product_id).distinct()
            titles = session.exec(
                select(Product.title).where(col(Product.product_id).in_(carded))
            ).all()
            keys = session.exec(select(RiskCard.key)).all()
            hashtags = session.exec(select(HashtagDay.hashtag).distinct()).all()
        return cls(sorted(titles), sorted(keys), sorted(hashtags))


class Caller:
    """One browser or shop: asks what it likes, and knows what to expect.

    Parameters
    ----------
    rng : random.Random
        Decides what is asked next.
    """

    def __init__(
        self, url: str, known: Known, settings: Settings, rng: random.Random
    ) -> None:
        address = urlsplit(url)
        self._connection = http.client.HTTPConnection(
            str(address.hostname), address.port, timeout=TIMEOUT_SECONDS
        )
        self._known = known
        self._settings = settings
        self._rng = rng
        self._prefix_length = 1
        self._calls: dict[str, Callable[[], tuple[str, str, Body, Check]]] = {
            "config": self._config,
            "cards": self._cards,
            "risk, known": self._risk_known,
            "risk, unknown": self._risk_unknown,
            "trends": self._trend,
            "cart": self._cart,
            "outcomes": self._outcome,
            "score": self._score,
            "ready": self._ready,
        }

    def ask(self, now: Callable[[], float]) -> Answer:
        """Ask something, and return what came."""
        call = self._rng.choice([*self._calls])
        method, path, body, check = self._calls[call]()
        started = time.perf_counter()
        try:
            status, answer = self._exchange(method, path, body)
        except (OSError, http.client.HTTPException):
            self._connection.close()
            return Answer(now(), call, 0, time.perf_counter() - started, "")
        took = time.perf_counter() - started
        wrong = "" if status >= 500 else check(status, answer)
        return Answer(now(), call, status, took, wrong)

    def _exchange(self, method: str, path: str, body: Body) -> tuple[int, Body]:
        headers = {
            "Content-Type": "application/json",
            "Authorization": f"Bearer {self._settings.admin_token}",
        }
        data = None if body is None else json.dumps(body)
        self._connection.request(method, path, data, headers)
        answer = self._connection.getresponse()
        return answer.status, json.loads(answer.read())

    def _config(self) -> tuple[str, str, Body, Check]:
        def check(status: int, found: Body) -> str:
            if status != 200:
                return f"status {status}"
            self._prefix_length = found["prefix_length"]
            return "" if found["card_count"] == len(self._known.keys) else "card count"

        return "GET", "/v1/config", None, check

    def _cards(self) -> tuple[str, str, Body, Check]:
        key = self._rng.choice(self._known.keys)
        prefix = key[: self._prefix_length]

        def check(status: int, found: Body) -> str:
            if status != 200:
                return f"status {status}"
            keys = [card["key"] for card in found["cards"]]
            wanted = [k for k in self._known.keys if k.startswith(prefix)]
            return "" if keys == wanted else "not the bucket's cards"

        return "GET", f"/v1/cards/{prefix}", None, check

    def _risk_known(self) -> tuple[str, str, Body, Check]:
        title = self._rng.choice(self._known.titles)

        def check(status: int, card: Body) -> str:
            return _unlikely(card) if status == 200 else f"status {status}"

        return "POST", "/v1/risk", {"title": title}, check

    def _risk_unknown(self) -> tuple[str, str, Body, Check]:
        title = f"Nobody's thing {secrets.token_hex(8)}"

        def check(status: int, card: Body) -> str:
            if status != 200:
                return f"status {status}"
            told = card["evidence"] == "none" and card["risk"] is not None
            return "a number without evidence" if told else _unlikely(card)

        return "POST", "/v1/risk", {"title": title, "price": 20}, check

    def _trend(self) -> tuple[str, str, Body, Check]:
        hashtag = self._rng.choice(self._known.hashtags)

        def check(status: int, found: Body) -> str:
            right = status == 200 and found["hashtag"] == hashtag and found["days"]
            return "" if right else f"status {status}, not the trend"

        return "GET", f"/v1/trends/{quote(hashtag)}", None, check

    def _cart(self) -> tuple[str, str, Body, Check]:
        titles = self._rng.sample(self._known.titles, 3)

        def check(status: int, found: Body) -> str:
            if status != 200:
                return f"status {status}"
            return "" if found["summary"]["item_count"] == 3 else "not three items"

        items = [{"title": title} for title in titles]
        return "POST", "/v1/cart", {"items": items}, check

    def _outcome(self) -> tuple[str, str, Body, Check]:
        body = {
            "install_token": secrets.token_urlsafe(32),
            "card_key": self._rng.choice(self._known.keys),
            "answer": self._rng.choice(["kept", "returned", "regret"]),
            "consent": True,
        }

        def check(status: int, _: Body) -> str:
            return "" if status == 201 else f"status {status}"

        return "POST", "/v1/outcomes", body, check

    def _score(self) -> tuple[str, str, Body, Check]:
        order = {
            "order_id": secrets.token_hex(8),
            "customer_id": secrets.token_hex(8),
            "product_id": "P0001",
            "purchased_at": "2026-06-01T12:00:00Z",
            "unit_price": "20",
        }

        def check(status: int, found: Body) -> str:
            if status != 200:
                return f"status {status}"
            right = found["order_id"] == order["order_id"]
            return "" if right else "another order's score"

        return "POST", "/v1/score", order, check

    def _ready(self) -> tuple[str, str, Body, Check]:
        def check(status: int, found: Body) -> str:
            return "" if status == 200 and found["ready"] else f"status {status}"

        return "GET", "/ready", None, check


def _unlikely(card: Body) -> str:
    if card["risk"] is None:
        return ""
    inside = 0 <= card["risk_low"] <= card["risk"] <= card["risk_high"] <= 1
    return "" if inside else "the risk is not in its interval"
