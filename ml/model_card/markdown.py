"""The model card as Markdown: what is written of a model, section by section."""

from ml.model_card.facts import ModelCard
from ml.model_card.grid import table
from ml.model_card.measured import (
    calibration_section,
    figures_section,
    groups_section,
    net_benefit_section,
)
from ml.model_card.words import OUTCOMES

AUDIENCE = {"shopper": "for shoppers", "checkout": "at checkout"}


def markdown(card: ModelCard, plot: str = "") -> str:
    """Return the card as Markdown.

    Parameters
    ----------
    plot : str, optional
        Address of the calibration plot; without one there is none.
    """
    noun = OUTCOMES[card.target].noun
    parts = [
        f"# Model card: the chance of {noun}, {AUDIENCE[card.purpose]}",
        _warning(card),
        _facts(card),
        f"## What it is for\n\n{_list(card.use)}",
        f"## What it is not for\n\n{_list(card.not_for)}",
        _features(card),
        figures_section(card),
        calibration_section(card, plot),
        groups_section(card),
        net_benefit_section(card),
        f"## Limits\n\n{_list(card.limits)}",
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _warning(card: ModelCard) -> str:
    words = []
    if card.trained_on == "sample":
        words.append("**Trained on a made-up market.** Not to be acted on.")
    if card.target == "returned":
        words.append("**It predicts returns, not regret.**")
    return f"> {' '.join(words)}" if words else ""


def _facts(card: ModelCard) -> str:
    regret = "regret: returned for a reason that says so"
    whose = "a retailer's" if card.trained_on == "retailer" else "a made-up market's"
    rows = [
        ("predicts", regret if card.target == "regret" else "that it is returned"),
        ("trained", f"{card.trained_at:%Y-%m-%d %H:%M} UTC, on {whose} orders"),
        ("learned from", f"purchases of {card.window.first} to {card.window.last}"),
    ]
    if card.judged and card.figures:
        when = f"{card.judged.first} to {card.judged.last}"
        orders = f"{card.figures.n:,} later orders"
        rows.append(("judged on", f"{orders}, purchases of {when}"))
    return table(("version", f"`{card.version}`"), rows)


def _features(card: ModelCard) -> str:
    rows = [
        (part, ", ".join(f"`{name}`" for name in names))
        for part, names in card.features.items()
    ]
    told = (
        "Columns by the part of an explanation they belong to, as known the day before "
        "the purchase\nor told by it; `trendguard link` writes beside the dataset what "
        "each is."
    )
    return f"## What it reads\n\n{told}\n\n{table(('part', 'columns'), rows)}"


def _list(sentences: list[str]) -> str:
    return "\n".join(f"- {sentence}" for sentence in sentences)
