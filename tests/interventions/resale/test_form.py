"""The form filler, in a real Chromium on the sample market's own selling page."""

import json
from urllib.request import urlopen

import pytest
from flask import Flask, redirect

from interventions.resale.form import fill_form
from interventions.resale.poshmark import PoshmarkListing
from sample.sites import poshmark_site
from sample.sites.serve import ServedMarket
from store.errors import BlockedError, ChangedError, FailedError, LoginWallError

pytestmark = pytest.mark.browser
FIELDS = PoshmarkListing(
    title='Leggings "best" & <new>',
    description="Two lines,\nof words.",
    brand="Oak",
    original_price=50,
    listing_price=15,
    sku="return-o1",
)


@pytest.fixture
def site():
    with ServedMarket({"poshmark": poshmark_site(None)}) as market:
        yield market.urls["poshmark"]


def closet(site):
    with urlopen(f"{site}/closet") as answer:
        return json.load(answer)


def test_the_form_is_filled_in_and_not_sent_off(site, launch_options, tmp_path):
    picture = tmp_path / "pictures" / "filled.png"
    done = fill_form(site, FIELDS, launch_options, picture=picture)
    assert done["submitted"] is False
    wanted = {name: str(value) for name, value in FIELDS.model_dump().items()}
    assert done["filled"] == wanted
    assert picture.read_bytes().startswith(b"\x89PNG")
    assert closet(site) == []


def test_it_is_sent_off_where_that_is_asked_for(site, launch_options):
    done = fill_form(site, FIELDS, launch_options, submit=True)
    assert (done["submitted"], done["url"]) == (True, f"{site}/closet")
    (listed,) = closet(site)
    assert listed["title"] == FIELDS.title
    assert listed["description"].split() == FIELDS.description.split()
    assert listed["listing_price"] == "15"


def page(html):
    app = Flask("other")
    app.add_url_rule("/create-listing", "page", lambda: html)
    return app


def to_log_in():
    app = page("")
    app.view_functions["page"] = lambda: redirect("/login?next=x")
    app.add_url_rule("/login", "login", lambda: "<h1>Welcome</h1>")
    return app


@pytest.mark.parametrize(
    ("app", "error"),
    [
        (to_log_in(), LoginWallError),
        (page("<form><input type=password></form>"), LoginWallError),
        (page('<div class="g-recaptcha"></div>'), BlockedError),
        (page("<h1>A new form</h1>"), ChangedError),
    ],
    ids=["redirect", "password", "captcha", "changed"],
)
def test_a_page_that_is_no_form_is_an_error(launch_options, app, error):
    with ServedMarket({"other": app}) as market, pytest.raises(error):
        fill_form(market.urls["other"], FIELDS, launch_options, submit=True)


def test_a_site_that_is_away_is_an_error(launch_options):
    with pytest.raises(FailedError, match="can't be opened"):
        fill_form("http://127.0.0.1:9", FIELDS, launch_options)
