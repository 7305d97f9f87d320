from decimal import Decimal

from ml.card import Card
from tests.server.conftest import NOW, model_version

BODY = {
    "title": "Ribbed leggings",
    "price": "29.99",
    "currency": "USD",
    "brand": "Acme",
    "gtin": "4006381333931",
    "category": "Clothing",
    "url": "https://shop.example/p/7",
}


def test_the_product_reaches_the_scorer_as_described(client, stored, scorer):
    stored(model_version())
    answer = client.post("/v1/risk", json=BODY)
    assert answer.status_code == 200
    assert Card.model_validate(answer.json).evidence == "none"
    assert answer.headers["Cache-Control"] == "no-store"
    assert scorer == ["load", BODY | {"price": Decimal("29.99")}]


def test_a_title_is_enough_and_the_model_is_loaded_once(client, stored, scorer):
    stored(model_version())
    for _ in range(3):
        assert client.post("/v1/risk", json={"title": " Bag "}).status_code == 200
    assert scorer.count("load") == 1
    assert scorer[-1]["title"] == "Bag"


def test_a_title_of_signs_is_enough_where_something_else_names_it(
    client, stored, scorer
):
    stored(model_version())
    for known in ("gtin", "url"):
        body = {"title": "!!!", known: BODY[known]}
        assert client.post("/v1/risk", json=body).status_code == 200
    answer = client.post("/v1/risk", json={"title": "!!!"})
    assert "at least one letter or digit" in answer.json["errors"][0]["why"]


def test_without_a_model_it_says_so(client):
    answer = client.post("/v1/risk", json=BODY)
    assert (answer.status_code, answer.json["title"]) == (503, "No model yet")


def test_another_model_is_loaded(app, stored, scorer):
    state = app.extensions["trendguard"]
    seconds = [0.0]
    state.catalogue._clock = lambda: seconds[0]
    state.catalogue._looked_at = float("-inf")
    stored(model_version("v1"))
    client = app.test_client()
    client.post("/v1/risk", json=BODY)
    stored(model_version("v2", NOW.replace(hour=7)))
    client.post("/v1/risk", json=BODY)
    assert scorer.count("load") == 1
    seconds[0] += 10
    client.post("/v1/risk", json=BODY)
    assert scorer.count("load") == 2


WRONG = (
    ({"title": ""}, "title"),
    ({"title": "   "}, "title"),
    ({"title": "a" * 501}, "title"),
    ({"title": "secret\0"}, "title"),
    ({"title": "\ud800"}, "title"),
    ({"title": "!!!", "gtin": None, "url": None}, "title"),
    ({"title": "!!!", "gtin": "123", "url": None, "brand": None}, "title"),
    ({"title": ["secret"]}, "title"),
    ({"brand": "b" * 201}, "brand"),
    ({"price": -1}, "price"),
    ({"price": "NaN"}, "price"),
    ({"price": "1e400"}, "price"),
    ({"currency": "usd"}, "currency"),
    ({"gtin": "1" * 21}, "gtin"),
    ({"url": "javascript:alert(1)"}, "url"),
    ({"url": "http://[secret"}, "url"),
    ({"url": "http://a:999999/"}, "url"),
    ({"age": 19}, "age"),
)


def test_what_does_not_fit_is_refused_without_an_echo(client):
    for changed, field in WRONG:
        answer = client.post("/v1/risk", json=BODY | changed)
        assert answer.status_code == 422, changed
        assert answer.content_type == "application/problem+json"
        assert [error["at"] for error in answer.json["errors"]] == [field]
        assert "secret" not in answer.text


def test_what_is_no_object_is_refused(client):
    for body in (b"", b"{", b"null", b"[]", b'"x"', b"\xff", b"1"):
        answer = client.post("/v1/risk", data=body, content_type="application/json")
        assert answer.status_code == 422, body


def test_deep_and_large_bodies_are_refused(client, settings):
    deep = client.post("/v1/risk", data=b"[" * 200_000, content_type="application/json")
    assert deep.status_code == 400
    large = b'{"title": "' + b"a" * settings.max_body_bytes + b'"}'
    answer = client.post("/v1/risk", data=large, content_type="application/json")
    assert (answer.status_code, answer.content_type) == (
        413,
        "application/problem+json",
    )
