"""Sources compared with their own past: simulated histories, and what must be quiet."""

import random
from datetime import UTC, datetime, timedelta

import pytest

from store.source_health import HISTORY, Ended, note_signs, signs_of, troubles
from store.tables import CrawlRun
from tests.store.rows import filled

NOW = datetime(2026, 5, 1, tzinfo=UTC)
FIELDS = {"*": 60, "price": 60, "sold_at": 57, "shipping": 20}


def ended(outcome="ok", items=60, pages=2, coverage=None):
    fields = coverage if coverage is not None else {"listing": FIELDS}
    return Ended(outcome, items if outcome == "ok" else 0, pages, fields)


def blocked(count):
    return [ended("blocked", coverage={})] * count


def test_few_runs_raise_nothing():
    for count in range(6):
        assert signs_of([*blocked(count), *[ended()] * 4]) == {}
        assert signs_of(blocked(count)) == {}


def test_a_source_that_begins_to_refuse_is_noticed():
    usual = [ended()] * 20
    assert signs_of([*blocked(2), *usual]) == {}
    found = signs_of([*blocked(5), *usual])
    assert found == {
        "outcome": "5 of the last 10 runs got nothing (blocked 5), of 15 before 0"
    }
    assert signs_of([*[ended("not_found"), ended("login_wall")] * 4, *usual])


def test_one_that_never_answers_stays_noticed():
    assert "outcome" in signs_of(blocked(HISTORY))


def test_one_that_always_fails_now_and_then_is_quiet():
    history = [ended("failed" if n % 3 == 0 else "ok") for n in range(HISTORY)]
    assert signs_of(history) == {}


def test_fewer_items_and_pages_are_noticed():
    found = signs_of([*[ended(items=12, pages=1)] * 5, *[ended(pages=4)] * 20])
    assert found == {
        "items": "12 items in the middle of the last 5 runs, before 60",
        "pages": "1 pages in the middle of the last 5 runs, before 4",
    }
    # One short page is none.
    assert signs_of([ended(items=12), *[ended()] * 25]) == {}
    found = signs_of([*[ended("empty")] * 5, *[ended()] * 20])
    assert found["items"] == "0 items in the middle of the last 5 runs, before 60"
    found = signs_of([*[ended("empty")] * 8, *[ended()] * 20])
    assert found["items"] == "8 of the last 10 runs stored nothing, of 18 before 0"
    assert signs_of([ended("empty")] * HISTORY) == {}


def test_more_is_no_trouble():
    assert signs_of([*[ended(items=600, pages=9)] * 5, *[ended()] * 20]) == {}


def test_a_field_that_items_lose_is_noticed():
    bare = {"listing": FIELDS | {"sold_at": 6}}
    found = signs_of([*[ended(coverage=bare)] * 5, *[ended()] * 20])
    assert found == {"fields": "listing sold_at in 10% of items, before 95%"}
    a_bit = {"listing": FIELDS | {"sold_at": 48}}
    assert signs_of([*[ended(coverage=a_bit)] * 5, *[ended()] * 20]) == {}
    gone = {"listing": {"*": 60, "price": 60, "shipping": 20}}
    assert (
        "sold_at in 0%"
        in signs_of([*[ended(coverage=gone)] * 5, *[ended()] * 20])["fields"]
    )
    few = {"listing": {"*": 3, "price": 0}}
    assert "fields" not in signs_of([*[ended(coverage=few)] * 5, *[ended()] * 20])


def simulated(rng, days, failing=0.05):
    """Yield the runs of a source that is well: every six hours, weekends at half."""
    for run in range(days * 4):
        weekday = (run // 4) % 7
        # Queries differ: some have ten times the items of others.
        level = rng.choice((8, 20, 40, 60)) * (0.55 if weekday >= 5 else 1.0)
        items = sum(rng.random() < level / 100 for _ in range(100))
        if rng.random() < failing:
            yield ended(rng.choice(("failed", "blocked")), coverage={})
        else:
            fields = {name: round(items * n / 60) for name, n in FIELDS.items()}
            yield ended(items=items, coverage={"listing": fields})


def test_years_of_the_usual_raise_next_to_nothing():
    rng = random.Random(7)
    events = 0
    for _ in range(4):
        history: list[Ended] = []
        was_worse = False
        for run in simulated(rng, days=365):
            history = [run, *history][:HISTORY]
            is_worse = bool(signs_of(history))
            events += is_worse and not was_worse
            was_worse = is_worse
    # One a year and source at most.
    assert events <= 4


@pytest.mark.parametrize(
    "fault",
    [
        lambda run: ended("blocked", coverage={}),
        lambda run: ended("empty", coverage={}),
        lambda run: ended(
            items=run.item_count,
            coverage={
                kind: fields | {"price": 0} for kind, fields in run.coverage.items()
            },
        ),
    ],
)
def test_what_breaks_is_noticed_within_a_few_runs(fault):
    rng = random.Random(11)
    waits = []
    for _ in range(20):
        history, wait = list(simulated(rng, days=20))[::-1][:HISTORY], 0
        for broken in map(fault, simulated(rng, days=5, failing=0)):
            history, wait = [broken, *history][:HISTORY], wait + 1
            if signs_of(history):
                break
        waits.append(wait)
    assert max(waits) <= 8


def test_of_sources_that_get_worse_most_are_noticed_after_ten_runs():
    """Seven of ten runs fail, where one in twenty did."""
    rng = random.Random(3)
    noticed = 0
    for _ in range(40):
        before = list(simulated(rng, days=20))[:20]
        now = list(simulated(rng, days=3, failing=0.7))[:10]
        noticed += "outcome" in signs_of([*now, *before])
    assert noticed > 20


def run(number, outcome="ok", source="ebay", items=60):
    return filled(
        CrawlRun,
        run_id=f"{source}{number:04d}",
        request_key=f"{source}{number:04d}",
        spider="ebay_search",
        source=source,
        state="done",
        outcome=outcome,
        item_counts={"listing": items},
        queued_at=NOW + timedelta(hours=number),
        finished_at=NOW + timedelta(hours=number),
    )


def end(database, *runs):
    for each in runs:
        with database.writing() as session:
            session.add(each)
            note_signs(session, each)


def test_an_event_has_one_beginning_until_some_runs_were_sound(database, caplog):
    end(database, *(run(n) for n in range(20)))
    with database.reading() as session:
        assert troubles(session) == []
    assert caplog.text == ""
    end(database, *(run(n, "blocked") for n in range(20, 26)))
    assert "ebay (ebay_search) does worse: 5 of the last 10 runs" in caplog.text
    with database.reading() as session:
        (found,) = troubles(session)
    assert (found.name, found.since) == ("ebay_search", NOW + timedelta(hours=24))
    # A few good runs, and it goes on: the same event.
    end(database, run(26), *(run(n, "blocked") for n in range(27, 30)))
    with database.reading() as session:
        assert troubles(session)[0].since == NOW + timedelta(hours=24)
    end(database, *(run(n) for n in range(30, 50)))
    with database.reading() as session:
        assert troubles(session) == []


def test_other_sources_are_other_histories(database):
    end(database, *(run(n) for n in range(20)))
    end(database, *(run(n, "blocked", "shop.example") for n in range(12)))
    with database.reading() as session:
        (found,) = troubles(session)
    assert (found.source, found.name) == (
        "shop.example",
        "ebay_search of shop.example",
    )
