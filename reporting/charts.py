"""Charts: drawings to be put into a page, and the same figures as tables and words."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pygal

from reporting.drawing import HIGH, LOW, looks, svg, ticks
from reporting.units import Unit, written

STYLE_SHEET = Path(__file__).with_name("charts.css")
HEIGHT, SQUARE = 260, 400
BAR_HEIGHT, BAR_ROOM = 34, 40
# More labels than that would run into each other.
MOST_LABELS = 6
# Beyond it colours can't be told apart.
MOST_SERIES = 6
DOTS_UP_TO = 40


@dataclass(frozen=True)
class Point:
    """A figure with its interval."""

    value: float | None
    """The figure; None: nothing is known."""

    low: float | None = None
    """Lower end of its interval, where it has one."""

    high: float | None = None
    """Upper end of it."""

    n: int | None = None
    """From so many it was made, where that is told."""


@dataclass(frozen=True)
class Series:
    """A line: a name, and a figure for each label of the chart."""

    name: str
    """Said in the legend and in the head of the table."""

    points: Sequence[Point]
    """As many as there are labels."""


@dataclass(frozen=True)
class Chart:
    """A chart, and the same in words and figures."""

    title: str
    """What it shows."""

    summary: str
    """The same in a sentence, for who does not see it."""

    svg: str
    """The drawing, safe to be put into a page; empty where there is nothing to draw."""

    legend: tuple[tuple[str, str], ...]
    """Class in `charts.css` and name of each line; none where there is only one."""

    head: tuple[str, ...]
    """Heads of the table of its figures."""

    rows: tuple[tuple[str, ...], ...]
    """That table, written for people."""


def lines(
    title: str,
    summary: str,
    labels: Sequence[str],
    series: Sequence[Series],
    *,
    unit: Unit,
) -> Chart:
    """Return lines over time, each in a band where its figures have intervals.

    Parameters
    ----------
    labels : sequence of str
        One a point, such as days, in order.
    series : sequence of Series
        Six at the most are drawn; all are in the table.

    Examples
    --------
    >>> all_of_it = Series("all", [Point(0.1, 0.05, 0.2), Point(0.3)])
    >>> chart = lines("Risk", "It rose.", ["week 1", "week 2"], [all_of_it],
    ...     unit="share")
    >>> chart.rows[0], "<script" in chart.svg, "style=" in chart.svg
    (('week 1', '10.0 % (5.0 % to 20.0 %)'), False, False)
    """
    columns = [[_told(point, unit) for point in each.points] for each in series]
    rows = tuple(zip(labels, *columns, strict=True))
    head = ("", *(each.name for each in series))
    drawn = [each for each in series if _known(each.points)][:MOST_SERIES]
    if not drawn:
        return Chart(title, summary, "", (), head, rows)
    chart = pygal.Line(**looks(HEIGHT), dots_size=2.5, show_minor_x_labels=False)
    chart.show_dots = len(labels) <= DOTS_UP_TO
    chart.x_labels, chart.x_labels_major = list(labels), _some(labels)
    _scale(chart, (point for each in drawn for point in each.points), unit)
    classes: list[str] = []
    for number, each in enumerate(drawn):
        chart.add(each.name, [point.value for point in each.points])
        chart.add(LOW, [point.low for point in each.points], show_dots=False)
        chart.add(HIGH, [point.high for point in each.points], show_dots=False)
        classes += [f"color-{number}", LOW, HIGH]
    names = tuple((f"color-{n}", each.name) for n, each in enumerate(drawn))
    drawing = svg(chart, f"{title}. {summary}", classes)
    return Chart(title, summary, drawing, names if len(names) > 1 else (), head, rows)


def bars(
    title: str,
    summary: str,
    labels: Sequence[str],
    points: Sequence[Point],
    *,
    unit: Unit,
    name: str = "value",
) -> Chart:
    """Return a bar a label, the first uppermost, each with its interval.

    Parameters
    ----------
    name : str
        What the figures are, for the head of the table.

    Examples
    --------
    >>> effect = [Point(-0.1, -0.2, 0)]
    >>> chart = bars("Effect", "It helps.", ["email"], effect, unit="points")
    >>> chart.head, chart.rows
    (('', 'value'), (('email', '-10.0 pt (-20.0 pt to +0.0 pt)'),))
    """
    told = (_told(point, unit) for point in points)
    rows = tuple(zip(labels, told, strict=True))
    if not _known(points):
        return Chart(title, summary, "", (), ("", name), rows)
    chart = pygal.HorizontalBar(**looks(BAR_ROOM + BAR_HEIGHT * len(labels)))
    _scale(chart, [*points, Point(0.0)], unit)
    # pygal begins below.
    chart.x_labels = list(labels)[::-1]
    chart.add(name, [_with_interval(point) for point in points][::-1])
    drawing = svg(chart, f"{title}. {summary}", ["color-0"])
    return Chart(title, summary, drawing, (), ("", name), rows)


def calibration(
    title: str, summary: str, said: Sequence[float], seen: Sequence[Point]
) -> Chart:
    """Return what came true over what was said, and where it would if all were right.

    Parameters
    ----------
    said : sequence of float
        Mean probability of each bin, 0-1, in order.
    seen : sequence of Point
        Share that came true, with its interval and n.

    Examples
    --------
    >>> calibration("Said and seen", "", [0.2], [Point(0.25, 0.2, 0.3, 40)]).rows
    (('20.0 %', '25.0 % (20.0 % to 30.0 %)', '40'),)
    """
    head = ("said", "came true", "n")
    rows = tuple(
        (written(x, "share"), _told(point, "share"), written(point.n, "count"))
        for x, point in zip(said, seen, strict=True)
    )
    drawn = [(x, p) for x, p in zip(said, seen, strict=True) if p.value is not None]
    if not drawn:
        return Chart(title, summary, "", (), head, rows)
    highest = max(max(x, p.high or 0.0, p.value or 0.0) for x, p in drawn)
    end = min(1.0, math.ceil(highest * 10) / 10)
    chart = pygal.XY(**looks(SQUARE), dots_size=3.5, show_x_guides=True)
    chart.range = chart.xrange = (0.0, end)
    chart.x_labels = chart.y_labels = ticks(0.0, end)
    chart.value_formatter = chart.x_value_formatter = lambda v: f"{100 * v:.0f} %"
    chart.add("as often as said", [(0.0, 0.0), (end, end)], show_dots=False)
    for x, point in drawn:
        if point.low is not None and point.high is not None:
            chart.add("interval", [(x, point.low), (x, point.high)], show_dots=False)
    classes = ["even", *["whisker"] * (len(chart.raw_series) - 1), "color-0"]
    chart.add("came true", [(x, point.value) for x, point in drawn])
    drawing = svg(chart, f"{title}. {summary}", classes)
    legend = (("color-0", "came true, 90 % interval"), ("even", "as often as said"))
    return Chart(title, summary, drawing, legend, head, rows)


def _known(points: Sequence[Point]) -> bool:
    return any(point.value is not None for point in points)


def _told(point: Point, unit: Unit) -> str:
    told = written(point.value, unit)
    if point.low is None or point.high is None:
        return told
    return f"{told} ({written(point.low, unit)} to {written(point.high, unit)})"


def _scale(chart: Any, points: Iterable[Point], unit: Unit) -> None:
    each = [v for p in points for v in (p.value, p.low, p.high) if v is not None]
    marks = ticks(min(0.0, *each), max(0.0, *each))
    chart.range = (marks[0], marks[-1])
    chart.y_labels = marks
    chart.value_formatter = lambda value: written(value, unit).replace(".0 ", " ")


def _some(labels: Sequence[str]) -> list[str]:
    return list(labels)[:: max(1, math.ceil(len(labels) / MOST_LABELS))]


def _with_interval(point: Point) -> dict[str, Any]:
    if point.low is None or point.high is None:
        return {"value": point.value}
    return {"value": point.value, "ci": {"low": point.low, "high": point.high}}
