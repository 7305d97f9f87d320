"""What of the made-up market's truth can be known, and when."""

from dataclasses import replace

import numpy as np
import pytest
from sklearn.metrics import log_loss

import sample.truth
from sample.export import reviews_of
from sample.truth import knowable, learnable, truth
from sample.voices import REVIEWED_AFTER_DAYS
from sample.world import Market

SINCE = 400


@pytest.fixture(scope="module")
def market():
    return Market(order_count=6_000)


def _loss(market, chances):
    true = truth(market)
    asked = [number for number, day in enumerate(market.orders.day) if day >= SINCE]
    ids = [f"O{number:07d}" for number in asked]
    weight = np.array([true[i] for i in ids])
    stated = np.array([chances[i] for i in ids])
    return log_loss(
        np.repeat((1, 0), len(ids)),
        np.tile(stated, 2),
        sample_weight=np.concatenate((weight, 1 - weight)),
    )


def test_who_knows_more_comes_nearer_to_the_truth(market):
    mean = np.average(market.orders.probability)
    guesses = [
        truth(market),
        knowable(market),
        learnable(market, SINCE),
        dict.fromkeys(truth(market), mean),
    ]
    losses = [_loss(market, chances) for chances in guesses]
    assert losses == sorted(losses)
    assert losses[2] - losses[1] < (losses[3] - losses[1]) / 2


def test_what_is_learnable_on_a_day_hangs_on_nothing_later(market, monkeypatch):
    orders = market.orders
    back_on = orders.day + orders.second / 86_400 + orders.return_day
    day = SINCE + 20
    later = (orders.day > day) | (back_on > day)
    changed = replace(
        orders,
        return_day=np.where(later, np.nan, orders.return_day),
        reason=np.where(later, "wrong size", orders.reason),
    )
    other = Market(order_count=6_000)
    object.__setattr__(other, "orders", changed)
    before = [
        f"O{n:07d}" for n in np.flatnonzero((orders.day >= SINCE) & (orders.day <= day))
    ]
    now = learnable(market, SINCE)
    number, stars, rng = reviews_of(market)
    is_later = orders.day[number] + REVIEWED_AFTER_DAYS >= day
    reviews = (number, np.where(is_later, 6 - stars, stars), rng)
    monkeypatch.setattr(sample.truth, "reviews_of", lambda _: reviews)
    then = learnable(other, SINCE)
    assert [now[i] for i in before] == [then[i] for i in before]
    assert now != then
