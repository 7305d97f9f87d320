from datetime import timedelta

import pytest
import time_machine
from sqlmodel import select

from server.access import token_hash
from server.access.tokens import make_token, revoke_token
from store.clock import utc_now
from store.errors import ConflictError, InvalidError, MissingError
from store.tables import AdminUser, ApiToken, AuditEvent
from tests.server.access.conftest import bearer
from tests.server.conftest import TOKEN

PATH = "/v1/admin/tokens"


@pytest.fixture
def session_of(log_in):
    """Ask as somebody who is logged in."""

    def session_of(name):
        client, answer = log_in(name)
        headers = {"X-CSRF-Token": answer.json["csrf_token"]}

        def ask(method, path="", **body):
            return client.open(
                PATH + path, method=method, json=body or None, headers=headers
            )

        return ask

    return session_of


def test_a_token_is_shown_once_and_works(session_of, client, database):
    vera = session_of("vera")
    made = vera("POST", scopes=["read", "score", "read"], days=7, label="a screen")
    assert made.status_code == 201
    row = made.json
    token = row.pop("token")
    assert len(token) >= 43  # 256 bits
    assert row["scopes"] == ["score", "read"]
    assert row["token_id"] == token_hash(token)[:16]
    (listed,) = vera("GET").json["tokens"]
    assert listed == row
    assert client.get("/v1/admin/crawls", headers=bearer(token)).status_code == 200
    with database.reading() as session:
        kept = session.get_one(ApiToken, token_hash(token))
        assert token not in kept.model_dump_json()
    (listed,) = vera("GET").json["tokens"]
    assert listed["last_used_on"] == utc_now().date().isoformat()
    with time_machine.travel(utc_now() + timedelta(days=7, seconds=1)):
        assert client.get("/v1/admin/crawls", headers=bearer(token)).status_code == 401


def test_revoked_it_counts_no_more_at_once(session_of, client):
    vera = session_of("vera")
    made = vera("POST", scopes=["read"]).json
    headers = bearer(made["token"])
    assert client.get("/v1/admin/crawls", headers=headers).status_code == 200
    gone = vera("DELETE", f"/{made['token_id']}")
    assert gone.status_code == 200
    assert client.get("/v1/admin/crawls", headers=headers).status_code == 401
    again = vera("DELETE", f"/{made['token_id']}")
    assert again.json == gone.json
    assert gone.json["revoked_at"]


def test_everybody_has_their_own_and_an_admin_all(session_of):
    vera, otto, ada = (session_of(name) for name in ("vera", "otto", "ada"))
    of_vera = vera("POST", scopes=["score"]).json["token_id"]
    of_otto = otto("POST", scopes=["operate"]).json["token_id"]
    assert [t["token_id"] for t in vera("GET").json["tokens"]] == [of_vera]
    assert otto("DELETE", f"/{of_vera}").status_code == 404
    assert otto("POST", scopes=["score"], name="vera").status_code == 403
    assert {t["token_id"] for t in ada("GET").json["tokens"]} == {of_vera, of_otto}
    assert ada("DELETE", f"/{of_vera}").status_code == 200
    made = ada("POST", scopes=["score"], name="vera")
    assert (made.status_code, made.json["name"]) == (201, "vera")
    for path in ("/0", "/" + "0" * 16, "/%00", "/" + "g" * 400):
        assert ada("DELETE", path).status_code == 404


def test_a_token_is_given_no_more_than_its_maker_may(session_of):
    for name, scope in (("vera", "operate"), ("otto", "admin"), ("vera", "admin")):
        assert session_of(name)("POST", scopes=[scope]).status_code == 403
    vera = session_of("vera")
    wrong = {"scopes": []}, {"scopes": ["everything"]}, {"days": 0}, {"label": "a\0"}
    for changed in wrong:
        answer = vera("POST", **({"scopes": ["score"]} | changed))
        assert answer.status_code == 422, changed


def test_a_token_makes_no_tokens_unless_it_may_do_everything(client, token_of):
    for name in ("vera", "otto"):
        headers = bearer(token_of(name, "admin"))
        made = client.post(PATH, json={"scopes": ["score"]}, headers=headers)
        assert made.status_code == 403
    headers = bearer(token_of("ada", "admin"))
    made = client.post(PATH, json={"scopes": ["score"]}, headers=headers)
    assert made.status_code == 201


def test_the_token_that_is_a_setting_has_no_person(client, people):
    headers, body = bearer(TOKEN), {"scopes": ["read"]}
    assert client.post(PATH, json=body, headers=headers).status_code == 404
    body["name"] = "vera"
    assert client.post(PATH, json=body, headers=headers).status_code == 201
    who = client.get("/v1/admin/session", headers=headers).json
    assert (who["name"], who["csrf_token"]) == ("settings", None)
    assert who["expires_at"] is None


def test_what_can_not_be_is_refused(database, people):
    with database.writing() as session:
        session.get_one(AdminUser, "vera").disabled_at = utc_now()
        with pytest.raises(ConflictError, match="enable them first"):
            make_token(session, "vera", ["read"], actor="cli")
        for name in ("nobody", "\x00", ""):
            with pytest.raises(MissingError):
                make_token(session, name, ["read"], actor="cli")
        for scopes in ([], ["read", "all"]):
            with pytest.raises(InvalidError, match="score, read, operate, admin"):
                make_token(session, "ada", scopes, actor="cli")
        with pytest.raises(MissingError):
            revoke_token(session, "'; --", actor="cli")


def test_making_and_revoking_is_written_down(session_of, database):
    otto = session_of("otto")
    made = otto("POST", scopes=["score"], days=3).json
    otto("DELETE", f"/{made['token_id']}")
    with database.reading() as session:
        events = session.exec(
            select(AuditEvent)
            .where(AuditEvent.subject == made["token_id"])
            .order_by(AuditEvent.event_id)
        ).all()
    assert [(e.actor, e.action, e.details) for e in events] == [
        ("otto", "token.make", {"owner": "otto", "scope": "score", "days": 3}),
        ("otto", "token.revoke", {"owner": "otto"}),
    ]
