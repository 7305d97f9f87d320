"""Charts: drawings to be put into a page, and the same figures as tables and words."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pygal

from reporting.drawing import HIGH, LOW, looks, svg, ticks
from reporting.figures.values import Value
from reporting.units import Unit, written

STYLE_SHEET = Path(__file__).with_name("charts.css")
HEIGHT, SQUARE = 260, 400
BAR_HEIGHT, BAR_ROOM = 34, 40
# More labels than that would run into each other.
MOST_LABELS = 6
# Beyond it colours can't be told apart; bands, where they would hide one another.
MOST_LINES, MOST_BANDS = 6, 3
DOTS_UP_TO = 40


@dataclass(frozen=True)
class Line:
    """A line of a chart."""

    name: str
    """Said in the legend and in the head of the table."""

    values: Sequence[Value]
    """One for each label of the chart; without a value the line is broken."""

    look: str = ""
    """Its class in `charts.css`; by default the next colour."""


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
    title: str, summary: str, labels: Sequence[str], told: Sequence[Line], *, unit: Unit
) -> Chart:
    """Return lines over time; up to three stand in bands, where there are intervals.

    Parameters
    ----------
    labels : sequence of str
        One a value, such as days, in order.
    told : sequence of Line
        Six at the most are drawn; all are in the table.

    Examples
    --------
    >>> shop = Line("shop", [Value(0.1, 0.05, 0.2), Value(0.3)])
    >>> chart = lines("Risk", "It rose.", ["May", "June"], [shop], unit="share")
    >>> chart.rows[0], "<script" in chart.svg, "style=" in chart.svg
    (('May', '10.0 % (5.0 % to 20.0 %)'), False, False)
    """
    columns = [[_told(value, unit) for value in line.values] for line in told]
    rows = tuple(zip(labels, *columns, strict=True))
    head = ("", *(line.name for line in told))
    drawn = [line for line in told if _known(line.values)][:MOST_LINES]
    if not drawn:
        return Chart(title, summary, "", (), head, rows)
    chart = pygal.Line(**looks(HEIGHT), dots_size=2.5, show_minor_x_labels=False)
    chart.allow_interruptions = True
    chart.show_dots = len(labels) <= DOTS_UP_TO
    chart.x_labels, chart.x_labels_major = list(labels), _some(labels)
    shown = [value for line in drawn for value in line.values]
    if len(drawn) > MOST_BANDS:
        shown = [Value(value.value) for value in shown]
    _scale(chart, shown, unit)
    names = [(line.look or f"color-{n}", line.name) for n, line in enumerate(drawn)]
    classes: list[str] = []
    for line, (look, _) in zip(drawn, names, strict=True):
        chart.add(line.name, [value.value for value in line.values])
        classes.append(look)
        if len(drawn) <= MOST_BANDS:
            chart.add(LOW, [value.low for value in line.values], show_dots=False)
            chart.add(HIGH, [value.high for value in line.values], show_dots=False)
            classes += [LOW, HIGH]
    drawing = svg(chart, f"{title}. {summary}", classes)
    legend = tuple(names) if len(names) > 1 else ()
    return Chart(title, summary, drawing, legend, head, rows)


def bars(
    title: str,
    summary: str,
    labels: Sequence[str],
    values: Sequence[Value],
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
    >>> effect = [Value(-0.1, -0.2, 0)]
    >>> chart = bars("Effect", "It helps.", ["email"], effect, unit="points")
    >>> chart.head, chart.rows
    (('', 'value'), (('email', '-10.0 pt (-20.0 pt to +0.0 pt)'),))
    """
    told = (_told(value, unit) for value in values)
    rows = tuple(zip(labels, told, strict=True))
    if not _known(values):
        return Chart(title, summary, "", (), ("", name), rows)
    chart = pygal.HorizontalBar(**looks(BAR_ROOM + BAR_HEIGHT * len(labels)))
    _scale(chart, [*values, Value(0.0)], unit)
    # pygal begins below.
    chart.x_labels = list(labels)[::-1]
    chart.add(name, [_with_interval(value) for value in values][::-1])
    drawing = svg(chart, f"{title}. {summary}", ["color-0"])
    return Chart(title, summary, drawing, (), ("", name), rows)


def calibration(
    title: str, summary: str, said: Sequence[float], seen: Sequence[Value]
) -> Chart:
    """Return what came true over what was said, and where it would if all were right.

    Parameters
    ----------
    said : sequence of float
        Mean probability of each bin, 0-1, in order.
    seen : sequence of Value
        Share that came true, with its interval and n.

    Examples
    --------
    >>> calibration("Said and seen", "", [0.2], [Value(0.25, 0.2, 0.3, 40)]).rows
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


def _known(values: Sequence[Value]) -> bool:
    return any(value.value is not None for value in values)


def _told(value: Value, unit: Unit) -> str:
    told = written(value.value, unit)
    if value.low is None or value.high is None:
        return told
    return f"{told} ({written(value.low, unit)} to {written(value.high, unit)})"


def _scale(chart: Any, values: Iterable[Value], unit: Unit) -> None:
    each = [v for p in values for v in (p.value, p.low, p.high) if v is not None]
    marks = ticks(min(0.0, *each), max(0.0, *each))
    if marks[-1] <= 0:
        # pygal takes an end of 0 for none.
        marks.append(marks[-1] - marks[-2] + marks[-1])
    chart.range = (marks[0], marks[-1])
    chart.y_labels = marks
    chart.value_formatter = lambda value: written(value, unit).replace(".0 ", " ")


def _some(labels: Sequence[str]) -> list[str]:
    return list(labels)[:: max(1, math.ceil(len(labels) / MOST_LABELS))]


def _with_interval(value: Value) -> dict[str, Any]:
    if value.low is None or value.high is None:
        return {"value": value.value}
    return {"value": value.value, "ci": {"low": value.low, "high": value.high}}
