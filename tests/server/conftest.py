"""An app on a real database, with cards, a trend and a model in it."""

import hashlib
import json
import re
import sys
import types
from datetime import UTC, date, datetime, timedelta
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from ml.card import Card, CardModel
from server.access import add_admin
from server.app import create_app
from store.buckets import build_buckets
from store.settings import Settings
from store.tables import HashtagDay, ModelVersion, RiskCard
from tests.conftest import new_postgres
from tests.running import running, until
from tests.shops import shop_of_ones_own, trained_shop

NOW = datetime(2026, 3, 1, 6, tzinfo=UTC)
TOKEN = "t" * 40


def key_of(number: int) -> str:
    return hashlib.sha256(str(number).encode()).hexdigest()


def telling(prefixes: list[str]) -> list[str]:
    """Return those that stand nowhere by chance: digits alone may, in a figure."""
    return [prefix for prefix in prefixes if not prefix.isdigit()]


def risk_cards(count: int, at: datetime = NOW) -> list[RiskCard]:
    """Return so many cards; their keys are spread as real ones are."""
    cards = []
    for number in range(count):
        card = Card(
            key=key_of(number),
            risk=0.25,
            risk_low=0.2,
            risk_high=0.3,
            evidence="enough",
            model=CardModel(version="v1", trained_on="sample", target="regret"),
            computed_at=at,
            expires_at=at + timedelta(days=2),
        )
        cards.append(
            RiskCard(
                key=card.key,
                product_id=f"p{number}",
                payload=card.model_dump(mode="json"),
                computed_at=at,
                expires_at=card.expires_at,
            )
        )
    return cards


def hashtag_day(day: date, **changed) -> HashtagDay:
    """Return a day of the hashtag `ribbedleggings`."""
    values = {
        "hashtag": "ribbedleggings",
        "day": day,
        "observed_at": NOW,
        "view_count": 1_000_000,
        "daily_views": 900.0,
        "bot_share": 0.1,
        "real_daily_views": 810.0,
        "smooth_views": 800.0,
        "velocity_rate": -0.2,
        "peak_views": 1600.0,
        "peak_on": date(2026, 2, 20),
        "days_since_peak": (day - date(2026, 2, 20)).days,
        "level": 0.5,
        "trended_days": 30,
        "stage": "Decline",
    }
    return HashtagDay(**values | changed)


def model_version(version: str = "v1", at: datetime = NOW) -> ModelVersion:
    """Return a registered model (there is no file of it)."""
    return ModelVersion(
        version=version,
        purpose="shopper",
        trained_at=at,
        trained_on="sample",
        target="regret",
        window_from=date(2025, 1, 1),
        window_to=date(2026, 1, 1),
        features=[],
        figures={},
        file="v1.txt",
        sha256="0" * 64,
    )


def ask(url: str, body: dict | None = None, timeout: float = 10):
    """Return status and JSON of an answer; a problem is an answer too."""
    headers = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/json"}
    data = None if body is None else json.dumps(body).encode()
    try:
        with urlopen(Request(url, data, headers), timeout=timeout) as answer:
            return answer.status, json.load(answer)
    except HTTPError as error:
        with error:
            return error.code, json.load(error)


def answers(url: str, timeout: float = 10) -> bool:
    """Tell whether a server lives."""
    try:
        return ask(f"{url}/health", timeout=timeout)[0] == 200
    except OSError:
        return False


@pytest.fixture
def settings(database) -> Settings:
    return database.settings.model_copy(
        update={"admin_token": TOKEN, "cors_origins": ("https://shop.example",)}
    )


@pytest.fixture
def app(settings, database):
    return create_app(settings, database)


@pytest.fixture
def client(app):
    return app.test_client()


@pytest.fixture
def admin() -> dict[str, str]:
    """The headers of an admin's request."""
    return {"Authorization": f"Bearer {TOKEN}"}


@pytest.fixture
def named_token(database) -> str:
    return add_admin(database, "ada")


@pytest.fixture
def stored(database):
    """Write rows, committed; cards are cut into buckets too, as a refresh does."""

    def store(*rows, bucket_cards=database.settings.bucket_cards):
        with database.writing() as session:
            session.add_all(rows)
            session.flush()
            if any(isinstance(row, RiskCard) for row in rows):
                build_buckets(session, bucket_cards)

    return store


@pytest.fixture
def scorer(monkeypatch):
    """A scorer that keeps what it was asked; the model itself is tested in tests/ml."""
    asked = []

    class Scorer:
        @classmethod
        def load(cls, database, settings):
            asked.append("load")
            return cls()

        def card(self, **product):
            asked.append(product)
            return Card(key=key_of(1), evidence="none", computed_at=NOW, expires_at=NOW)

    module = types.ModuleType("ml.serving")
    module.Scorer = Scorer
    monkeypatch.setitem(sys.modules, "ml.serving", module)
    return asked


@pytest.fixture
def log(tmp_path):
    return tmp_path / "server.log"


@pytest.fixture
def serving(settings, log):
    """A server with two workers; its address and process."""
    chosen = settings.model_copy(update={"cors_origins": (), "log_level": "DEBUG"})
    with running(chosen, log, "serve", "--port", "0") as process:
        found = until(
            lambda: re.search(rb"listening on (http://\S+)", log.read_bytes())
        )
        url = found[1].decode()
        until(lambda: answers(url))
        yield url, process


DATABASES = ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]


@pytest.fixture(scope="session", params=DATABASES)
def shop(request, tmp_path_factory):
    """A small trained shop: its database, its folder, some of its orders."""
    made = trained_shop(tmp_path_factory)
    folder = tmp_path_factory.mktemp("shop")
    if request.param == "postgres":
        with (
            new_postgres() as url,
            shop_of_ones_own(made, folder, url, admin_token=TOKEN) as database,
        ):
            yield database, folder
    else:
        with shop_of_ones_own(made, folder, admin_token=TOKEN) as database:
            yield database, folder
