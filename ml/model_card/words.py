"""What a model card says in words: what the model is for, what not, and its limits."""

from dataclasses import dataclass

from store.tables import ModelVersion


@dataclass(frozen=True)
class Outcome:
    """How a target is spoken of.

    Attributes
    ----------
    noun, rate, done : str
        As in *the chance of regret*, *regret rate*, *was regretted*.
    """

    noun: str
    rate: str
    done: str


OUTCOMES = {
    "regret": Outcome("regret", "regret rate", "regretted"),
    "returned": Outcome("a return", "return rate", "returned"),
}


def use(purpose: str, target: str) -> list[str]:
    """Return what a model is for."""
    noun = OUTCOMES[target].noun
    if purpose == "checkout":
        return [
            f"Scoring a retailer's orders: how likely each is to end in {noun}, with "
            "an interval and reasons.",
            "Choosing which orders to follow up kindly: size advice, a reminder, an "
            "exchange in place of a refund.",
        ]
    return [
        f"Telling a shopper, before they pay, how likely {noun} is for a product that "
        "TikTok made famous, with an interval and reasons.",
        "Comparing products of the shop whose orders it learned from.",
    ]


def not_for(purpose: str) -> list[str]:
    """Return what a model is not for."""
    found = [
        "Products of which nothing is known: they get no number, and none should be "
        "made up for them.",
        "Other shops than the one whose orders it learned from, without a look at the "
        "figures there.",
        "Causes: the reasons say what moved the number, not what would change it.",
    ]
    if purpose == "checkout":
        found.insert(
            0,
            "Deciding against a person: refusing an order or a return, a price, "
            "credit, an account.",
        )
    return found


def limits(row: ModelVersion, *, weighted: bool) -> list[str]:
    """Return what to know before believing a model, the gravest first."""
    found = []
    if row.trained_on == "sample":
        found.append(
            "It learned from a made-up market, whose buyers were written to behave as "
            "they do. Its figures say that the machinery works, and nothing of real "
            "shoppers. Don't act on it."
        )
    found.append(_of_the_target(row.target, weighted=weighted))
    found.append(_of_income(row.purpose))
    found += [
        "Age is known in five-year bands, where the shop knows it at all.",
        "The figures are of a model that learned from the first four fifths of the "
        "time, judged on later orders. What is served was fitted in the same way on "
        "all of it, and can't be judged yet.",
        "Orders of one product are alike: intervals by group allow for that, the "
        "interval of each tenth in the calibration table does not.",
        "It is one shop in one period. Trends, prices and return policies change; the "
        "figures are true of the days they are of.",
    ]
    return found


def _of_the_target(target: str, *, weighted: bool) -> str:
    if target == "returned":
        return (
            "It predicts returns, not regret: no return in these orders came with a "
            "reason. Things go back for their size or a fault, too, and much that is "
            "regretted is kept."
        )
    silent = (
        "each order with a reason is weighted so as to stand for those without one of "
        "its kind"
        if weighted
        else "if people who give none are different, the figures do not hold for them"
    )
    return (
        "Regret is a return for a reason that says so. What is regretted and kept is "
        "not seen. Returns without a reason are left out of every figure here: "
        f"{silent}."
    )


def _of_income(purpose: str) -> str:
    proxy = (
        "the median of a ZIP code's households in tenths, not what the buyer earns. It "
        "is a proxy, and goes along with race and neighbourhood"
    )
    if purpose == "checkout":
        return f"It reads income, which is {proxy}: watch the figures by income group."
    return (
        f"It does not read income. The figures by income group use {proxy}; they are "
        "here because what it does read may go along with income."
    )
