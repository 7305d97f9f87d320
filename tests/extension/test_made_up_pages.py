"""readProduct on made-up pages, built as shops, platforms and countries build theirs."""

import json
from pathlib import Path

import pytest

pytestmark = pytest.mark.browser
LINES = Path(__file__).with_name("made_up_pages.jsonl").read_text("utf-8").splitlines()
PAGES = [json.loads(line) for line in LINES]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page["name"])
def test_what_is_read(read, page):
    product = read(page["html"].encode(), page["url"])
    expected = page["expected"]
    if expected is None:
        assert product is None
    else:
        assert product is not None
        assert {field: product[field] for field in expected} == expected
