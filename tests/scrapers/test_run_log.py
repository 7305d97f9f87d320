"""A crawl's own log: bounded, readable, and without secrets."""

import logging

import pytest

from scrapers.masking import masked
from scrapers.run_log import MOST_BYTES, RunLog
from store.tables import CrawlLog
from tests.scrapers.test_keeping import store_run

logger = logging.getLogger("trendguard.crawl")


@pytest.fixture(autouse=True)
def _everything_is_logged():
    root = logging.getLogger()
    level = root.level
    root.setLevel(logging.NOTSET)
    yield
    root.setLevel(level)


def test_it_hears_info_and_worse_from_everywhere_but_how_scrapy_is_set_up():
    log = RunLog("of an earlier attempt")
    with log.listening():
        logger.info("page 1 kept")
        logger.debug("too much")
        logging.getLogger("scrapy.middleware").info("Enabled extensions: []")
        logging.getLogger("scrapy.core.engine").info("Spider opened")
    logger.info("afterwards")
    lines = log.text.splitlines()
    assert lines[0] == "of an earlier attempt"
    assert [line.partition(" ")[2] for line in lines[1:]] == [
        "INFO trendguard.crawl: page 1 kept",
        "INFO scrapy.core.engine: Spider opened",
    ]


def test_the_last_lines_are_kept():
    log = RunLog()
    with log.listening():
        for number in range(5000):
            logger.warning("line %s of many: ünïcödé", number)
        logger.warning("x" * 10 * MOST_BYTES)
    size = len(log.text.encode())
    assert MOST_BYTES * 0.9 < size <= MOST_BYTES
    assert "line 4999 of" in log.text
    assert "line 0 of" not in log.text


def test_a_traceback_is_part_of_it():
    log = RunLog()
    with log.listening():
        try:
            raise ValueError("broken at https://a.example/?access_token=abc")
        except ValueError:
            logger.exception("the spider broke")
    assert "Traceback" in log.text
    assert "access_token=***" in log.text
    assert "abc" not in log.text


def test_it_is_written_at_once_and_then_every_few_seconds(database, monkeypatch):
    run, log = store_run(database, "tiktok_tag", {"hashtag": "lamp"}), RunLog()
    clock = [100.0]
    monkeypatch.setattr("scrapers.run_log.time.monotonic", lambda: clock[0])
    for moment, written in ((100.0, "1"), (101.0, "1"), (104.0, "3")):
        clock[0] = moment
        with log.listening():
            logger.info("at %s", moment)
        with database.writing() as session:
            log.write_if_due(session, run.run_id)
        with database.reading() as session:
            text = session.get_one(CrawlLog, run.run_id).text
        assert str(len(text.splitlines())) == written


@pytest.mark.parametrize(
    ("text", "is_left"),
    [
        (
            "https://a.example/?q=key+ring&page=2",
            "https://a.example/?q=key+ring&page=2",
        ),
        ("https://a.example/?X-Bogus=zz&q=a", "https://a.example/?X-Bogus=***&q=a"),
        ("<GET https://a.example/?client_secret=zz>", "client_secret=***>"),
        ("https://ann:zz@a.example/", "https://***@a.example/"),
        ("Authorization: Bearer zz.zz-zzzzzz", "Authorization: ***"),
        ("sent Bearer zzzzzzzzzzzz", "sent Bearer ***"),
        ('{"access_token": "zz", "n": 1}', '{"access_token": "***", "n": 1}'),
        ("{b'Set-Cookie': [b'sid=zz']}", "Set-Cookie"),
        ("_signature=zz is no address", "_signature=zz is no address"),
        ("https://a.example/?_signature=zz", "_signature=***"),
        ("https://a.example/?keyword=lamp", "keyword=lamp"),
    ],
)
def test_secrets_are_masked_and_nothing_else(text, is_left):
    assert is_left in masked(text)
    if "no address" not in text:
        assert "zz" not in masked(text)
