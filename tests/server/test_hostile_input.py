"""What a hostile client may put into every text of every call: refused, or harmless.

The calls and their texts are taken from the OpenAPI document: a new one is tried by
itself.
"""

import json
import re
import socket
from collections.abc import Iterator
from contextlib import suppress

import pytest
from sqlmodel import select

from server.app import create_app
from server.tallies import tallies
from store.database import Database
from store.settings import Settings
from store.tables import RiskCard, Watch
from tests.server.conftest import TOKEN, key_of, model_version, risk_cards
from tests.server.test_openapi import StubCheckout

ADMIN = {"Authorization": f"Bearer {TOKEN}"}
TEXTS = {
    "sql": "'; DROP TABLE risk_card; --",
    "sql in double quotes": '" OR 1=1; DELETE FROM watch; --',
    "template": "{{7*7191}}${7*7191}<%= 7*7191 %>#{7*7191}",
    "markup": "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "format": "%s%n%x {0.__class__} \\u0041 ${jndi:ldap://127.0.0.1/a}",
    "path": "../../../../etc/passwd",
    "command": "$(touch /tmp/owned); `id` | nc 127.0.0.1 1 &",
    "line ends": "a\r\nSet-Cookie: owned=1\r\n\r\nbody",
    "right to left": "\u202egnp.exe\u202c \u2066x\u2069",
    "zero width": "le\u200bgg\u200cin\u200dgs\ufeff\u2060",
    "homoglyphs": "Аррӏе іРhоnе",  # noqa: RUF001
    "combining": "Z" + "\u0301" * 400,
    "noncharacter": "a\uffff\ufdd0\U0010ffff",
    "controls": "".join(map(chr, range(1, 32))) + "\x7f\x85",
    "emoji": "\U0001f9e6" * 100 + "\u2764\ufe0f",
    "empty": "",
    "blank": " \t\u3000\u00a0",
    "long": "a" * 20_000,
    "ligatures": "\ufdfa" * 150,
    "number": "9" * 400,
    "dates": "9999-12-31T23:59:59.999999999Z",
    "year": "2999999-01-01",
}
NEVER = {"nul": "a\0b", "surrogate": "a\ud800b", "surrogates": "\udfff\ud800"}
ADDRESSES = (
    "http://127.0.0.1:{}/x",
    "https://169.254.169.254/latest",
    "file:///etc/x",
    "//localhost:{}/x",
    "gopher://127.0.0.1:{}/_x",
    "http://[::1]:{}/",
)


@pytest.fixture
def app(tmp_path, scorer, request):
    limits = [name for name in Settings.model_fields if name.startswith("limit_")]
    url = request.getfixturevalue("postgres_url") if _is_postgres(request) else ""
    settings = Settings(
        data_dir=tmp_path / "data",
        database_url=url,
        admin_token=TOKEN,
        **dict.fromkeys(limits, ""),
    )
    database = Database(settings)
    database.upgrade()
    with database.writing() as session:
        session.add_all([*risk_cards(3), model_version()])
    app = create_app(settings, database)
    app.extensions["trendguard.checkout"] = StubCheckout()
    yield app
    database.close()


def _is_postgres(request) -> bool:
    return request.node.callspec.params.get("kind") == "postgres"


@pytest.fixture
def client(app):
    return app.test_client()


class Document:
    """The OpenAPI document, and bodies that fit it."""

    def __init__(self, client) -> None:
        self.document = client.get("/openapi.json").json

    def calls(self) -> Iterator[tuple[str, str, object]]:
        """Yield method, path and a body of every call that takes one."""
        for path, item in self.document["paths"].items():
            for method, call in item.items():
                if content := call.get("requestBody", {}).get("content"):
                    body = self.example(content["application/json"]["schema"])
                    yield method, re.sub(r"{\w+}", "1", path), body

    def example(self, schema: dict, name: str = ""):
        """Return a value that fits a schema, with all that it may hold."""
        if "$ref" in schema:
            found = self.document["components"]["schemas"]
            return self.example(found[schema["$ref"].rsplit("/", 1)[-1]], name)
        for choice in schema.get("anyOf", []):
            if choice.get("type") != "null":
                return self.example(choice, name)
        if schema.get("type") == "array":
            return [self.example(schema["items"], name)]
        if "properties" in schema:
            inside = schema["properties"].items()
            return {name: self.example(value, name) for name, value in inside}
        return scalar(schema, name)


def scalar(schema: dict, name: str):
    if "const" in schema or "enum" in schema:
        return schema.get("const", schema.get("enum", [None])[0])
    values = {
        "object": {"query": "ribbed leggings"},
        "integer": max(1, schema.get("minimum", 1)),
        "number": 1,
        "boolean": True,
    }
    return values.get(schema.get("type"), FITTING.get(name, "ribbed leggings"))


FITTING = {
    "currency": "USD",
    "gtin": "4006381333931",
    "url": "https://shop.example/p/7",
    "price": "29.99",
    "install_token": "0123456789abcdef" * 2,
    "card_key": key_of(0),
    "purchased_at": "2026-10-20",
    "unit_price": "29.99",
    "spider": "ebay_search",
    "product_id": "p7",
    "name": "ada",
    "password": "correct horse battery staple",
    "new_password": "another horse battery staple",
}


def texts_of(value, path=()) -> Iterator[tuple]:
    """Yield the place of every text in a body, and of every key that is data."""
    if isinstance(value, dict):
        for key, inside in value.items():
            yield from texts_of(inside, (*path, key))
    elif isinstance(value, list):
        for number, inside in enumerate(value):
            yield from texts_of(inside, (*path, number))
    elif isinstance(value, str) or value is None:
        yield path


def put(value, path: tuple, text):
    """Return a copy of a body with another text in one place."""
    copy = json.loads(json.dumps(value))
    place = copy
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = text
    return copy


def every_text(client) -> Iterator[tuple]:
    for method, path, body in Document(client).calls():
        for place in texts_of(body):
            yield method, path, body, place


KINDS = pytest.mark.parametrize(
    "kind", ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]
)


