"""`trendguard demo` as a newcomer meets it, in a real browser, until Ctrl-C."""

import gzip
import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from datetime import timedelta
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest
from playwright.sync_api import expect

from server.catalogue import LOOK_AGAIN_SECONDS
from store.buckets import build_buckets
from store.clock import utc_now
from store.database import open_database
from store.keys import card_keys
from store.settings import Settings
from store.tables import RiskCard
from tests.extension.conftest import EXTENSION, make_card
from tests.extension.test_badge import REAL
from tests.running import lives, until

pytestmark = [pytest.mark.browser, pytest.mark.slow]
READY_SECONDS = 280


class Running:
    """A demonstration under way, and what it printed."""

    def __init__(self, process: subprocess.Popen, data_dir: Path) -> None:
        self.process = process
        self.data_dir = data_dir / "demo"
        self.printed: list[str] = []
        self._ready = threading.Event()
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        for line in self.process.stdout:
            self.printed.append(line)
            if "Ctrl-C ends all of it" in line:
                self._ready.set()
        self._ready.set()

    def wait(self) -> "Running":
        assert self._ready.wait(READY_SECONDS), "".join(self.printed)
        assert self.process.poll() is None, "".join(self.printed)
        return self

    def said(self, label: str) -> str:
        found = re.search(rf"^{label}\s+(\S+)", "".join(self.printed), re.MULTILINE)
        assert found, "".join(self.printed)
        return found[1]

    @property
    def api(self) -> str:
        return self.said("API, to try").removesuffix("/docs")

    def children(self) -> list[int]:
        found = subprocess.run(
            ["ps", "-A", "-o", "pid=,ppid="], capture_output=True, text=True, check=True
        )
        parents = [tuple(map(int, line.split())) for line in found.stdout.splitlines()]
        family = {self.process.pid}
        for _ in range(6):
            family |= {pid for pid, parent in parents if parent in family}
        return sorted(family - {self.process.pid})


@pytest.fixture(scope="module")
def demo(tmp_path_factory, launch_options):
    data_dir = tmp_path_factory.mktemp("demo")
    process = subprocess.Popen(
        [sys.executable, "-m", "cli", "demo", "--orders", "4000"],
        env=os.environ
        | {"TRENDGUARD_DATA_DIR": str(data_dir), "TRENDGUARD_API_PORT": "0"}
        | {"COLUMNS": "200", "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        # What a shell starts in the background does not hear Ctrl-C; this one must.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    yield Running(process, data_dir).wait()
    process.kill()
    process.wait()
    process.stdout.close()


def card_of(demo, keys: list[str]) -> dict:
    with urlopen(f"{demo.api}/v1/config") as answer:
        length = json.load(answer)["prefix_length"]
    with urlopen(f"{demo.api}/v1/cards/{keys[0][:length]}") as answer:
        cards = json.load(answer)["cards"]
    return next(card for card in cards if card["key"] == keys[0])


def percent(share: float) -> int:
    return int(share * 100 + 0.5)


def test_every_step_was_done_and_nothing_was_faked(demo):
    text = "".join(demo.printed)
    assert not re.search("^[✗!]", text, re.MULTILINE)
    assert re.search(r"export imported .* 4,000 orders", text)
    assert re.search(r"tiktok_tag of '\w+' .* ok: 1 hashtag_snapshot, \d+ video", text)
    for spider in ("ebay_search", "poshmark_search"):
        assert re.search(rf"{spider} of '.*' .* (ok: \d+ listing|empty)", text)
    assert re.search(r"model trained and calibrated .* AUC 0\.\d+", text)
    assert "trained on sample data" in text


def test_the_badge_shows_the_card_that_the_api_gave(demo, page, badge, choose):
    choose(server=demo.api)
    page.goto(demo.said("product page"))
    badge.wait(10)
    script = (EXTENSION / "content" / "product.js").read_text()
    read = page.evaluate(f"() => {{ {script}; return readProduct(document) }}")
    card = card_of(demo, card_keys(gtin=read["gtin"]))
    claim = badge.text(".badge .claim")
    assert claim == f"{percent(card['risk'])}% of buyers regret it"
    assert badge.text(".product") == read["title"]
    whole = badge.text(".panel")
    for reason in card["reasons"]:
        assert reason["text"].lower() in whole.lower()
    assert badge.count(".panel") == 1
    assert card["model"]["trained_on"] == "sample"
    assert "sample" in (badge.text(".badge") + whole).lower()


def test_the_dashboard_lets_in_who_is_named(demo, page):
    found = re.search(
        r"^dashboard\s+(\S+) \(log in: (\w+), (\S+)\)", "".join(demo.printed), re.M
    )
    address, name, password = found.groups()
    page.goto(address)
    page.fill("[name=name]", name)
    page.fill("[name=password]", password)
    page.press("[name=password]", "Enter")
    expect(page.locator("h1")).to_have_text("Overview")
    expect(page.locator("#products tbody tr").first).to_be_visible()
    page.click("nav >> text=Drivers")
    expect(page.locator("h1")).to_have_text("Drivers of regret")
    expect(page.locator("#ages tbody tr").first).to_be_visible()


@pytest.fixture(scope="module")
def captured(demo):
    """The key of each captured page's product; the demonstration has cards of them."""
    keys = {name: card_keys(**product)[0] for name, (_, _, product) in REAL.items()}
    settings = Settings(data_dir=demo.data_dir)
    database = open_database(settings)
    with database.writing() as session:
        for name, key in keys.items():
            session.merge(
                RiskCard(
                    key=key,
                    product_id=name,
                    payload=make_card(key, risk=0.64, risk_low=0.58, risk_high=0.7),
                    computed_at=utc_now(),
                    expires_at=utc_now() + timedelta(days=1),
                )
            )
        session.flush()
        build_buckets(session, settings.bucket_cards)
    database.close()
    # A worker that has just looked sends what it saw until it looks again.
    time.sleep(LOOK_AGAIN_SECONDS + 1)
    return keys


@pytest.mark.parametrize("name", REAL)
def test_real_shop_pages_show_the_card_that_the_api_gave(  # noqa: PLR0917
    demo, captured, page, badge, choose, shop, shared, name
):
    host, path, _ = REAL[name]
    html = gzip.decompress((shared / "pages/shops" / f"{name}.html.gz").read_bytes())
    choose(server=demo.api)
    page.goto(shop.put(host, path, html), wait_until="domcontentloaded")
    badge.wait(15)
    assert badge.text(".badge .claim") == "64% of buyers regret it"
    assert card_of(demo, [captured[name]])["risk"] == 0.64


def test_ctrl_c_ends_all_of_it(demo):
    family = demo.children()
    assert len(family) >= 3
    demo.process.send_signal(signal.SIGINT)
    assert demo.process.wait(timeout=60) == 0
    assert "nothing is left running" in demo.printed[-1]
    until(lambda: not [pid for pid in family if lives(pid)], 10)
    with pytest.raises(URLError):
        urlopen(f"{demo.api}/health")
