from datetime import UTC, datetime

import pytest

from server.access import add_admin, token_hash
from server.app import create_app
from store.errors import ConflictError
from store.tables import AdminUser, ApiToken

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
CALLS = [
    ("GET", "/v1/admin/crawls"),
    ("POST", "/v1/admin/crawls"),
    ("GET", "/v1/admin/crawls/" + "0" * 32),
    ("DELETE", "/v1/admin/crawls/" + "0" * 32),
    ("GET", "/v1/admin/watches"),
    ("POST", "/v1/admin/watches"),
    ("DELETE", "/v1/admin/watches/7"),
    ("GET", "/v1/admin/models"),
    ("POST", "/v1/admin/models/unknown/promote"),
    ("POST", "/v1/admin/models/unknown/rollback"),
    ("GET", "/v1/admin/monitor"),
]
FILLED = {"0" * 32: "<run_id>", "/7": "/<watch_id>", "unknown": "<version>"}
REFUSED = (None, "", "Bearer", "Bearer ", "Bearer wrong", "Basic dGVzdA==", "Bearer ü")


def test_without_a_token_nothing_is_told(client):
    for method, path in CALLS:
        for header in REFUSED:
            headers = {} if header is None else {"Authorization": header}
            answer = client.open(path, method=method, headers=headers)
            assert answer.status_code == 401, (method, path, header)
            assert answer.headers["WWW-Authenticate"].startswith("Bearer")


def test_every_admin_call_is_tried_above(app):
    rules = [r for r in app.url_map.iter_rules() if "/admin/" in r.rule]
    tried = set()
    for method, path in CALLS:
        rule = path
        for filled, name in FILLED.items():
            rule = rule.replace(filled, name)
        tried.add((method, rule))
    methods = {"GET", "POST", "DELETE", "PUT", "PATCH"}
    assert {(m, r.rule) for r in rules for m in r.methods & methods} == tried


def test_a_token_is_shown_once_and_only_its_hash_kept(client, database, named_token):
    assert len(named_token) >= 43  # 256 bits
    with database.reading() as session:
        row = session.get_one(ApiToken, token_hash(named_token))
        assert named_token not in row.model_dump_json()
    headers = {"Authorization": f"bearer {named_token}"}
    assert client.get("/v1/admin/crawls", headers=headers).status_code == 200
    wrong = {"Authorization": f"Bearer {token_hash(named_token)}"}
    assert client.get("/v1/admin/crawls", headers=wrong).status_code == 401


def test_a_name_is_taken_once(database, named_token):
    with pytest.raises(ConflictError, match="ada"):
        add_admin(database, "ada")


def test_a_token_that_no_longer_counts_is_refused(client, database, named_token):
    headers = {"Authorization": f"Bearer {named_token}"}
    for table, key, changed in (
        (ApiToken, token_hash(named_token), {"expires_at": LONG_AGO}),
        (ApiToken, token_hash(named_token), {"expires_at": None}),
        (AdminUser, "ada", {"disabled_at": LONG_AGO}),
    ):
        with database.writing() as session:
            session.get_one(table, key).sqlmodel_update(changed)
        expected = 200 if changed == {"expires_at": None} else 401
        answer = client.get("/v1/admin/crawls", headers=headers)
        assert answer.status_code == expected, changed


@pytest.mark.parametrize(
    ("whose", "may"),
    [
        (("admin", "admin"), {"read", "crawls", "watches", "models"}),
        (("operator", "admin"), {"read", "crawls"}),
        (("viewer", "admin"), {"read"}),
        (("made up", "admin"), set()),
        (("admin", "score"), set()),
    ],
)
def test_a_role_may_do_what_it_is_for(client, database, named_token, whose, may):
    role, scope = whose
    with database.writing() as session:
        session.get_one(AdminUser, "ada").role = role
        session.get_one(ApiToken, token_hash(named_token)).scope = scope
    headers = {"Authorization": f"Bearer {named_token}"}
    for method, path in CALLS:
        act = "read" if method == "GET" else path.split("/")[3]
        answer = client.open(path, method=method, headers=headers, json={})
        if act in may:
            # The calls are not complete, but they are let in.
            assert answer.status_code in {200, 404, 422}, (method, path)
        else:
            assert answer.status_code == 403, (method, path)
            assert answer.json["title"] == "Not allowed"


def test_an_empty_setting_opens_nothing(settings, database):
    closed = create_app(settings.model_copy(update={"admin_token": ""}), database)
    for token in ("", " ", "  ", "none"):
        headers = {"Authorization": f"Bearer {token}"}
        answer = closed.test_client().get("/v1/admin/crawls", headers=headers)
        assert answer.status_code == 401
