import pytest

from server.app import create_app

pytestmark = pytest.mark.any_database

CHROME = "chrome-extension://" + "abcdefghijklmnop" * 2
FIREFOX = "moz-extension://01234567-89ab-cdef-0123-456789abcdef"
SHOP = "https://shop.example"


def allowed(client, origin: str, path: str = "/v1/config") -> str | None:
    answer = client.get(path, headers={"Origin": origin})
    return answer.headers.get("Access-Control-Allow-Origin")


@pytest.mark.parametrize("origin", [CHROME, FIREFOX, SHOP])
def test_the_extension_and_named_shops_may_call(client, origin):
    assert allowed(client, origin) == origin
    preflight = client.options(
        "/v1/risk",
        headers={
            "Origin": origin,
            "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": "content-type",
        },
    )
    assert preflight.headers["Access-Control-Allow-Origin"] == origin
    assert "POST" in preflight.headers["Access-Control-Allow-Methods"]
    assert "Access-Control-Allow-Credentials" not in preflight.headers


@pytest.mark.parametrize(
    "origin",
    [
        "https://evil.example",
        "https://shop.example.evil.example",
        "https://shopXexample",
        "http://shop.example",
        "https://evil.example/chrome-extension://" + "a" * 32,
        "chrome-extension://short",
        CHROME + ".evil.example",
        "null",
    ],
)
def test_nobody_else_may(client, origin):
    assert allowed(client, origin) is None


def test_admin_calls_and_scores_are_not_for_other_origins(client):
    for origin in (CHROME, SHOP):
        for path in ("/v1/admin/crawls", "/v1/score"):
            assert allowed(client, origin, path) is None


def test_an_answer_can_be_taken_back_from_the_extension(client):
    asked = {"Origin": CHROME, "Access-Control-Request-Method": "DELETE"}
    preflight = client.options("/v1/outcomes", headers=asked)
    assert "DELETE" in preflight.headers["Access-Control-Allow-Methods"]


def test_https_is_asked_for_only_where_it_is_used(settings, database, client):
    def header(client, **headers):
        answer = client.get("/health", headers=headers)
        return answer.headers.get("Strict-Transport-Security")

    told = {"X-Forwarded-Proto": "https"}
    assert header(client) is None
    assert header(client, **told) is None
    behind = create_app(settings.model_copy(update={"trusted_proxies": 1}), database)
    assert header(behind.test_client(), **told).startswith("max-age=")
    assert header(behind.test_client(), **{"X-Forwarded-Proto": "http"}) is None


def test_only_under_its_own_names_where_they_are_told(settings, database, client):
    named = settings.model_copy(update={"trusted_hosts": ("api.shop.example",)})
    strict = create_app(named, database).test_client()
    for host, status in (("api.shop.example", 200), ("evil.example", 400)):
        answer = strict.get("/health", headers={"Host": host})
        assert answer.status_code == status, host
        assert client.get("/health", headers={"Host": host}).status_code == 200
    problem = strict.get("/v1/config", headers={"Host": "evil.example"})
    assert problem.content_type == "application/problem+json"
    assert "evil" not in problem.text


def test_every_answer_carries_the_headers(client):
    for path in ("/health", "/v1/config", "/v1/cards/xyz", "/nothing", "/docs/swagger"):
        headers = client.get(path).headers
        assert headers["X-Content-Type-Options"] == "nosniff", path
        assert headers["Referrer-Policy"] == "no-referrer", path
        assert "default-src 'none'" in headers["Content-Security-Policy"], path
        assert headers["X-Frame-Options"] == "DENY", path
        assert headers["Cross-Origin-Opener-Policy"] == "same-origin", path
        assert headers["Cross-Origin-Resource-Policy"] == "same-origin", path
        assert "geolocation=()" in headers["Permissions-Policy"], path
        assert "Server" not in headers, path


def test_what_is_private_or_changes_is_not_kept(client, admin):
    for path in ("/health", "/v1/admin/crawls", "/v1/cards/xyz"):
        answer = client.get(path, headers=admin)
        assert answer.headers["Cache-Control"] == "no-store", path
