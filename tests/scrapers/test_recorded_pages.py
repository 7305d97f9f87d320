import json
from pathlib import Path

import pytest

from scrapers.extract import KINDS, extract_file

PAGES = Path(__file__).parents[1] / "pages"
RECORDED = sorted(p for p in PAGES.iterdir() if ".expected" not in p.name)


def kind_of(page: Path) -> str:
    return "-".join(page.stem.split("-")[:2])


@pytest.mark.parametrize("page", RECORDED, ids=lambda page: page.stem)
def test_every_field_is_read(page):
    expected = page.with_name(f"{page.stem}.expected.json").read_text("utf-8")
    assert extract_file(kind_of(page), page) == json.loads(expected)


def test_every_kind_has_a_recorded_page_that_is_ok():
    read = {
        kind_of(page)
        for page in RECORDED
        if extract_file(kind_of(page), page)["outcome"] == "ok"
    }
    assert read == set(KINDS)


def test_no_author_and_no_caption_leaves_a_page():
    for page in RECORDED:
        items = json.dumps(extract_file(kind_of(page), page)["items"])
        assert "someone" not in items
        assert "a caption" not in items
        assert '"words"' not in items
