from datetime import date

from store.tables import Retention
from tests.server.conftest import hashtag_day


def test_a_trend_says_where_it_stands_and_how_it_came_there(client, stored):
    stored(
        hashtag_day(date(2026, 2, 27), stage="Peak", level=0.9),
        hashtag_day(date(2026, 3, 1)),
        hashtag_day(date(2026, 2, 28), level=0.7),
        hashtag_day(date(2026, 3, 2), hashtag="another"),
    )
    answer = client.get("/v1/trends/RibbedLeggings")
    assert answer.status_code == 200
    trend = answer.json
    assert trend["as_of"] == "2026-03-01"
    assert trend["stage"] == "Decline"
    assert (trend["peak_on"], trend["days_since_peak"]) == ("2026-02-20", 9)
    assert (trend["trended_days"], trend["level"]) == (30, 0.5)
    assert [day["day"][-2:] for day in trend["days"]] == ["27", "28", "01"]
    assert [day["level"] for day in trend["days"]] == [0.9, 0.7, 0.5]
    assert trend["days"][0]["daily_views"] == 810
    assert client.get("/v1/trends/%23ribbedleggings").json == trend


def test_fewer_days_are_the_newest(client, stored):
    stored(hashtag_day(date(2026, 2, 28)), hashtag_day(date(2026, 3, 1)))
    days = client.get("/v1/trends/ribbedleggings?days=1").json["days"]
    assert [day["day"] for day in days] == ["2026-03-01"]
    assert client.get("/v1/trends/ribbedleggings?days=0").status_code == 422


def test_an_unknown_hashtag_is_not_found(client):
    for name in ("unknown", "a%00b", "%FF", "x" * 2000, "%23"):
        answer = client.get(f"/v1/trends/{name}")
        assert (answer.status_code, answer.json["title"]) == (404, "Not found"), name


def kept(key: str, days: int, scope: str = "hashtag") -> Retention:
    values = {"share": 0.7, "low": 0.6, "high": 0.8, "n": 90 + days, "watched_n": 50}
    return Retention(scope=scope, key=key, days=days, as_of=date(2026, 3, 1), **values)


def test_a_trend_says_how_many_kept_its_things(client, stored):
    stored(hashtag_day(date(2026, 3, 1)), hashtag_day(date(2026, 3, 1), hashtag="new"))
    stored(kept("ribbedleggings", 90), kept("ribbedleggings", 30))
    stored(kept("other", 30), kept("ribbedleggings", 180, scope="product"))
    answer = client.get("/v1/trends/ribbedleggings").json
    assert [share.pop("days") for share in answer["kept"]] == [30, 90]
    assert answer["kept"][0] == {"share": 0.7, "low": 0.6, "high": 0.8, "n": 120}
    assert client.get("/v1/trends/new").json["kept"] == []
