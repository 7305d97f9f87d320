"""Badge and panel under axe: the same files, in a page where shadow roots are open."""

import json

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.extension.conftest import EXTENSION, make_card

pytestmark = pytest.mark.browser
FILES = ("words", "look", "panel", "badge")
OPEN = """
const attach = Element.prototype.attachShadow;
Element.prototype.attachShadow = function (init) {
  return attach.call(this, { ...init, mode: 'open' });
};
const messages = MESSAGES;
window.chrome = { i18n: {
  getUILanguage: () => 'en',
  getMessage: (name, values = []) => name === '@@bidi_dir' ? 'ltr'
    : messages[name].message.replace(/\\$(\\w+)\\$/g, (_, key) =>
        values[messages[name].placeholders[key.toLowerCase()].content.slice(1) - 1]),
} };
"""


@pytest.fixture
def stage(plain_browser):
    """A page with the badge's files, and a way to show a card in it."""
    messages = (EXTENSION / "_locales/en/messages.json").read_text()
    files = [(EXTENSION / f"content/{name}.js").read_text() for name in FILES]
    page = plain_browser.new_page(reduced_motion="reduce")
    page.set_content(
        "<!doctype html><html lang=en><title>shop</title><main><h1>A shop</h1></main>"
    )
    page.add_script_tag(content=OPEN.replace("MESSAGES", messages))
    page.add_script_tag(content="\n".join(files))
    read_card = (EXTENSION / "lib/card.js").read_text().replace("export ", "")
    page.add_script_tag(
        content=f"window.readCard = (() => {{ {read_card}; return readCard }})()"
    )

    def show(card: dict):
        page.evaluate(
            "(text) => badge.show(readCard(JSON.parse(text)), '', 'Mug', () => {})",
            json.dumps(card),
        )
        page.locator(".badge").click()
        page.wait_for_timeout(250)
        return page

    yield show
    page.close()


NONE = {"evidence": "none", "risk": None, "risk_low": None, "risk_high": None}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(
    "changes",
    [{}, {"risk": 0.7, "risk_high": 0.8}, {"risk": 0.1, "risk_low": 0.05}, NONE],
    ids=["middle", "high", "low", "none"],
)
def test_axe_finds_nothing_in_badge_and_panel(stage, scheme, changes):
    page = stage(make_card("0" * 64) | changes)
    page.emulate_media(color_scheme=scheme)
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
