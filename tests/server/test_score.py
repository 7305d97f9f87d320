"""Checkout scores over HTTP are those of the command line, row for row."""

import csv
import io
import json
import logging
import tracemalloc

import pytest
from sqlmodel import select

from ml.scoring import score_orders
from server import orders as orders_module
from server.access import add_admin, token_hash
from server.app import create_app
from server.orders import LINE_BYTES, score_lines
from store.tables import ALL, AdminUser, ApiToken
from tests.server.conftest import TOKEN

PATH = "/v1/score"
NDJSON = "application/x-ndjson"
ADMIN = {"Authorization": f"Bearer {TOKEN}"}
NUMBERS = ("regret_risk", "risk_low", "risk_high")
TROUBLE = {
    "order_id": "new-1",
    "customer_id": "nobody so far",
    "product_id": "unknown here",
    "purchased_at": "2026-10-20T12:30:00Z",
    "unit_price": "29.99",
}


@pytest.fixture(scope="module")
def asked(shop):
    """Orders of the past and new ones, as a file has them."""
    _, folder = shop
    with (folder / "export" / "orders.csv").open(newline="") as lines:
        rows = list(csv.DictReader(lines))
    old = rows[1200:1400]
    # A basket: the same customer and moment, some of it stored already.
    basket = [old[0] | {"order_id": f"basket-{n}", "quantity": "2"} for n in range(3)]
    return [*basket, *old, dict.fromkeys(rows[0], "") | TROUBLE]


@pytest.fixture(scope="module")
def by_file(shop, asked):
    database, folder = shop
    with (folder / "asked.csv").open("w", newline="") as lines:
        writer = csv.DictWriter(lines, asked[0])
        writer.writeheader()
        writer.writerows(asked)
    files = folder / "asked.csv", folder / "scores.csv"
    score_orders(database, database.settings, *files)
    with files[1].open(newline="") as lines:
        return list(csv.DictReader(lines))


@pytest.fixture
def client(shop):
    database, _ = shop
    return create_app(database.settings, database).test_client()


def given(order: dict) -> dict:
    """Return a file's row as JSON would have it, numbers as numbers."""
    found = {name: value for name, value in order.items() if value != ""}
    price = {"unit_price": float(found["unit_price"])}
    whole = {n: int(found[n]) for n in ("quantity", "customer_age") if n in found}
    return found | price | whole


def as_text(score: dict) -> dict[str, str]:
    """Return a score as the command writes it."""
    numbers = {n: "" if score[n] is None else str(score[n]) for n in NUMBERS}
    same = {name: score[name] for name in ("order_id", "evidence")}
    return same | numbers | {"reasons": "; ".join(score["reasons"])}


def lines_of(answer) -> list[dict]:
    return [json.loads(line) for line in answer.text.splitlines()]


def test_an_array_gets_the_scores_of_the_command(client, asked, by_file):
    orders = [given(order) for order in asked]
    answer = client.post(PATH, json=orders, headers=ADMIN)
    assert answer.status_code == 200
    assert answer.json["rejected"] == []
    assert [as_text(score) for score in answer.json["scores"]] == by_file
    evidence = {score["evidence"] for score in answer.json["scores"]}
    assert evidence >= {"enough", "none"}
    first = answer.json["scores"][0]
    assert (first["target"], first["trained_on"]) == ("regret", "sample")
    assert first["model_version"].endswith("-checkout")
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.any_database
def test_lines_get_them_too_however_they_are_cut(client, asked, by_file, monkeypatch):
    body = "\n".join(json.dumps(order) for order in map(given, asked))
    for size in (500, 7):
        monkeypatch.setattr(orders_module, "CHUNK_ORDERS", size)
        answer = client.post(PATH, data=body, content_type=NDJSON, headers=ADMIN)
        assert (answer.status_code, answer.mimetype) == (200, NDJSON)
        assert [as_text(score) for score in lines_of(answer)] == by_file


