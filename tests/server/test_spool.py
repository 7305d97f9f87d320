import threading

from server.spool import Spool
from tests.running import until


def parts(count: int):
    for number in range(count):
        yield f"{number}\n".encode()


def test_it_yields_all_in_order_and_leaves_no_file(tmp_path):
    found = b"".join(Spool(parts(50_000), tmp_path))
    assert found == b"".join(parts(50_000))
    assert list(tmp_path.iterdir()) == []


def test_making_does_not_wait_for_who_reads(tmp_path):
    ended = threading.Event()

    def large():
        for _ in range(200):
            yield b"x" * 100_000
        ended.set()

    reading = iter(Spool(large(), tmp_path))
    first = next(reading)
    assert ended.wait(60)  # twenty megabytes are made while one part is read
    assert len(first) + sum(map(len, reading)) == 20_000_000


def test_reading_does_not_wait_for_all_to_be_made(tmp_path):
    go_on = threading.Event()

    def halting():
        yield b"first"
        go_on.wait(60)
        yield b"second"

    reading = iter(Spool(halting(), tmp_path))
    assert next(reading) == b"first"
    go_on.set()
    assert list(reading) == [b"second"]


def test_it_stops_when_nobody_wants_the_rest(tmp_path):
    def endless():
        while True:
            yield b"x"

    before = set(threading.enumerate())
    reading = iter(Spool(endless(), tmp_path))
    next(reading)
    assert set(threading.enumerate()) - before
    reading.close()
    until(lambda: not set(threading.enumerate()) - before, seconds=20)
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_nothing(tmp_path):
    assert list(Spool(iter(()), tmp_path)) == []
