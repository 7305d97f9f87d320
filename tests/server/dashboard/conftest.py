"""Two dashboards served over HTTP, one of a small trained shop and one of nothing; a
browser, and clients of people who are logged in."""

import shutil
from contextlib import contextmanager
from dataclasses import dataclass
from http.cookiejar import CookieJar
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, Request, build_opener

import pytest
from parsel import Selector
from playwright.sync_api import sync_playwright
from sqlmodel import select
from werkzeug.serving import make_server

from ml.standing.findings import keep_finding
from reporting.findings.computing import find
from sample.sites.serve import answering
from server.access.users import add_user
from server.app import create_app
from store.database import Database
from store.settings import Settings
from store.tables import Finding, Order, RiskWeek
from tests.server.access.conftest import PASSWORD
from tests.server.dashboard.machinery import QUEUED, REFUSED, add_machinery
from tests.shops import shop_of_ones_own, trained_shop

PEOPLE = {"ada": "admin", "otto": "operator", "vera": "viewer"}
PLACES = (
    "",
    "alerts/",
    "drivers/",
    "effects/",
    "report/",
    "model/",
    "privacy/",
    "crawls/",
)


@dataclass
class Answer:
    """What came back, redirects followed."""

    status: int
    text: str
    url: str
    headers: dict[str, str]

    @property
    def page(self) -> Selector:
        return Selector(self.text)


class Client:
    """A browser without scripts or a window: keeps cookies, sends forms."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._opener = build_opener(HTTPCookieProcessor(CookieJar()))

    def get(self, path: str, **headers: str) -> Answer:
        return self._send(Request(self.url + path, headers=headers))

    def get_bytes(self, path: str) -> tuple[int, bytes]:
        """Return status and body of what may be no text."""
        try:
            answer = self._opener.open(Request(self.url + path), timeout=20)
        except HTTPError as error:
            answer = error
        with answer:
            return answer.status, answer.read()

    def post(self, path: str, *, headers=None, **fields: str) -> Answer:
        body = urlencode(fields).encode()
        return self._send(Request(self.url + path, body, headers or {}))

    def press(self, answer: Answer, action: str, **fields: str) -> Answer:
        """Send the form of a page that leads to this address."""
        form = answer.page.css(f'form[action="{action}"]')[0]
        hidden = {
            field.attrib["name"]: field.attrib.get("value", "")
            for field in form.css("input[type=hidden]")
        }
        return self.post(action, **{**hidden, **fields})

    def log_in(self, name: str) -> "Client":
        answer = self.post("/dashboard/log-in", name=name, password=PASSWORD)
        assert answer.status == 200, answer.text
        return self

    def _send(self, request: Request) -> Answer:
        try:
            answer = self._opener.open(request, timeout=20)
        except HTTPError as error:
            answer = error
        with answer:
            text = answer.read().decode()
            return Answer(answer.status, text, answer.url, dict(answer.headers))


@dataclass
class Site:
    """A dashboard."""

    url: str
    database: Database
    paths: tuple[str, ...]

    def client(self, name: str = "") -> Client:
        client = Client(self.url)
        return client.log_in(name) if name else client


@contextmanager
def serving(database: Database, paths: tuple[str, ...]):
    with database.writing() as session:
        for name, role in PEOPLE.items():
            add_user(session, name, role, actor="cli", password=PASSWORD)
    unlimited = database.settings.model_copy(update={"limit_admin": ""})
    app = create_app(unlimited, database)
    server = make_server("127.0.0.1", 0, app, threaded=True)
    with answering(server) as address:
        yield Site(address, database, tuple(f"/dashboard/{path}" for path in paths))


@pytest.fixture(scope="package")
def shop(tmp_path_factory):
    """The dashboard of a small trained shop with crawls, checks and requests."""
    folder = tmp_path_factory.mktemp("dashboard")
    with shop_of_ones_own(trained_shop(tmp_path_factory), folder) as database:
        with database.reading() as session:
            order = session.exec(select(Order).limit(1)).one()
            risky = {
                scope: session.exec(
                    select(RiskWeek.key)
                    .where(RiskWeek.scope == scope)
                    .order_by(RiskWeek.at_stake_cents.desc())
                ).first()
                for scope in ("product", "hashtag")
            }
        add_machinery(database, order)
        find_drivers(database)
        # Fewer days are fewer rows for axe to look at.
        things = (
            f"products/{risky['product']}?from=2026-10-15",
            f"hashtags/{risky['hashtag']}?from=2026-10-15",
        )
        paths = (*PLACES, f"crawls/{QUEUED}", f"crawls/{REFUSED}", *things)
        with serving(database, paths) as site:
            yield site


@pytest.fixture(scope="package")
def empty(_migrated, tmp_path_factory):
    """The dashboard of a store in which there are people, and nothing else."""
    with empty_site(_migrated, tmp_path_factory.mktemp("empty")) as site:
        yield site


@contextmanager
def empty_site(migrated, folder):
    shutil.copytree(migrated, folder / "data")
    database = Database(Settings(data_dir=folder / "data"))
    with serving(database, PLACES) as site:
        yield site
    database.close()


@pytest.fixture(scope="package")
def browser(launch_options):
    """One Chromium for all pages."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(**launch_options)
        yield browser
        browser.close()


def find_drivers(database: Database) -> None:
    """Work the drivers out; what the experiment says stays as it was made up."""
    with database.reading() as session:
        told = session.get_one(Finding, "experiment").body
    find(database, database.settings)
    with database.writing() as session:
        keep_finding(session, "experiment", told)


def enter(page, site: Site, name: str = "ada") -> None:
    """Log in as a person does."""
    page.goto(f"{site.url}/dashboard/log-in")
    page.get_by_label("Name").fill(name)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
