"""The tag page beside the answers that its own scripts fetched."""

from pathlib import Path

import pytest
from web_poet import HttpResponse

from scrapers.pages.tiktok_tag import TikTokTagPage
from store.errors import BlockedError, NotFoundError

PAGES = Path(__file__).parents[1] / "pages"
EMPTY = "<!doctype html><html><head><title>x</title></head><body></body></html>"


def response(body: str) -> HttpResponse:
    url = "https://www.tiktok.com/tag/walnutlamp"
    return HttpResponse(url=url, body=body.encode(), encoding="utf-8")


def recorded(name: str) -> HttpResponse:
    return response((PAGES / name).read_text("utf-8"))


def read(page: HttpResponse, *answers: HttpResponse):
    return TikTokTagPage(response=page, answers=answers).read()


def test_answers_are_better_than_counters():
    reading = read(
        recorded("tiktok-tag-counters.html"),
        recorded("tiktok-api-detail.json"),
        recorded("tiktok-api-videos.json"),
    )
    hashtag, video = reading.items
    assert (hashtag["view_count"], hashtag["video_count"]) == (9_000_000_123, 4123)
    assert video["video_id"] == "7400000000000000001"


def test_refused_answers_leave_the_counters():
    reading = read(recorded("tiktok-tag-counters.html"), response(""), response(""))
    assert [i["video_count"] for i in reading.items] == [924_200]
    assert reading.items[0]["view_count"] is None
    assert reading.facts == {"refused_answers": 2}


def test_refused_answers_without_counters_are_a_refusal():
    with pytest.raises(BlockedError, match="nothing"):
        read(response(EMPTY), response(""))


def test_an_unknown_hashtag_is_not_a_refusal():
    with pytest.raises(NotFoundError):
        read(response(EMPTY), recorded("tiktok-api-unknown.json"))


def test_a_tag_page_without_anything_is_blocked():
    with pytest.raises(BlockedError, match="without its counters"):
        read(response(EMPTY))


def test_an_old_pages_counter_of_views_is_views():
    body = (PAGES / "tiktok-tag-counters.html").read_text("utf-8")
    (item,) = read(response(body.replace("924.2K videos", "1.2B views"))).items
    assert (item["view_count"], item["video_count"]) == (1_200_000_000, None)


def test_answers_are_newer_than_the_state_a_page_was_sent_with():
    page = recorded("tiktok-tag-state.html")
    assert read(page).items[0]["video_count"] == 4100
    (item,) = read(page, recorded("tiktok-api-detail.json")).items
    assert item["video_count"] == 4123
