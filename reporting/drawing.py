"""What becomes of pygal's drawing before it stands in a page.

Styles, scripts, ids and tooltips are taken away, so that a page that allows none of
them inline may hold it; what is left is named by what it is, and dressed by
`charts.css`.
"""

import math
import re
import sys
from collections.abc import Sequence
from typing import Any

import pygal
from lxml import etree
from pygal.style import Style

# Its import hook is of Python 2's kind: every import of what is not there would warn.
sys.meta_path[:] = [
    finder
    for finder in sys.meta_path
    if not isinstance(finder, pygal.PluginImportFixer)
]

WIDTH = 640
FONT = 12
# What a series may be besides a class of `charts.css`: the ends of the band of the one
# before, in this order.
LOW, HIGH = "low", "high"
_SERIES = re.compile(r"\bserie-(\d+)\b")
_UNWANTED = (
    "//comment() | //*[local-name()='defs'] | /*/*[local-name()='title']"
    " | //*[local-name()='desc' or @class='background' or @class='titles']"
    " | //*[contains(@class, 'text-overlay') or contains(@class, 'tooltip-overlay')]"
    " | //*[@class='guides']/*[local-name()='title']"
)
_POINT = re.compile(r"(-?[\d.]+) (-?[\d.]+)")
_PLAIN = Style(
    font_family="sans-serif", label_font_size=FONT, major_label_font_size=FONT
)


def looks(height: int) -> dict[str, Any]:
    """Return how every chart is laid out; its colours are the page's."""
    return {
        "width": WIDTH,
        "height": height,
        "margin": 6,
        "margin_right": 24,
        "js": (),
        "css": (),
        "style": _PLAIN,
        "show_legend": False,
        "truncate_label": 28,
    }


def ticks(low: float, high: float, most: int = 6) -> list[float]:
    """Return round numbers from at most `low` to at least `high`.

    >>> ticks(0.0, 0.37)
    [0.0, 0.1, 0.2, 0.3, 0.4]
    """
    width = (high - low) / (most - 1) or 1.0
    power = 10.0 ** math.floor(math.log10(width))
    step = next(power * unit for unit in (1, 2, 5, 10) if power * unit >= width * 0.999)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    last = max(last, first + 1)
    return [round(number * step, 10) for number in range(first, last + 1)]


def svg(chart: Any, name: str, series: Sequence[str]) -> str:
    """Return a chart of pygal as SVG to be put into a page.

    Parameters
    ----------
    chart : pygal.Graph
        Filled.
    name : str
        What is told of it to who does not see it.
    series : sequence of str
        What each of its series is, in the order they were added.
    """
    root = chart.render_tree()
    _tell_values(root)
    for element in root.xpath(_UNWANTED):
        element.getparent().remove(element)
    for element in root.iter():
        for attribute in ("style", "id"):
            element.attrib.pop(attribute, None)
    groups = [_groups(root, number) for number in range(len(series))]
    for number, what in enumerate(series):
        for group in groups[number]:
            group.set("class", f"series {what}")
    for number, what in enumerate(series):
        if what == LOW:
            _make_band(groups[number - 1], groups[number], groups[number + 1])
    root.set("class", "chart")
    root.set("role", "img")
    root.set("aria-label", name)
    return str(etree.tostring(root, encoding="unicode"))


def _groups(root: Any, number: int) -> list[Any]:
    name = f" serie-{number} "
    return list(root.xpath(f"//*[contains(concat(@class, ' '), '{name}')]"))


def _tell_values(root: Any) -> None:
    """Put what pygal's script would show into titles, which browsers show by
    themselves.
    """
    for value in root.xpath("//*[local-name()='desc' and @class='value']"):
        label = value.xpath("../*[@class='x_label']/text()")
        title = etree.SubElement(value.getprevious(), "title")
        title.text = ": ".join([*label, value.text or ""])


def _make_band(line: list[Any], low: list[Any], high: list[Any]) -> None:
    """Make areas of two lines, and put them behind the line they belong to."""
    ends = (_pieces(groups) for groups in (low, high))
    # Both are broken where nothing is known.
    for below, above in zip(*ends, strict=True):
        around = " L".join(f"{x} {y}" for x, y in [*below, *reversed(above)])
        band = etree.Element("path", {"class": "band", "d": f"M{around} Z"})
        line[0].insert(0, band)
    for group in (*low, *high):
        group.getparent().remove(group)


def _pieces(groups: list[Any]) -> list[list[tuple[str, str]]]:
    paths = [str(path) for group in groups for path in group.xpath(".//@d")]
    return [_POINT.findall(piece) for path in paths for piece in path.split("M")[1:]]
