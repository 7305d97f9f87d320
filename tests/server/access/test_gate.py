"""Every admin call, by everybody who may not use it."""

import re
from datetime import UTC, datetime

import pytest

from server.access import token_hash
from server.access.roles import RESOURCES
from server.app import create_app
from store.tables import AdminUser, ApiToken
from tests.server.access.conftest import ORIGIN, PASSWORD, bearer, contents

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
UNSAFE = {"POST", "PUT", "PATCH", "DELETE"}
LOG_IN = ("POST", "/v1/admin/session")
# One of each kind of path; a new kind has to be added here.
PATHS = {
    "run_id": "0" * 32,
    "sample_id": "0" * 32,
    "source": "nowhere.example",
    "watch_id": "7",
    "version": "unknown",
    "name": "vera",
    "token_id": "0" * 16,
}
# They would change something, were they let in. A new call has to be added here.
BODIES = {
    ("POST", "/v1/admin/crawls"): {
        "spider": "ebay_search",
        "arguments": {"query": "ribbed leggings"},
    },
    ("POST", "/v1/admin/watches"): {
        "spider": "ebay_search",
        "target": "ribbed leggings",
        "every_minutes": 60,
    },
    ("POST", "/v1/admin/users"): {"name": "eve", "role": "admin"},
    ("PATCH", "/v1/admin/users/<name>"): {"role": "admin"},
    ("POST", "/v1/admin/tokens"): {"scopes": ["score"]},
    ("PUT", "/v1/admin/session/password"): {
        "current_password": PASSWORD,
        "new_password": "another nine words or so",
    },
}
OWN_SESSION = {
    ("DELETE", "/v1/admin/session"),
    ("PUT", "/v1/admin/session/password"),
}
OPERATED = ("/crawls", "/sources")
REFUSED = (None, "", "Bearer", "Bearer ", "Bearer wrong", "Basic dGVzdA==", "Bearer ü")
FORGED = (
    {},
    {"X-CSRF-Token": "0" * 64},
    {"X-CSRF-Token": "ü"},
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
    {"Origin": "http://localhost.evil.example"},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
)


def operates(rule):
    return any(part in rule for part in OPERATED)


@pytest.fixture
def calls(app):
    """Every admin call but the log-in: method, rule, and how it is made."""
    found = []
    for rule in app.url_map.iter_rules():
        for method in rule.methods & {"GET", *UNSAFE}:
            if "/admin/" in rule.rule and (method, rule.rule) != LOG_IN:
                path = re.sub(r"<(\w+)>", lambda m: PATHS[m[1]], rule.rule)
                body = {"json": BODIES.get((method, rule.rule))}
                found.append((method, rule.rule, {"path": path, **body}))
    assert len(found) > 15
    return found


def test_every_call_that_takes_a_body_is_given_one(app, calls):
    document = app.test_client().get("/openapi.json").json["paths"]
    asked = {
        (method.upper(), path.replace("{", "<").replace("}", ">"))
        for path, item in document.items()
        for method, call in item.items()
        if "/admin/" in path and "requestBody" in call
    }
    assert asked == {*BODIES, LOG_IN}


def test_every_admin_resource_says_what_it_needs(app):
    names = {name for name in app.blueprints if name.startswith("admin_")}
    assert names == {name for name in RESOURCES if name.startswith("admin_")}


@pytest.fixture
def refuses(app, calls, database):
    """Make the calls as somebody; each must be refused and change nothing."""

    def refuses(headers, status, which=lambda method, rule: True, client=None):
        before = contents(database)
        client, tried = client or app.test_client(), 0
        for method, rule, made in calls:
            if which(method, rule):
                answer = client.open(method=method, headers=headers, **made)
                assert answer.status_code == status, (method, rule, headers)
                assert answer.content_type == "application/problem+json"
                assert "Set-Cookie" not in answer.headers
                tried += 1
        assert tried
        assert contents(database) == before

    return refuses


def test_without_a_token_nothing_is_told_or_done(refuses, people):
    for header in REFUSED:
        refuses({} if header is None else {"Authorization": header}, 401)


def test_a_made_up_cookie_is_no_session(app, refuses):
    for value in ("", "0", "0" * 64, "é"):
        client = app.test_client()
        client.set_cookie("trendguard", value)
        refuses({}, 401, client=client)


@pytest.mark.parametrize(
    ("table", "changed"),
    [
        (ApiToken, {"expires_at": LONG_AGO}),
        (ApiToken, {"revoked_at": LONG_AGO}),
        (AdminUser, {"disabled_at": LONG_AGO}),
    ],
)
def test_a_token_that_no_longer_counts_is_refused(
    refuses, database, token_of, table, changed
):
    token = token_of("ada", "admin")
    key = token_hash(token) if table is ApiToken else "ada"
    with database.writing() as session:
        session.get_one(table, key).sqlmodel_update(changed)
    refuses(bearer(token), 401)
    refuses(bearer(token_hash(token)), 401)


