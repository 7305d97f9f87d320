"""What was measured of a model, as sections of its card in Markdown."""

from ml.model_card.facts import ModelCard
from ml.model_card.grid import number, percent, plain, points, table
from ml.model_card.words import OUTCOMES
from ml.quality.group_figure import GroupFigure

WAYS = {
    "age_band": "age band",
    "category": "category",
    "income_group": "income of the ZIP code",
    "stage": "trend stage",
}
ABOUT_GAPS = """\
The gap is what was said less what came true, in percentage points: above zero it warns
too much, below zero too little. Groups of fewer than 50 orders are not shown; AUC needs
30 orders of either outcome. A gap counts as beyond chance by Benjamini and Hochberg at
10 %, with the orders of one product taken as alike."""
ABOUT_NET_BENEFIT = """\
Who acts from 20 % on says that a wrong act costs a quarter of what a right one gains.
The net benefit an order counts a right act as 1; acting on none is 0, and the better of
that and of acting on all is what the model has to beat (Vickers and Elkin 2006)."""
NOT_MEASURED = "Not measured when this model was trained: run `trendguard train` again."


def figures_section(card: ModelCard) -> str:
    """Return the figures over all orders."""
    if card.figures is None:
        return f"## How good it is\n\n{NOT_MEASURED}"
    found = card.figures
    rows = [
        (OUTCOMES[card.target].rate, percent(found.base_rate)),
        ("mean said", percent(found.mean_risk)),
        ("AUC", number(found.auc)),
        ("PR-AUC", number(found.pr_auc)),
        ("Brier score", number(found.brier)),
        ("log loss", number(found.log_loss)),
        ("calibration error, points", points(found.ece, sign=False)),
    ]
    grid = table(("figure", "value"), rows, numbers=True)
    told = f"On {found.n:,} orders later than all that the judged model learned from."
    return f"## How good it is\n\n{told}\n\n{grid}"


def calibration_section(card: ModelCard, plot: str) -> str:
    """Return what was said and what came true by tenths, and the plot if given."""
    if not card.calibration:
        return ""
    rows = [
        (
            f"{percent(b.risk_from)} to {percent(b.risk_to)}",
            percent(b.mean_risk),
            f"{percent(b.rate)} ({percent(b.low)} to {percent(b.high)})",
            f"{b.n:,}",
        )
        for b in card.calibration
    ]
    seen = f"{OUTCOMES[card.target].done} (90 % interval)"
    grid = table(("said", "mean", seen, "orders"), rows, numbers=True)
    parts = [
        "## Does it happen as often as it says?",
        f"![What was said and what came true]({plot})" if plot else "",
        "Ten groups of equal size, from the lowest risk to the highest.",
        grid,
    ]
    return "\n\n".join(part for part in parts if part)


def groups_section(card: ModelCard) -> str:
    """Return the figures by group, those that are wrong beyond chance named first."""
    if not card.groups:
        return f"## For whom\n\n{NOT_MEASURED}"
    done = OUTCOMES[card.target].done
    sections = ["## For whom", ABOUT_GAPS, f"**{_verdict(card)}**"]
    for by, words in WAYS.items():
        rows = [_group(group) for group in card.groups if group.by == by]
        head = (words, "orders", done, "said", "gap (90 % interval)", "AUC", "Brier")
        if rows:
            grid = table((*head, "calibration error"), rows, numbers=True)
            sections.append(f"### By {words}\n\n{grid}")
    return "\n\n".join(sections)


def _verdict(card: ModelCard) -> str:
    wrong = [
        f"{WAYS[g.by]} {plain(g.group)} ({points(g.gap)})"
        for g in card.groups
        if g.beyond_chance
    ]
    count = len(card.groups)
    found = (
        f"Beyond chance in {len(wrong)} of {count} groups: {', '.join(wrong)}."
        if wrong
        else f"None of the {count} gaps is more than chance explains."
    )
    if card.figures is None or card.figures.mean_risk is None:
        return found
    overall = points(card.figures.mean_risk - card.figures.base_rate)
    return f"Over all orders the gap is {overall}. {found}"


def _group(group: GroupFigure) -> tuple[str, ...]:
    gap = f"{points(group.gap)} ({points(group.gap_low)} to {points(group.gap_high)})"
    return (
        plain(group.group),
        f"{group.n:,}",
        percent(group.base_rate),
        percent(group.mean_risk),
        f"**{gap}**" if group.beyond_chance else gap,
        number(group.auc),
        number(group.brier),
        points(group.ece, sign=False),
    )


def net_benefit_section(card: ModelCard) -> str:
    """Return what acting on the model is worth."""
    if not card.net_benefit:
        return ""
    rows = [
        (
            percent(at.threshold),
            f"1 to {(1 - at.threshold) / at.threshold:.3g}",
            percent(at.flagged),
            percent(at.precision),
            percent(at.recall),
            f"{at.net_benefit:+.3f}",
            f"{at.net_benefit_all:+.3f}",
        )
        for at in card.net_benefit
    ]
    done = f"of them {OUTCOMES[card.target].done}"
    head = ("from a risk of", "cost to gain", "acted on", done, "share of all found")
    grid = table((*head, "net benefit", "of acting on all"), rows, numbers=True)
    return f"## What acting on it is worth\n\n{ABOUT_NET_BENEFIT}\n\n{grid}"
