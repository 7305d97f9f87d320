import logging

import pytest

from server.app import create_app
from store.database import Database
from tests.server.conftest import hashtag_day, model_version

KEYS = {"type", "title", "status", "detail"}


def is_problem(answer, status: int) -> bool:
    return (
        answer.status_code == status
        and answer.content_type == "application/problem+json"
        and answer.json.keys() >= KEYS
        and answer.json["status"] == status
    )


@pytest.fixture
def broken(settings):
    """A client of a server whose database does not answer."""
    away = {"database_url": "postgresql://ada:secret@127.0.0.1:1/secret"}
    database = Database(settings.model_copy(update=away))
    yield create_app(settings, database).test_client()
    database.close()


def test_unknown_paths_and_methods(client):
    assert is_problem(client.get("/v1/nothing"), 404)
    answer = client.put("/v1/risk")
    assert is_problem(answer, 405)
    assert "POST" in answer.headers["Allow"]


@pytest.mark.parametrize(
    "path", ["/v1/config", "/v1/cards/ab", "/v1/trends/cup", "/v1/admin/crawls"]
)
def test_with_the_database_away_it_says_so_and_not_where_it_is(broken, path, caplog):
    answer = broken.get(path, headers={"Authorization": "Bearer other"})
    assert is_problem(answer, 503)
    assert "secret" not in answer.text + caplog.text
    assert "5432" not in answer.text


def test_it_lives_but_is_not_ready_with_the_database_away(broken):
    assert broken.get("/health").json == {"status": "ok"}
    answer = broken.get("/ready")
    assert (answer.status_code, answer.json["database"]) == (503, False)


def test_it_is_ready_once_there_is_a_model(client, stored):
    answer = client.get("/ready")
    assert (answer.status_code, answer.json["database"]) == (503, True)
    stored(hashtag_day(model_version().trained_at.date()))
    client.application.extensions["trendguard"].catalogue._looked_at = float("-inf")
    stored(model_version())
    answer = client.get("/ready")
    assert answer.status_code == 200
    assert answer.json["model"] == "v1"
    assert answer.json["newest_hashtag_day"] == "2026-03-01"
    assert answer.json["newest_product_day"] is None
    # The model is of March, and there is no hashtag total, offer or order at all.
    assert answer.json["stale"] == ["hashtag", "listing", "order", "model"]


def test_a_mistake_of_ours_shows_nothing_of_the_inside(app, monkeypatch, caplog):
    def fail():
        raise ZeroDivisionError("ada bought leggings")

    app.view_functions["health.get_health"] = fail
    answer = app.test_client().get("/health")
    assert is_problem(answer, 500)
    assert "ada" not in answer.text + caplog.text
    assert "Traceback" not in answer.text
    assert "ZeroDivisionError at " in caplog.text
    assert "test_problems.py" in caplog.text  # where, for an operator


def test_no_level_of_logging_names_a_product(client, caplog):
    caplog.set_level(logging.DEBUG)
    client.post("/v1/risk", json={"title": "very private leggings", "price": -1})
    client.get("/v1/trends/veryprivate")
    ours = [r for r in caplog.records if r.name.startswith(("trendguard", "werkzeug"))]
    assert "private" not in " ".join(r.getMessage() for r in ours)
