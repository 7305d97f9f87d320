"""The document is true: every route in it, every answer as it says."""

import re
from datetime import date

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from hypothesis import Phase as HypothesisPhase
from schemathesis.specs.openapi.checks import positive_data_acceptance

from ml.order_score import OrderScore
from server.app import create_app
from store.settings import Settings
from tests.server.conftest import TOKEN, hashtag_day, model_version, risk_cards

pytestmark = pytest.mark.slow


@pytest.fixture
def embedded(on_sqlite):
    """An app on SQLite alone: what is drawn does not depend on the database."""
    limits = [name for name in Settings.model_fields if name.startswith("limit_")]
    unlimited = dict.fromkeys(limits, "")
    chosen = on_sqlite.settings.model_copy(update={"admin_token": TOKEN} | unlimited)
    return create_app(chosen, on_sqlite)


@pytest.fixture
def document(embedded):
    return embedded.test_client().get("/openapi.json").json


def test_it_is_openapi_31_and_lists_every_route(embedded, document):
    assert document["openapi"].startswith("3.1")
    undocumented = {"/openapi.json", "/docs", "/", "/dashboard"}
    rules = {
        (re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule), method.lower())
        for rule in embedded.url_map.iter_rules()
        for method in rule.methods - {"HEAD", "OPTIONS"}
        if rule.rule not in undocumented
        and not rule.rule.startswith(("/docs/", "/dashboard/"))
    }
    listed = {
        (path, method) for path, item in document["paths"].items() for method in item
    }
    assert listed == rules


def test_every_call_and_every_field_is_described(document):
    for path, item in document["paths"].items():
        for method, call in item.items():
            assert call["summary"], (path, method)
    for name, schema in document["components"]["schemas"].items():
        assert schema["description"], name
        for field, value in schema.get("properties", {}).items():
            assert "description" in value or "$ref" in value, (name, field)


def test_the_page_to_try_it_comes_from_here_alone(embedded):
    client = embedded.test_client()
    assert client.get("/docs").headers["Location"] == "/docs/swagger"
    page = client.get("/docs/swagger")
    assert not re.findall(r"(?:src|href)=\"(?:https?:)?//", page.text)
    assert '"validatorUrl": null' in page.text
    assert "'self'" in page.headers["Content-Security-Policy"]
    assert "http" not in page.headers["Content-Security-Policy"]
    for file in re.findall(r'(?:src|href)="([^"]+)"', page.text):
        with client.get(f"/docs/{file}") as answer:
            assert answer.status_code == 200, file


class StubCheckout:
    """A checkout model that knows nothing; the real one is tried in `test_score`."""

    version = model_version()

    def current(self):
        return self

    def score(self, orders):
        return [OrderScore(order["order_id"], "none") for order in orders]


@pytest.fixture
def described_app(embedded, scorer):
    embedded.extensions["trendguard.checkout"] = StubCheckout()
    database = embedded.extensions["trendguard"].database
    with database.writing() as session:
        day = hashtag_day(date(2026, 3, 1))
        session.add_all([*risk_cards(40), day, model_version()])
    return schemathesis.openapi.from_wsgi("/openapi.json", embedded)


schema = schemathesis.pytest.from_fixture("described_app")


@schema.parametrize()
@settings(
    max_examples=15,
    deadline=None,
    derandomize=True,
    phases=[HypothesisPhase.explicit, HypothesisPhase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_every_answer_is_as_the_document_says(case):
    case.call_and_validate(
        # Against an app in this process, schemathesis does not undo a compression.
        headers={
            "Authorization": f"Bearer {TOKEN}",
            "Accept-Encoding": "identity",
        },
        # A body can fit the document and still ask for what there is not: which
        # arguments go with which spider, an address without a host.
        excluded_checks=[positive_data_acceptance],
    )
