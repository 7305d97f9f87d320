"""Logging in and out by plain forms, and who can't."""

import pytest

from tests.server.access.conftest import PASSWORD
from tests.server.dashboard.conftest import enter

LOG_IN = "/dashboard/log-in"


@pytest.mark.browser
def test_in_and_out_without_scripts(browser, shop):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{shop.url}/dashboard/crawls/?sort=runs.spider")
    assert page.url.startswith(f"{shop.url}{LOG_IN}?next=")
    page.get_by_label("Name").fill("vera")
    page.get_by_label("Password").fill("wrong")
    page.get_by_role("button", name="Log in").click()
    assert "name or password is wrong" in page.get_by_role("alert").inner_text()
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    assert page.url == f"{shop.url}/dashboard/crawls/?sort=runs.spider"
    cookies = context.cookies()
    assert [(c["httpOnly"], c["sameSite"]) for c in cookies] == [(True, "Strict")]
    page.get_by_role("button", name="Log out").click()
    assert page.url == f"{shop.url}{LOG_IN}"
    page.goto(f"{shop.url}/dashboard/")
    assert LOG_IN in page.url
    context.close()


@pytest.mark.browser
def test_an_origin_is_told_with_a_form(browser, shop):
    """Chromium sends `Origin: null` where a page forbids it to say so."""
    page = browser.new_page()
    enter(page, shop)
    with page.expect_request("**/log-out") as sent:
        page.get_by_role("button", name="Log out").click()
    assert sent.value.headers["origin"] == shop.url
    page.close()


@pytest.mark.parametrize(
    "wanted",
    [
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "",
        "/v1/config",
        "javascript:alert(1)",
        "/dashboard\r\nX-Evil: 1",
    ],
)
def test_no_other_place_is_led_to(shop, wanted):
    answer = shop.client().post(LOG_IN, name="vera", password=PASSWORD, next=wanted)
    assert answer.url == f"{shop.url}/dashboard/"


def test_who_is_logged_in_goes_on(shop):
    client = shop.client("vera")
    assert client.get(f"{LOG_IN}?next=/dashboard/model/").url.endswith("/model/")


@pytest.mark.parametrize(
    "headers",
    [{"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}],
)
def test_another_origin_can_log_nobody_in(shop, headers):
    client = shop.client()
    answer = client.post(LOG_IN, headers=headers, name="vera", password=PASSWORD)
    assert answer.status == 403
    assert "Set-Cookie" not in answer.headers


def test_guessing_is_slowed_down(empty):
    client = empty.client()
    for _ in range(5):
        assert client.post(LOG_IN, name="mallory", password="x").status == 401
    answer = client.post(LOG_IN, name="mallory", password="x")
    assert answer.status == 429
    assert int(answer.headers["Retry-After"]) > 0
    assert "too many tries" in answer.text


def test_a_form_without_its_token_is_refused(shop):
    client = shop.client("ada")
    for token in ({}, {"csrf_token": "0" * 64}, {"csrf_token": "ü"}):
        answer = client.post("/dashboard/log-out", **token)
        assert answer.status == 403
        assert "CSRF" in answer.text
    assert client.get("/dashboard/crawls/").url.endswith("/crawls/")


def test_everything_but_the_log_in_wants_one(shop):
    client = shop.client()
    for path in shop.paths:
        assert client.get(path).url.startswith(f"{shop.url}{LOG_IN}?next=")
        answer = client.get(f"{path.partition('?')[0]}?format=csv&table=runs")
        assert LOG_IN in answer.url
