"""Tables and their CSV say the same, in the order that is asked for."""

import csv
import io

import pytest

from reporting.figures.values import Value
from server.dashboard.tables import Column, Table, interval, shown


def in_file(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text)))


def on_page(section) -> list[list[str]]:
    """Return the cells of a table without their intervals."""
    return [
        [
            " ".join(
                t.strip()
                for t in cell.xpath(
                    ".//text()[not(ancestor::*[contains(@class, 'between')])]"
                ).getall()
            ).strip()
            for cell in row.css("th, td:not(.do)")
        ]
        for row in section.css("tbody tr")
    ]


def test_every_csv_is_its_table(shop):
    client, compared = shop.client("vera"), 0
    for path in shop.paths:
        page = client.get(path).page
        for section in page.css("section.card[id]"):
            href = section.css(".csv::attr(href)").get()
            if href is None:
                assert section.css(".first")
                continue
            answer = client.get(href)
            assert answer.headers["Content-Type"].startswith("text/csv")
            assert "attachment" in answer.headers["Content-Disposition"]
            head, *rows = in_file(answer.text)
            cells = on_page(section)
            assert len(rows) == len(cells) > 0, href
            assert [r[0] for r in rows if not r[0][:1].isdigit()] == [
                c[0] for c, r in zip(cells, rows, strict=True) if not r[0][:1].isdigit()
            ], href
            compare_figures(head, rows, section, cells)
            compared += 1
    assert compared > 15


def compare_figures(head, rows, section, cells) -> None:
    """Every share and count on the page is that of the file."""
    bare = [n for n, name in enumerate(head) if not name.endswith(("_low", "_high"))]
    for row, shown_row in zip(rows, cells, strict=True):
        for number, text in zip(bare, shown_row, strict=True):
            if text.endswith(" %"):
                assert float(row[number]) * 100 == pytest.approx(
                    float(text[:-2]), abs=0.0501
                )
            elif text.startswith("$"):
                assert float(row[number]) == pytest.approx(
                    float(text[1:].replace(",", "")), abs=0.501
                )
            elif text.replace(",", "").isdigit() and row[number].isdigit():
                assert int(row[number]) == int(text.replace(",", ""))


def test_intervals_have_columns_of_their_own():
    rows = [{"risk": Value(0.3, 0.2, 0.4, 10)}, {"risk": Value()}, {}]
    table = Table("t", "T", [Column("risk", "Risk", "share")], rows)
    assert in_file(table.as_csv()) == [
        ["risk", "risk_low", "risk_high"],
        ["0.3", "0.2", "0.4"],
        ["", "", ""],
        ["", "", ""],
    ]
    assert shown(rows[0]["risk"], "share") == "30.0 %"
    assert interval(rows[0]["risk"], "share") == "20.0 % to 40.0 %"
    assert interval(rows[1]["risk"], "share") == ""


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "\t=1"])
def test_a_spreadsheet_takes_no_text_for_a_formula(text):
    table = Table("t", "T", [Column("title", "Title")], [{"title": text}])
    assert in_file(table.as_csv())[1] == [f"'{text}"]


def test_a_page_has_no_other_tables(shop):
    client = shop.client("vera")
    assert client.get("/dashboard/crawls/?format=csv&table=users").status == 404
    assert client.get("/dashboard/crawls/?format=csv").status == 404


def test_the_order_that_is_asked_for(shop):
    client = shop.client("vera")

    def spiders(order: str) -> tuple[list[str], list[str | None]]:
        section = client.get(f"/dashboard/crawls/?sort={order}").page.css("#runs")
        heads = section.css("thead th[aria-sort]")
        told = [(h.attrib["aria-sort"], h.css("a::text").get()) for h in heads]
        return [row[1] for row in on_page(section)], told

    up, told = spiders("runs.spider")
    assert up == sorted(up)
    assert told == [("ascending", "Source")]
    down, told = spiders("runs.-spider")
    assert down == up[::-1] != up
    assert told == [("descending", "Source")]
    for other in ("runs.nothing", "watches.spider", "", "runs", ".", "runs.-"):
        assert spiders(other)[1] == []


def test_a_head_turns_the_order_it_is_in(shop):
    client = shop.client("vera")
    link = "#runs thead th:nth-child(6) a::attr(href)"  # pages: the largest first
    first = client.get("/dashboard/crawls/").page.css(link).get()
    assert "sort=runs.-pages" in first
    again = client.get(first.partition("#")[0]).page.css(link).get()
    assert "sort=runs.pages" in again