def test_a_lesser_scope_does_not_reach_it(refuses, token_of):
    refuses(bearer(token_of("ada", "score")), 403)
    refuses(bearer(token_of("ada", "read")), 403, lambda method, _: method in UNSAFE)
    operate = bearer(token_of("ada", "read", "operate"))
    refuses(operate, 403, lambda m, rule: m in UNSAFE and not operates(rule))
    refuses(bearer(token_of("ada", "read")), 403, lambda _, rule: "samples" in rule)
    refuses(operate, 403, lambda _, rule: "users" in rule or "audit" in rule)


def test_a_lesser_role_does_not_reach_it_whatever_the_scope(refuses, token_of):
    vera, otto = (bearer(token_of(name, "admin")) for name in ("vera", "otto"))
    refuses(vera, 403, lambda method, _: method in UNSAFE)
    refuses(otto, 403, lambda m, rule: m in UNSAFE and not operates(rule))
    refuses(vera, 403, lambda _, rule: "samples" in rule)
    for headers in (vera, otto):
        refuses(headers, 403, lambda _, rule: "users" in rule or "audit" in rule)


def test_a_role_nobody_knows_may_nothing(refuses, database, token_of):
    token = token_of("vera", "admin")
    with database.writing() as session:
        session.get_one(AdminUser, "vera").role = "made up"
    refuses(bearer(token), 403)


def test_a_session_reaches_what_its_role_does(refuses, log_in):
    for name, more in (("vera", ()), ("otto", OPERATED)):
        client, answer = log_in(name)
        headers = {"X-CSRF-Token": answer.json["csrf_token"], "Origin": ORIGIN}
        others = ("/session", "/tokens", *more)
        refuses(
            headers,
            403,
            lambda m, rule, mine=others: (
                m in UNSAFE and not any(r in rule for r in mine)
            ),
            client,
        )


@pytest.mark.parametrize("forged", FORGED)
def test_another_sites_page_does_nothing_with_a_session(refuses, log_in, forged):
    client, answer = log_in("ada")
    own = {"X-CSRF-Token": answer.json["csrf_token"]} if "X-" not in str(forged) else {}
    headers = (own if forged else {}) | forged
    refuses(headers, 403, lambda method, _: method in UNSAFE, client)


def test_the_csrf_token_of_another_session_does_not_count(refuses, log_in):
    client, _ = log_in("ada")
    _, other = log_in("ada")
    headers = {"X-CSRF-Token": other.json["csrf_token"]}
    refuses(headers, 403, lambda method, _: method in UNSAFE, client)


LET_IN = {200, 201, 202, 204, 404}


def test_an_admins_token_is_let_in_everywhere(app, calls, token_of):
    headers = bearer(token_of("ada", "admin"))
    for method, rule, made in calls:
        if (method, rule) not in OWN_SESSION:
            answer = app.test_client().open(method=method, headers=headers, **made)
            assert answer.status_code in LET_IN, (method, rule)


def test_an_admins_session_is_let_in_everywhere(calls, log_in):
    own_last = sorted(calls, key=lambda call: (call[:2] in OWN_SESSION, call[0]))
    for method, rule, made in own_last:
        client, answer = log_in("ada")
        headers = {
            "X-CSRF-Token": answer.json["csrf_token"],
            "Origin": ORIGIN,
            "Sec-Fetch-Site": "same-origin",
        }
        answer = client.open(method=method, headers=headers, **made)
        assert answer.status_code in LET_IN, (method, rule)


def test_a_token_goes_before_a_cookie(log_in, token_of):
    client, _ = log_in("ada")
    path = "/v1/admin/users"
    assert client.get(path).status_code == 200
    assert client.get(path, headers=bearer("wrong")).status_code == 401
    assert client.get(path, headers=bearer(token_of("vera", "read"))).status_code == 403


def test_an_empty_setting_opens_nothing(settings, database):
    closed = create_app(settings.model_copy(update={"admin_token": ""}), database)
    for token in ("", " ", "  ", "none"):
        answer = closed.test_client().get("/v1/admin/crawls", headers=bearer(token))
        assert answer.status_code == 401


def test_the_day_of_a_tokens_last_use_is_noted(client, database, token_of):
    token = token_of("vera", "read")
    today = datetime.now(UTC).date()
    for _ in range(2):
        client.get("/v1/admin/crawls", headers=bearer(token))
        with database.reading() as session:
            row = session.get_one(ApiToken, token_hash(token))
        assert row.last_used_on == today


def test_a_form_may_send_the_token_in_a_field(log_in):
    client, entered = log_in("ada")
    token = entered.json["csrf_token"]
    path = "/dashboard/watches/7/pause"
    for fields, status in (({}, 403), ({"csrf_token": "0" * 64}, 403)):
        assert client.post(path, data=fields).status_code == status
    # Let in: there is no such watch.
    assert client.post(path, data={"csrf_token": token}).status_code == 404
    foreign = {"Origin": "https://evil.example"}
    answer = client.post(path, data={"csrf_token": token}, headers=foreign)
    assert answer.status_code == 403
