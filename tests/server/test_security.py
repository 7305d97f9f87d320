import pytest

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


def test_admin_calls_are_not_for_other_origins(client):
    for origin in (CHROME, SHOP):
        assert allowed(client, origin, "/v1/admin/crawls") is None


def test_every_answer_carries_the_headers(client):
    for path in ("/health", "/v1/config", "/v1/cards/xyz", "/nothing", "/docs/swagger"):
        headers = client.get(path).headers
        assert headers["X-Content-Type-Options"] == "nosniff", path
        assert headers["Referrer-Policy"] == "no-referrer", path
        assert "default-src 'none'" in headers["Content-Security-Policy"], path


def test_what_is_private_or_changes_is_not_kept(client, admin):
    for path in ("/health", "/v1/admin/crawls", "/v1/cards/xyz"):
        answer = client.get(path, headers=admin)
        assert answer.headers["Cache-Control"] == "no-store", path