def test_one_order_gets_its_own(client, asked, by_file):
    for place in (10, 57, -1):
        answer = client.post(PATH, json=given(asked[place]), headers=ADMIN)
        assert answer.status_code == 200
        assert as_text(answer.json) == by_file[place]
    assert answer.json["regret_risk"] is None
    assert answer.json["evidence"] == "none"


BAD = [
    (b"{", "not JSON"),
    (b"[]", "the order"),
    (b'"x"', "the order"),
    (b"null", "the order"),
    (b"\xff\xfe", "not JSON"),
    (b"[" * 10_000, "not JSON"),
    (b'{"order_id": "' + b"s" * LINE_BYTES + b'"}', "longer than"),
    ({"unit_price": "secret"}, "unit_price: not a price"),
    ({"unit_price": None}, "unit_price: "),
    ({"purchased_at": "secret"}, "purchased_at: not an ISO 8601 time"),
    ({"purchased_at": 7}, "purchased_at: "),
    ({"customer_id": ""}, "customer_id is empty"),
    ({"customer_id": ["secret"]}, "customer_id: "),
    ({"customer_id": True}, "customer_id: "),
    ({"order_id": "secret\0"}, "order_id: "),
    ({"order_id": "s" * 201}, "order_id: "),
    ({"currency": "secret"}, "currency: not an ISO 4217"),
    ({"customer_age": 400}, "customer_age: not a whole number"),
    ({"quantity": 0}, "quantity: not a whole number"),
    ({"secret@example.org": 1}, "another column: "),
]


def test_a_bad_line_is_answered_and_the_rest_goes_on(client):
    lines = [
        b if isinstance(b, bytes) else json.dumps(TROUBLE | b).encode() for b, _ in BAD
    ]
    body = b"\n".join([*lines, b"", json.dumps(TROUBLE).encode(), b""])
    answer = client.post(PATH, data=body, content_type=NDJSON, headers=ADMIN)
    assert answer.status_code == 200
    *bad, good = lines_of(answer)
    assert good["order_id"] == "new-1"
    assert [line["line"] for line in bad] == list(range(1, len(BAD) + 1))
    for line, (_, reason) in zip(bad, BAD, strict=True):
        assert line["reason"].startswith(reason) or reason in line["reason"], line
        assert "secret" not in line["reason"]


def test_in_an_array_and_alone_they_are_refused_with_the_reason(client):
    bad = [TROUBLE | changed for changed, _ in BAD if isinstance(changed, dict)]
    answer = client.post(PATH, json=[*bad, TROUBLE, "secret"], headers=ADMIN)
    assert [score["order_id"] for score in answer.json["scores"]] == ["new-1"]
    rejected = [order["line"] for order in answer.json["rejected"]]
    assert rejected == [*range(1, len(bad) + 1), len(bad) + 2]
    assert "secret" not in answer.text
    for order in (*bad, "secret", None, 7):
        alone = client.post(PATH, json=order, headers=ADMIN)
        assert alone.status_code == 422, order
        assert "secret" not in alone.text


def test_an_array_is_bounded_and_lines_are_not(shop, asked):
    database, _ = shop
    chosen = database.settings.model_copy(update={"score_batch_orders": 3})
    client = create_app(chosen, database).test_client()
    four = [given(order) for order in asked[:4]]
    assert len(client.post(PATH, json=four[:3], headers=ADMIN).json["scores"]) == 3
    answer = client.post(PATH, json=four, headers=ADMIN)
    assert answer.status_code == 422
    assert "NDJSON" in answer.json["detail"]
    body = "\n".join(map(json.dumps, four))
    lines = client.post(PATH, data=body, content_type=NDJSON, headers=ADMIN)
    assert len(lines_of(lines)) == 4
    assert client.post(PATH, json=[], headers=ADMIN).json == {
        "scores": [],
        "rejected": [],
    }


