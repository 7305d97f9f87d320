"""Charts: what is drawn is what is told, and fits into a page that forbids a lot."""

import re
from xml.etree import ElementTree

import pytest

from reporting.charts import STYLE_SHEET, Chart, Line, bars, calibration, lines
from reporting.drawing import ticks
from reporting.figures.values import Value

SVG = "{http://www.w3.org/2000/svg}"
DAYS = [f"day {number}" for number in range(60)]


def parts(chart: Chart, name: str) -> list[ElementTree.Element]:
    root = ElementTree.fromstring(chart.svg)
    return [e for e in root.iter() if name in (e.get("class") or "").split()]


def points(path: ElementTree.Element) -> list[tuple[float, float]]:
    found = re.findall(r"(-?[\d.]+) (-?[\d.]+)", path.get("d"))
    return [(float(x), float(y)) for x, y in found]


@pytest.fixture
def risk():
    values = [Value(0.2 + n / 200, 0.1 + n / 200, 0.4 + n / 200) for n in range(60)]
    return lines("Risk", "It rises.", DAYS, [Line("shop", values)], unit="share")


EVERY = [
    lines("a", "b", ["x"], [Line("<b>&", [Value(1.0)])], unit="count"),
    bars("a", "b", ["<i>"], [Value(0.5, 0.4, 0.6)], unit="share"),
    calibration("a", "b", [0.1, 0.3], [Value(0.1, 0.0, 0.2, 9), Value(0.4)]),
]


@pytest.mark.parametrize("chart", EVERY)
def test_nothing_in_it_needs_leave_of_the_page(chart):
    root = ElementTree.fromstring(chart.svg)
    for element in root.iter():
        assert element.tag.removeprefix(SVG) not in {"script", "style", "a", "image"}
        assert not {"style", "id"} & set(element.attrib)
        assert not [name for name in element.attrib if name.startswith("on")]
    assert root.get("role") == "img"
    assert root.get("aria-label") == "a. b"
    assert "http" not in chart.svg.replace("http://www.w3.org/", "")


def test_what_has_a_strange_name_stays_text():
    chart = bars("a", "b", ["<script>x</script>"], [Value(1.0)], unit="count")
    assert "<script" not in chart.svg
    assert "&lt;script&gt;" in chart.svg


def test_every_class_is_dressed(risk):
    sheet = STYLE_SHEET.read_text()
    for chart in (*EVERY, risk):
        names = {
            name for e in parts(chart, "series") for name in e.get("class").split()
        }
        for name in names - {"series"}:
            assert f".{name}" in sheet, name


def test_the_band_holds_the_line(risk):
    (band,) = parts(risk, "band")
    (line,) = parts(risk, "line")[-1:]
    line = next(e for e in parts(risk, "line") if len(points(e)) == 60)
    around = points(band)
    assert len(around) == 2 * 60
    low, high = around[:60], around[60:][::-1]
    for (x, y), (x_low, below), (x_high, above) in zip(
        points(line), low, high, strict=True
    ):
        assert x == x_low == x_high
        assert above < y < below  # upwards is less in SVG
    height = max(y for _, y in around)
    assert (low[0][1] - high[0][1]) / height == pytest.approx(0.3 / 0.7, abs=0.05)


def test_where_nothing_is_known_line_and_band_are_broken():
    known = Value(0.3, 0.2, 0.4)
    values = [known, known, Value(), known, known]
    chart = lines("a", "b", list("vwxyz"), [Line("s", values)], unit="share")
    assert len(parts(chart, "band")) == 2
    assert [row[1] for row in chart.rows][2] == "—"
    assert lines("a", "b", ["x"], [Line("s", [Value()])], unit="share").svg == ""


def test_many_lines_have_no_bands_and_six_are_drawn():
    told = [Line(f"s{n}", [Value(0.1 * n, 0.0, 1.0)] * 3) for n in range(8)]
    chart = lines("a", "b", list("xyz"), told, unit="share")
    assert parts(chart, "band") == []
    assert [name for _, name in chart.legend] == ["s0", "s1", "s2", "s3", "s4", "s5"]
    assert len(chart.head) == 9
    assert len(lines("a", "b", list("xyz"), told[:3], unit="share").legend) == 3


def test_bars_are_as_long_as_their_values():
    chart = bars("a", "b", ["x", "y"], [Value(0.2), Value(-0.1)], unit="points")
    wide = [float(e.get("width")) for e in parts(chart, "rect")]
    assert sorted(wide)[0] / sorted(wide)[1] == pytest.approx(0.5, rel=0.01)
    assert parts(chart, "ci") == []
    texts = [e.text for e in ElementTree.fromstring(chart.svg).iter(f"{SVG}text")]
    assert texts.index("x") > texts.index("y")  # pygal begins below


def test_values_are_told_where_the_mouse_is():
    chart = lines("a", "b", ["May"], [Line("s", [Value(0.25)])], unit="share")
    titles = [e.text for e in ElementTree.fromstring(chart.svg).iter(f"{SVG}title")]
    assert titles == ["May: 25 %"]


@pytest.mark.parametrize(
    ("low", "high"), [(0.0, 0.0), (0.0, 1.0), (-0.031, 0.02), (0, 7_654_321), (3, 3)]
)
def test_ticks_are_few_and_hold_all(low, high):
    found = ticks(low, high)
    assert 2 <= len(found) <= 8
    assert found[0] <= low
    assert found[-1] >= high
