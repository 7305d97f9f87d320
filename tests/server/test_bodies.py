import io
import json

import pytest

from server.app import create_app

pytestmark = pytest.mark.any_database

TITLE = {"title": "Ribbed leggings"}


@pytest.mark.parametrize(
    "kind",
    ["text/plain", "application/x-www-form-urlencoded", "application/xml", "", "x",
     "multipart/form-data; boundary=x", "application/x-ndjson", "application/json5"],
)  # fmt: skip
def test_another_type_is_refused(client, admin, kind):
    for path in ("/v1/risk", "/v1/cart", "/v1/outcomes", "/v1/admin/watches"):
        answer = client.post(
            path, data=json.dumps(TITLE), content_type=kind, headers=admin
        )
        assert answer.status_code == 415, (path, kind)
        assert answer.content_type == "application/problem+json"
        assert "application/json" in answer.json["detail"]


def test_a_charset_is_no_other_type(client):
    kind = "Application/JSON; charset=utf-8"
    answer = client.post("/v1/risk", data=json.dumps(TITLE), content_type=kind)
    assert answer.status_code == 503  # no model; but it was read


def nested(depth: int, inside: str = "1") -> bytes:
    return f'{{"title": {"[" * depth}{inside}{"]" * depth}}}'.encode()


@pytest.mark.parametrize("path", ["/v1/risk", "/v1/cart", "/v1/outcomes", "/v1/score"])
@pytest.mark.parametrize(
    "body",
    [
        nested(500),
        nested(50_000),
        b'{"a":' * 400 + b"1" + b"}" * 400,
        b"[" * 100_000,
        b'{"title": "' + b"[" * 300 + b'", "x": ' + nested(300) + b"}",
    ],
)
def test_what_is_nested_deeply_is_refused_before_it_is_read(client, admin, path, body):
    answer = client.post(
        path, data=body, content_type="application/json", headers=admin
    )
    assert (answer.status_code, answer.json["title"]) == (400, "Bad request")
    assert "nested" in answer.json["detail"]


def test_many_brackets_that_are_not_deep_are_read(client):
    title = "[{" * 240
    answer = client.post("/v1/risk", json={"title": title})
    assert answer.json["status"] == 422  # no letter or digit, but it was read
    many = client.post("/v1/cart", json={"items": [TITLE] * 100})
    assert many.status_code == 503
    wide = client.post("/v1/cart", json={"items": [[]] * 5000})
    assert wide.status_code == 422


@pytest.mark.parametrize("path", ["/v1/risk", "/v1/cart", "/v1/outcomes"])
def test_ten_megabytes_are_too_much(client, path):
    body = b'{"title": "' + b"a" * 10_000_000 + b'"}'
    answer = client.post(path, data=body, content_type="application/json")
    assert answer.status_code == 413
    assert answer.content_type == "application/problem+json"


def test_a_length_that_is_not_told_is_measured(client, settings):
    body = b'{"title": "' + b"a" * (settings.max_body_bytes + 1) + b'"}'
    answer = client.post(
        "/v1/risk",
        input_stream=io.BytesIO(body),
        content_type="application/json",
        headers={"Transfer-Encoding": "chunked"},
        environ_overrides={"wsgi.input_terminated": True},
    )
    assert answer.status_code == 413


class _Unread(io.BytesIO):
    """A body that says so when it is read."""

    def read(self, *_):
        raise AssertionError("it was read")

    readinto = readline = readlines = read


@pytest.mark.parametrize("kind", ["application/json", "application/x-ndjson"])
def test_a_large_body_is_read_for_those_alone_who_may_send_it(client, kind):
    answer = client.post(
        "/v1/score",
        input_stream=_Unread(b" " * 1_000_000),
        content_type=kind,
        headers={"Authorization": "Bearer wrong"},
    )
    assert answer.status_code == 401


def test_a_batch_of_orders_has_a_bound_of_its_own(settings, database, admin):
    chosen = settings.model_copy(
        update={"max_body_bytes": 2_000, "score_body_bytes": 5_000}
    )
    client = create_app(chosen, database).test_client()

    def status(path, count, kind="application/json"):
        body = b" " * count + b"[]"
        return client.post(
            path, data=body, content_type=kind, headers=admin
        ).status_code

    assert status("/v1/risk", 3_000) == 413
    assert status("/v1/score", 3_000) == 503  # read; there is no model
    assert status("/v1/score", 6_000) == 413
    assert status("/v1/score", 6_000, "application/x-ndjson") == 413
