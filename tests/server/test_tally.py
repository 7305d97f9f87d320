import threading
from collections import Counter

from server import tally
from server.tally import Tally
from tests.running import until


def test_it_writes_by_itself_after_a_moment_all_at_once():
    written = []
    counts = Tally(written.append, seconds=0.05)
    for kind in ("a", "b", "a"):
        counts.add(kind)
    assert until(lambda: written, seconds=20) == [Counter(a=2, b=1)]
    counts.add("c", 3)
    until(lambda: len(written) == 2, seconds=20)
    assert written[1] == Counter(c=3)


def test_what_could_not_be_written_is_kept_and_nothing_is_raised(caplog):
    written = []

    def fail_once(counts):
        if not written:
            written.append(None)
            raise OSError("leggings")
        written.append(counts)

    counts = Tally(fail_once, seconds=600)
    counts.add("a")
    counts.flush()
    counts.add("a")
    counts.flush()
    counts.flush()
    assert written == [None, Counter(a=2)]
    assert "OSError" in caplog.text
    assert "leggings" not in caplog.text


def test_counting_does_not_wait_for_a_writer():
    began, end = threading.Event(), threading.Event()

    def write(_counts):
        began.set()
        end.wait(60)

    counts = Tally(write, seconds=600)
    counts.add("a")
    writer = threading.Thread(target=counts.flush)
    writer.start()
    assert began.wait(20)
    counts.add("b")  # would hang here
    end.set()
    writer.join()
    counts.flush()


def test_a_flood_of_different_things_is_cut_off(monkeypatch):
    monkeypatch.setattr(tally, "MOST_KINDS", 3)
    written = []
    counts = Tally(written.append, seconds=600)
    for kind in "abcdeab":
        counts.add(kind)
    counts.flush()
    assert written == [Counter(a=2, b=2, c=1)]
