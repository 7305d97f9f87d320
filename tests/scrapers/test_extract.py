import gzip
from pathlib import Path

import pytest

from scrapers.extract import KINDS, extract_file
from store.errors import BadFileError

PAGES = Path(__file__).parents[1] / "pages"
GOOD = (PAGES / "ebay-search-cards.html").read_bytes()


@pytest.fixture
def file(tmp_path):
    def _file(body: bytes) -> Path:
        path = tmp_path / "page"
        path.write_bytes(body)
        return path

    return _file


def test_a_gzipped_file_reads_the_same(file):
    plain = extract_file("ebay-search", file(GOOD))
    assert plain["outcome"] == "ok"
    assert extract_file("ebay-search", file(gzip.compress(GOOD, mtime=0))) == plain


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"", "empty"),
        (b"  \n", "empty"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "binary"),
        (GOOD[: len(GOOD) // 2], "cut off"),
        (gzip.compress(GOOD, mtime=0)[:-100], "cut off"),
        (gzip.compress(GOOD, mtime=0)[:10] + b"xxxxxxxxxxxxxx", "damaged"),
        (GOOD.decode().replace("Walnut", "Ünal").encode("latin-1"), "not utf-8"),
        (b"just some words", "not HTML"),
    ],
)
def test_an_unusable_file_is_failed(file, body, words):
    result = extract_file("ebay-search", file(body))
    assert (result["outcome"], result["items"]) == ("failed", [])
    assert words in result["message"]


@pytest.mark.parametrize("kind", sorted(KINDS))
@pytest.mark.parametrize("body", [b"", b"\0\1\2", b'{"data": [{"a"', b"[1, 2]", b"{}"])
def test_no_kind_takes_rubbish_for_an_answer(file, kind, body):
    result = extract_file(kind, file(body))
    assert result["outcome"] in ("failed", "changed", "blocked")
    assert result["items"] == []
    assert result["message"]


@pytest.mark.parametrize("body", [b'{"data": {"videos": [1]}}', b'{"itemList": [7]}'])
@pytest.mark.parametrize("kind", ["tiktok-research", "tiktok-api"])
def test_a_strange_object_is_a_changed_layout(file, kind, body):
    assert extract_file(kind, file(body))["outcome"] in ("changed", "blocked")


def test_declared_and_marked_charsets_are_read(file):
    declared = GOOD.replace(b"<head>", b'<head><meta charset="iso-8859-1">')
    for body in (
        declared.decode().replace("Walnut", "Ünal").encode("latin-1"),
        GOOD.decode().replace("Walnut", "Ünal").encode("utf-16"),
    ):
        items = extract_file("ebay-search", file(body))["items"]
        assert items[0]["title"] == "Ünal lamp, small"


def test_html_where_json_was_expected_is_blocked(file):
    assert extract_file("tiktok-api", file(GOOD))["outcome"] == "blocked"


def test_a_missing_file_and_an_unknown_kind_are_errors(tmp_path):
    with pytest.raises(BadFileError, match="can't be read"):
        extract_file("ebay-search", tmp_path / "none.html")
    with pytest.raises(BadFileError, match="ebay-search, ebay-item"):
        extract_file("ebay", tmp_path / "none.html")


def test_the_address_decides_what_a_dollar_is(file):
    body = GOOD.replace(b"https://www.ebay.com", b"https://www.ebay.com.au")
    items = extract_file("ebay-search", file(body))["items"]
    assert items[0]["currency"] == "AUD"
