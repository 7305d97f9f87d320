"""`lib/card-key.js` gives what `store/keys.py` gives, on the shared vectors."""

import json

import pytest

from tests.extension.conftest import EXTENSION

pytestmark = pytest.mark.browser
VECTORS = EXTENSION.parent / "tests" / "store" / "card_keys.json"


@pytest.fixture(scope="module")
def keys(plain_browser):
    """A page in which the module is loaded."""
    page = plain_browser.new_page()
    module = (EXTENSION / "lib" / "card-key.js").read_text()
    page.route(
        "http://localhost/*",
        lambda route: route.fulfill(
            content_type="text/javascript"
            if ".js" in route.request.url
            else "text/html",
            body=module if ".js" in route.request.url else "<title>keys</title>",
        ),
    )
    page.goto("http://localhost/")
    yield lambda call, rows: page.evaluate(
        f"""async (text) => {{
            const {{ canonicalUrl, canonicalGtin, normalName, cardKeys }} =
              await import('http://localhost/card-key.js');
            const rows = JSON.parse(text);
            return JSON.stringify(await Promise.all(rows.map({call})));
        }}""",
        # As JSON text: half a surrogate pair does not survive any other road.
        json.dumps(rows),
    )
    page.close()


@pytest.mark.parametrize(
    ("kind", "call"),
    [
        ("urls", "([url]) => canonicalUrl(url)"),
        ("gtins", "([gtin]) => canonicalGtin(gtin)"),
        ("names", "([brand, title]) => normalName(brand, title)"),
        ("keys", "([product]) => cardKeys(product)"),
    ],
)
def test_the_browser_computes_what_the_store_computes(keys, kind, call):
    rows = json.loads(VECTORS.read_text())[kind]
    got = json.loads(keys(call, rows))
    assert got == [row[-1] for row in rows]
