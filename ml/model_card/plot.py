"""The calibration plot: what was said against what came true, as SVG."""

import math
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from ml.model_card.facts import CalibrationBin, ModelCard
from ml.model_card.words import OUTCOMES

# The badge's colours, on paper.
PAPER, INK, QUIET, LINE, ACCENT = "#ffffff", "#1b1d22", "#5b606b", "#d9dce3", "#1a5fd0"
STYLE: Any = {
    "svg.fonttype": "none",
    "svg.hashsalt": "trendguard",
    "font.family": "sans-serif",
    "font.size": 11,
    "text.color": INK,
    "axes.edgecolor": LINE,
    "axes.labelcolor": QUIET,
    "xtick.color": QUIET,
    "ytick.color": QUIET,
    "axes.spines.top": False,
    "axes.spines.right": False,
}


def write_calibration_plot(card: ModelCard, file: Path) -> None:
    """Write the plot; the same card makes the same bytes."""
    with mpl.rc_context(STYLE):
        figure = _figure(card)
        figure.savefig(file, format="svg", metadata={"Date": None})


def _figure(card: ModelCard) -> Figure:
    outcome = OUTCOMES[card.target]
    figure = Figure(figsize=(6.4, 7.4), facecolor=PAPER)
    places = {"left": 0.12, "right": 0.97, "top": 0.87, "bottom": 0.08, "hspace": 0.05}
    rates, counts = figure.subplots(
        2, 1, sharex=True, height_ratios=(5.5, 1), gridspec_kw=places
    )
    end = _end(card)
    _draw_rates(rates, card.calibration, end)
    _draw_counts(counts, card.histogram)
    rates.set_ylabel(f"{outcome.done}, of those orders")
    counts.set_xlabel(f"said: the chance of {outcome.noun}")
    for axes in (rates, counts):
        axes.set_xlim(0, end)
        axes.tick_params(length=0)
        axes.xaxis.set_major_formatter("{x:.0%}")
        axes.yaxis.set_major_formatter("{x:.0%}")
    figure.text(0.12, 0.945, _title(card), fontsize=14, color=INK)
    figure.text(0.12, 0.905, _subtitle(card), fontsize=10, color=QUIET)
    return figure


def _title(card: ModelCard) -> str:
    return f"What the {card.purpose} model said, and what came true"


def _subtitle(card: ModelCard) -> str:
    orders = f"{card.figures.n:,} later orders" if card.figures else "later orders"
    sample = " of a made-up market" if card.trained_on == "sample" else ""
    return f"{orders}{sample} in tenths, with 90 % intervals"


def _end(card: ModelCard) -> float:
    # Up to the next tenth that holds all there is.
    highest = max((max(b.high, b.risk_to) for b in card.calibration), default=1.0)
    return min(1.0, math.ceil(highest * 10) / 10)


def _draw_rates(axes: Axes, bins: list[CalibrationBin], end: float) -> None:
    said = [b.mean_risk for b in bins]
    seen = np.array([b.rate for b in bins])
    reach = [seen - [b.low for b in bins], [b.high for b in bins] - seen]
    axes.plot([0, end], [0, end], color=QUIET, linewidth=1, linestyle=(0, (4, 4)))
    axes.errorbar(
        said, seen, reach, color=ACCENT, fmt="o-", linewidth=1.2, elinewidth=1.6
    )
    axes.set_ylim(0, end)
    axes.grid(color=LINE, linewidth=0.6)
    axes.set_axisbelow(True)
    axes.annotate(
        "as often as said",
        (end * 0.9, end * 0.9),
        xytext=(-8, 10),
        textcoords="offset points",
        ha="right",
        color=QUIET,
        fontsize=10,
    )


def _draw_counts(axes: Axes, shares: list[float]) -> None:
    edges = np.linspace(0, 1, len(shares) + 1)
    axes.stairs(shares, edges, fill=True, color=ACCENT, alpha=0.35, linewidth=0)
    axes.set_ylabel("orders")
    axes.set_ylim(0, max(shares, default=0) * 1.15 or 1)
    axes.yaxis.set_major_locator(MaxNLocator(2, prune="upper"))
