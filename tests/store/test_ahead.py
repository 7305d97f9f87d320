"""One part being made while the one before it is used."""

from threading import Event

import pytest

from store.ahead import ahead


def test_the_next_part_is_made_meanwhile():
    second = Event()

    def parts():
        yield 1
        second.set()
        yield 2

    taken = []
    for part in ahead(parts()):
        taken.append(part)
        # Not set if the second were made when it is asked for.
        assert second.wait(10)
    assert taken == [1, 2]


def test_no_part_is_made_before_the_one_before_it_is_taken():
    made = []

    def parts():
        for number in range(9):
            made.append(number)
            yield number

    coming = ahead(parts())
    next(coming)
    coming.close()
    assert made == [0, 1]


def test_an_error_comes_in_the_place_of_its_part():
    def parts():
        yield 1
        raise ValueError("cut off")

    taken = []
    with pytest.raises(ValueError, match="cut off"):
        taken.extend(ahead(parts()))
    assert taken == [1]


def test_none_are_none():
    assert list(ahead([])) == []