@pytest.mark.any_database
@KINDS
def test_the_bodies_that_are_changed_below_are_good_ones(client, kind):
    found = {}
    for method, path, body in Document(client).calls():
        answer = client.open(path, method=method, json=body, headers=ADMIN)
        found[method, path] = answer.status_code
    called = {path for _, path in found}
    assert called >= {"/v1/risk", "/v1/cart", "/v1/outcomes", "/v1/score"}
    # The rest is refused for what there is or is not, and not for how it is said.
    assert not {call: s for call, s in found.items() if s in (400, 413, 415, 422)}


@KINDS
def test_no_text_anywhere_does_harm(client, app, kind):
    tried = 0
    for method, path, body, place in every_text(client):
        for name, text in TEXTS.items():
            answer = client.open(
                path, method=method, json=put(body, place, text), headers=ADMIN
            )
            where = (method, path, place, name)
            tried += 1
            assert answer.status_code < 500, (*where, answer.text)
            assert "json" in answer.content_type, where
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
            assert "Set-Cookie" not in answer.headers, where
            assert str(7 * 7191) not in answer.text, where
            if answer.status_code >= 400 and len(text) > 3 and not text.isspace():
                assert json.dumps(text)[1:-1] not in answer.text, where
    assert tried > 400
    tallies(app).flush()
    with app.extensions["trendguard"].database.reading() as session:
        assert len(session.exec(select(RiskCard)).all()) == 3
        for watch in session.exec(select(Watch)).all():
            assert watch.target.isprintable()


@KINDS
def test_what_no_database_takes_is_refused_everywhere(client, kind):
    for method, path, body, place in every_text(client):
        for name, text in NEVER.items():
            changed = put(body, place, text)
            answer = client.open(path, method=method, json=changed, headers=ADMIN)
            where = (method, path, place, name, answer.text)
            # Who is not logged in, and what there is not, is refused before.
            about_people = path.startswith(("/v1/admin/session", "/v1/admin/users/"))
            refusals = (401, 403, 404, 422) if about_people else (422,)
            assert answer.status_code in refusals, where


@pytest.mark.any_database
@KINDS
def test_no_address_that_is_sent_is_ever_opened(client, app, kind, monkeypatch):
    opened = []

    def refuse(self, address, *_):
        if address not in (("127.0.0.1", 5432),):
            opened.append(address)
            raise OSError("nothing may be opened here")
        return connect(self, address)

    connect = socket.socket.connect
    with socket.create_server(("127.0.0.1", 0)) as bait:
        bait.setblocking(False)
        port = bait.getsockname()[1]
        monkeypatch.setattr(socket.socket, "connect", refuse)
        monkeypatch.setattr(socket.socket, "connect_ex", refuse)
        monkeypatch.setattr(socket, "getaddrinfo", lambda *a, **_: opened.append(a))
        for method, path, body, place in every_text(client):
            for address in ADDRESSES:
                changed = put(body, place, address.format(port))
                answer = client.open(path, method=method, json=changed, headers=ADMIN)
                assert answer.status_code < 500
        tallies(app).flush()
        with suppress(BlockingIOError):
            opened.append(bait.accept())
    assert opened == []


@KINDS
def test_paths_and_queries_do_no_harm(client, kind):
    for text in (*TEXTS.values(), "a%00b", "%ff", "%ED%A0%80"):
        for route in ("/v1/cards/{}", "/v1/trends/{}", "/v1/models/{}/card",
                      "/v1/admin/crawls/{}", "/v1/trends/x?days={}",
                      "/v1/admin/watches?after={}"):  # fmt: skip
            path = route.format(text.replace("?", "").replace("#", "")[:2000])
            answer = client.get(path, headers=ADMIN)
            assert answer.status_code < 500, (route, text)


@pytest.mark.parametrize(
    "headers",
    [
        [("Authorization", f"Bearer {TOKEN}"), ("Authorization", "Bearer other")],
        [("Authorization", "Bearer other"), ("Authorization", f"Bearer {TOKEN}")],
    ],
)
@KINDS
def test_two_tokens_are_none(client, headers, kind):
    assert client.get("/v1/admin/watches", headers=headers).status_code == 401
