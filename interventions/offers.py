"""Which offers an order is worth, by risk and money alone: nothing of the person, of
chance, or of time is in here.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from interventions.rules import MoneyRules, OfferKind, OfferRule, Rules
from store.money import currency_exponents

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Words = npt.NDArray[np.object_]


@dataclass(frozen=True)
class Weighed:
    """What could be offered for each order.

    Attributes
    ----------
    kinds : tuple of str
        The offers that are on, in the order of the rules.
    fits : array (n_orders, n_kinds) of bool
        Whether the offer may be made.
    values : array (n_orders, n_kinds)
        What it is expected to save less what it costs, in minor units of the rules'
        currency; NaN where the rules give no effect.
    reasons : array (n_orders,) of str
        Why no offer fits; empty where one does.
    """

    kinds: tuple[OfferKind, ...]
    fits: Bools
    values: Floats
    reasons: Words

    @property
    def ranked(self) -> npt.NDArray[np.intp]:
        """Places of the kinds, the most valuable first (n_orders, n_kinds).

        One of unknown value counts as worth nothing; what is equal stands as in the
        rules.
        """
        return np.argsort(-np.nan_to_num(self.values), axis=1, kind="stable")


def weigh(orders: pa.Table, rules: Rules, *, is_sample: bool = False) -> Weighed:
    """Weigh every offer for every order.

    Parameters
    ----------
    orders : pyarrow.Table
        ``risk``, ``risk_low`` and ``evidence`` as the model said them;
        ``unit_price_minor``, ``quantity`` and ``currency`` of the order.
    is_sample : bool
        The model learned from made-up orders.
    """
    offers = {kind: rule for kind, rule in rules.offers.items() if rule.is_on}
    known = _known(orders)
    may_act = known & (not is_sample or rules.night.sample_may_act)
    same = pc.equal(orders["currency"], rules.money.currency).to_numpy()
    stake = return_cost(orders, rules.money)
    risk = _numbers(orders["risk"])
    shape = (orders.num_rows, len(offers))
    high, payable = np.zeros(shape, bool), np.zeros(shape, bool)
    values = np.full(shape, np.nan)
    for place, rule in enumerate(offers.values()):
        compared = _numbers(orders[rule.compare])
        high[:, place] = may_act & (compared >= rule.threshold)
        payable[:, place] = same | (not rule.has_amounts)
        values[:, place] = _value(risk, stake, rule, rules.money)
    worth_it = np.isnan(values) | (values > 0)
    # An amount of one currency says nothing of an order in another.
    values[~same] = np.nan
    fits = high & payable & worth_it
    reasons = np.select(
        [
            ~known,
            ~may_act,
            fits.any(axis=1),
            ~high.any(axis=1),
            ~(high & payable).any(axis=1),
        ],
        ["no_evidence", "sample_model", "", "below_threshold", "other_currency"],
        "not_worth_it",
    )
    return Weighed(tuple(offers), fits, values, reasons.astype(object))


def return_cost(orders: pa.Table, money: MoneyRules) -> Floats:
    """Return what each order costs if it comes back, in minor units (n_orders,)."""
    paid = _numbers(orders["unit_price_minor"]) * _numbers(orders["quantity"])
    return _minor(float(money.return_handling), money) + money.return_price_share * paid


def worth_minor(rule: OfferRule, money: MoneyRules) -> int | None:
    """Return what a person gets by an offer, in minor units; None for a reminder."""
    return None if rule.worth is None else round(_minor(float(rule.worth), money))


def _value(risk: Floats, stake: Floats, rule: OfferRule, money: MoneyRules) -> Floats:
    if rule.effect is None:
        return np.full(len(risk), np.nan)
    return risk * stake * rule.effect - _minor(float(rule.cost), money)


def _minor(amount: float, money: MoneyRules) -> float:
    return amount * 10.0 ** currency_exponents()[money.currency]


def _known(orders: pa.Table) -> Bools:
    told = pc.and_(
        pc.not_equal(orders["evidence"], "none"), pc.is_valid(orders["risk"])
    )
    known: Bools = told.to_numpy()
    return known


def _numbers(column: pa.ChunkedArray) -> Floats:
    numbers: Floats = column.cast(pa.float64()).to_numpy()
    return numbers