@pytest.mark.any_database
def test_customers_stay_in_memory(client, shop, caplog):
    database, folder = shop
    caplog.set_level(logging.DEBUG)
    person = {"customer_id": "ada.lovelace.1815", "zip": "94301", "customer_age": 77}
    for body in (TROUBLE | person, [TROUBLE | person]):
        answer = client.post(PATH, json=body, headers=ADMIN)
        assert answer.status_code == 200
        assert "ada" not in answer.text
    client.post(PATH, data=b"{ada.lovelace.1815", content_type=NDJSON, headers=ADMIN)
    assert "lovelace" not in caplog.text
    with database.reading() as session:
        rows = [str(r.model_dump()) for t in ALL for r in session.exec(select(t)).all()]
    assert "lovelace" not in "".join(rows)
    for file in (folder / "data").rglob("*"):
        assert not file.is_file() or b"lovelace" not in file.read_bytes(), file


def test_only_with_a_token_of_the_scope(client, shop):
    database, _ = shop
    token = add_admin(database, "till")
    headers = {"Authorization": f"Bearer {token}"}

    def status(scope="score", role="viewer", disabled_at=None):
        with database.writing() as session:
            session.get_one(ApiToken, token_hash(token)).scope = scope
            user = session.get_one(AdminUser, "till")
            user.role, user.disabled_at = role, disabled_at
        return client.post(PATH, json=TROUBLE, headers=headers).status_code

    assert status() == 200
    assert status("admin", "admin") == 200
    assert status("read", "admin") == 403
    assert status("other") == 403
    assert status(disabled_at=database_time()) == 401
    for header in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": token}):
        for kind in ("application/json", NDJSON):
            answer = client.post(PATH, data="{}", content_type=kind, headers=header)
            assert answer.status_code == 401
    assert status() == 200
    # With it nothing else may be done.
    assert client.get("/v1/admin/watches", headers=headers).status_code == 403


def database_time():
    from store.clock import utc_now

    return utc_now()


def test_what_fails_in_between_ends_the_answer_with_a_line(client, monkeypatch, caplog):
    from ml.checkout import CheckoutScorer

    def fail(*_):
        raise ZeroDivisionError("ada")

    monkeypatch.setattr(CheckoutScorer, "score", fail)
    body = json.dumps(TROUBLE)
    answer = client.post(PATH, data=body, content_type=NDJSON, headers=ADMIN)
    assert [line["line"] for line in lines_of(answer)] == [0]
    assert "ada" not in answer.text + caplog.text


class _Echo:
    """Scores nothing; counts how many orders it is given at a time."""

    def __init__(self):
        self.sizes = []

    def score(self, orders):
        self.sizes.append(len(orders))
        return ["reason"] * len(orders)


def test_of_many_lines_only_some_are_held():
    line = json.dumps(TROUBLE).encode()
    echo = _Echo()
    lines = (line.replace(b"nobody", str(n).encode()) for n in range(20_000))
    tracemalloc.start()
    assert sum(1 for _ in score_lines(echo, lines)) == 20_000
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert max(echo.sizes) == 500
    assert peak < 8_000_000


def test_a_basket_is_not_cut_unless_it_never_ends():
    echo = _Echo()
    one = json.dumps(TROUBLE).encode()
    other = one.replace(b"nobody", b"somebody")
    assert len(list(score_lines(echo, [other] * 490 + [one] * 20 + [other]))) == 511
    assert echo.sizes == [510, 1]
    endless = _Echo()
    list(score_lines(endless, [one] * 2_500))
    assert endless.sizes == [1000, 1000, 500]


def test_a_line_that_never_ends_is_not_read_into_memory():
    body = io.BytesIO(b"x" * 10_000_000 + b"\n" + b"[]\n")
    lines = list(orders_module.bounded_lines(body))
    assert [len(line) for line in lines] == [LINE_BYTES + 1, 3]
