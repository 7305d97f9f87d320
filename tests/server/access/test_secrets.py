"""No table, log line or audit event has a password, a token or a session's id."""

import logging

from sqlmodel import SQLModel, select

from server.app import create_app
from store.database import Database
from tests.server.access.conftest import PASSWORD, bearer

NEW = "a new one of many words"


def test_secrets_are_kept_nowhere_and_logged_nowhere(settings, people, caplog):
    caplog.set_level(logging.DEBUG)
    # It says every statement then; it looks at the level when the database is opened.
    caplog.set_level(logging.DEBUG, "sqlalchemy.engine")
    database = Database(settings)
    client = create_app(settings, database).test_client()
    path = "/v1/admin/session"
    entered = client.post(path, json={"name": "ada", "password": PASSWORD})
    headers = {"X-CSRF-Token": entered.json["csrf_token"]}
    secrets = [PASSWORD, NEW, entered.json["csrf_token"]]
    secrets.append(client.get_cookie("trendguard").value)

    def post(path, body):
        answer = client.post(path, json=body, headers=headers)
        assert answer.status_code == 201
        return answer.json

    made = post("/v1/admin/tokens", {"scopes": ["read"]})
    secrets.append(made["token"])
    user = {"name": "eve", "role": "viewer", "password": NEW}
    assert NEW not in str(post("/v1/admin/users", user))
    client.get("/v1/admin/crawls", headers=bearer(made["token"]))
    listed = client.get("/v1/admin/tokens").text
    for wrong in ({"name": NEW, "password": 7}, {"name": NEW, "password": "wrong"}):
        answer = client.post(path, json=wrong)
        assert answer.status_code in {401, 422}
        assert NEW not in answer.text
    body = {"current_password": PASSWORD, "new_password": NEW}
    changed = client.put(f"{path}/password", json=body, headers=headers)
    assert changed.status_code == 204
    with database.reading() as session:
        stored = {
            table.name: repr(session.execute(select(table)).all())
            for table in SQLModel.metadata.sorted_tables
        }
    database.close()
    assert "argon2id" in stored["admin_user"]
    assert "INSERT INTO admin_session" in caplog.text
    for secret in secrets:
        assert secret not in listed
        assert secret not in caplog.text
        assert [name for name, rows in stored.items() if secret in rows] == []
