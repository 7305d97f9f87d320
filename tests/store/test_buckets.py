"""Cards cut into buckets: whole, large enough, and never half of them."""

import hashlib
import json
import signal
import subprocess
import sys
import tracemalloc
from datetime import UTC, datetime, timedelta
from itertools import chain

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, event, func, insert, select

from store.buckets import BATCH_CARDS, DIGITS, PREFIX_MAX, build_buckets
from store.database import Database
from store.look_up import BucketReader
from store.packing import as_json
from store.settings import Settings
from store.tables import CardBucket, CardCatalogue, RiskCard
from tests.running import until

AT = datetime(2026, 3, 1, tzinfo=UTC)


def put(session, keys, at=AT, note=""):
    """Put cards of these keys in the place of all there are, and cut them."""
    session.execute(delete(RiskCard))
    rows = [
        {
            "key": key,
            "product_id": "p",
            "payload": {"key": key, "note": note},
            "computed_at": at,
            "expires_at": at,
        }
        for key in keys
    ]
    if rows:
        session.execute(insert(RiskCard), rows)


def cut(database, keys, wanted=50, **card) -> CardCatalogue:
    with database.writing() as session:
        put(session, keys, **card)
        return build_buckets(session, wanted)


def keys_of(count: int, seed: int = 0) -> list[str]:
    return [hashlib.sha256(f"{seed}/{n}".encode()).hexdigest() for n in range(count)]


def stored(database) -> dict[str, list[str]]:
    """Return the keys in each bucket, read as a server does."""
    with database.reading() as session:
        prefixes = session.execute(select(CardBucket.prefix)).scalars().all()
    reader = BucketReader(database)
    found = {prefix: reader.read(prefix).packed.body for prefix in prefixes}
    return {
        prefix: [card["key"] for card in json.loads(as_json(body, 1))["cards"]]
        for prefix, body in found.items()
    }


@pytest.fixture(scope="module")
def emptied(tmp_path_factory):
    """One database for many drawn catalogues."""
    database = Database(Settings(data_dir=tmp_path_factory.mktemp("drawn")))
    database.upgrade()
    yield database
    database.close()


@settings(
    max_examples=20, deadline=None, suppress_health_check=list(HealthCheck)
)  # a catalogue each
@given(
    count=st.integers(0, 300) | st.integers(1_600, 3_000),
    seed=st.integers(0, 99),
    wanted=st.sampled_from([1, 2, 3, 10, 50]),
    odd=st.sets(st.text(DIGITS, min_size=64, max_size=64), max_size=5),
)
def test_every_bucket_holds_enough_and_no_longer_prefix_would(
    emptied, count, seed, wanted, odd
):
    keys = sorted({*keys_of(count, seed), *odd})
    made = cut(emptied, keys, wanted)
    length, buckets = made.prefix_length, stored(emptied)
    assert len(buckets) == 16**length
    assert sorted(key for held in buckets.values() for key in held) == keys
    for prefix, held in buckets.items():
        assert held == sorted(k for k in held if k.startswith(prefix))
    sizes = sorted(map(len, buckets.values()))
    assert (made.smallest, made.card_count) == (sizes[0], len(keys))
    assert made.median == sizes[len(sizes) // 2]
    assert length == 1 or sizes[0] >= wanted
    if length < PREFIX_MAX:
        longer = dict.fromkeys((k[: length + 1] for k in keys), 0)
        for key in keys:
            longer[key[: length + 1]] += 1
        enough = len(longer) == 16 ** (length + 1) and min(longer.values()) >= wanted
        assert not enough


def test_what_no_longer_fits_goes(database):
    assert cut(database, keys_of(3_000), wanted=1).prefix_length == 2
    assert cut(database, keys_of(40), wanted=1).prefix_length == 1
    assert set(stored(database)) == set(DIGITS)
    made = cut(database, [])
    assert (made.card_count, made.median, made.computed_at) == (0, 0, None)
    assert set(map(len, stored(database).values())) == {0}


def test_lengths_are_those_of_the_largest_bucket(database):
    made = cut(database, keys_of(300))
    with database.reading() as session:
        body, text = session.execute(
            select(
                func.max(func.length(CardBucket.body)), func.max(CardBucket.json_bytes)
            )
        ).one()
    assert (made.largest_body_bytes, made.largest_json_bytes) == (body, text)
    found = BucketReader(database).read("a")
    assert found[1:] == (body, text, made.etag)
    assert len(found.sent(compressed=False).text) == text


def test_only_what_changed_is_written(database):
    keys = keys_of(300)
    before = cut(database, keys)
    written = []

    def note(_connection, _cursor, statement, parameters, *_):
        if statement.startswith("INSERT INTO card_bucket"):
            written.append(parameters)

    event.listen(database.engine, "before_cursor_execute", note)
    same = cut(database, keys, at=AT + timedelta(days=1))
    assert written == []
    assert same.etag == before.etag
    assert same.computed_at > before.computed_at
    fewer = cut(database, keys[1:])
    assert len(written) == 1
    assert fewer.etag != before.etag
    event.remove(database.engine, "before_cursor_execute", note)


def test_cards_are_not_all_in_memory_at_once(emptied):
    note, count = "n" * 4_000, 16 * BATCH_CARDS
    with emptied.writing() as session:
        put(session, keys_of(count), note=note)
        tracemalloc.start()
        build_buckets(session, 50)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    # A bucket is a sixteenth of them; it is there as rows, as texts and as JSON.
    assert peak < count * len(note) / 2


HALF = """
import sys
import tracemalloc
import store.buckets
from sqlalchemy import event
from store.database import Database
from store.settings import Settings
from tests.store.test_buckets import keys_of, put
database = Database(Settings(data_dir=sys.argv[1], database_url=sys.argv[2]))
store.buckets.BATCH_BUCKETS = 2
left = 4
@event.listens_for(database.engine, "before_cursor_execute")
def count(connection, cursor, statement, *_):
    global left
    left -= statement.startswith("INSERT INTO card_bucket")
    if left == 0:
        print("half", flush=True)
        sys.stdin.read()
with database.writing() as session:
    put(session, keys_of(300, seed=9))
    store.buckets.build_buckets(session, 50)
"""


def test_one_that_is_killed_half_way_leaves_what_was(database):
    keys = keys_of(300)
    before = cut(database, keys)
    told = database.settings
    child = subprocess.Popen(
        [sys.executable, "-c", HALF, str(told.data_dir), told.database_url],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert child.stdout.readline() == b"half\n"
    assert sorted(chain(*stored(database).values())) == sorted(keys)
    child.send_signal(signal.SIGKILL)
    child.communicate()
    assert sorted(chain(*stored(database).values())) == sorted(keys)
    with database.reading() as session:
        assert session.get(CardCatalogue, 1).etag == before.etag
    # Nobody holds it any more.
    until(lambda: cut(database, keys_of(20)).card_count == 20)
