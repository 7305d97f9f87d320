"""The report in Power BI's text form (PBIR): pages of visuals on the model's figures.

References
----------
JSON schemas of ``fabric/item/report/definition``, github.com/microsoft/json-schemas.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reporting.figures.measures import (
    AT_STAKE,
    OPEN_SALES,
    ORDERS,
    REGRET_RATE,
    RETURN_RATE,
    RETURNED_SALES,
    RETURNS,
    RISK,
    SALES,
    Measure,
)
from reporting.powerbi.tmdl import MEASURE_TABLE

SCHEMAS = "https://developer.microsoft.com/json-schemas/fabric"
DEFINITION = f"{SCHEMAS}/item/report/definition"
WIDTH, HEIGHT, GAP = 1280, 720, 16
Field = Measure | tuple[str, str]


@dataclass(frozen=True)
class Visual:
    """A visual: type, title, place in sixteenths of the page, fields by role."""

    kind: str
    title: str
    place: tuple[int, int, int, int]
    """Left, top, width, height."""
    roles: dict[str, tuple[Field, ...]]
    falling_by: Measure | None = None
    """What it is sorted by."""


@dataclass(frozen=True)
class Page:
    """A page of the report."""

    name: str
    title: str
    visuals: tuple[Visual, ...]


def _tile(measure: Measure, left: int) -> Visual:
    return Visual("card", measure.title, (left, 2, 4, 3), {"Values": (measure,)})


def _slicer(title: str, field: tuple[str, str], left: int, width: int) -> Visual:
    return Visual("slicer", title, (left, 0, width, 2), {"Values": (field,)})


def _line(measure: Measure, place: tuple[int, int, int, int]) -> Visual:
    roles: dict[str, tuple[Field, ...]] = {
        "Category": (("date", "month"),),
        "Series": (("product", "category"),),
        "Y": (measure,),
    }
    title = f"{measure.title} by category over time"
    return Visual("lineChart", title, place, roles)


SLICERS = (
    _slicer("Days", ("date", "day"), 0, 8),
    _slicer("Category", ("product", "category"), 8, 4),
    _slicer("Hashtag", ("hashtag", "hashtag"), 12, 4),
)
PAGES = (
    Page(
        "overview",
        "Overview",
        (
            *SLICERS,
            _tile(RISK, 0),
            _tile(AT_STAKE, 4),
            _tile(REGRET_RATE, 8),
            _tile(RETURN_RATE, 12),
            _line(REGRET_RATE, (0, 5, 8, 11)),
            Visual(
                "clusteredBarChart",
                "Money at stake by category",
                (8, 5, 8, 11),
                {"Category": (("product", "category"),), "Y": (AT_STAKE,)},
                AT_STAKE,
            ),
        ),
    ),
    Page(
        "products",
        "Products at risk",
        (
            *SLICERS,
            Visual(
                "tableEx",
                "Products with the most money at stake",
                (0, 2, 16, 14),
                {
                    "Values": (
                        ("product", "title"),
                        ("product", "category"),
                        ("product", "strongest_hashtag"),
                        ("product", "stage"),
                        RISK,
                        OPEN_SALES,
                        AT_STAKE,
                        ORDERS,
                        RETURN_RATE,
                        REGRET_RATE,
                    )
                },
                AT_STAKE,
            ),
        ),
    ),
    Page(
        "sales",
        "Sales and returns",
        (
            *SLICERS,
            _tile(ORDERS, 0),
            _tile(SALES, 4),
            _tile(RETURNS, 8),
            _tile(RETURNED_SALES, 12),
            _line(RETURN_RATE, (0, 5, 8, 11)),
            _line(SALES, (8, 5, 8, 11)),
        ),
    ),
    Page(
        "trends",
        "Trends",
        (
            *SLICERS,
            Visual(
                "tableEx",
                "What hangs on each hashtag",
                (0, 2, 16, 14),
                {
                    "Values": (
                        ("hashtag", "hashtag"),
                        ("hashtag", "newest_stage"),
                        ORDERS,
                        RISK,
                        AT_STAKE,
                        REGRET_RATE,
                    )
                },
                AT_STAKE,
            ),
        ),
    ),
)


def write_report(folder: Path) -> None:
    """Write the files of ``definition/`` into `folder`."""
    _write(folder / "version.json", "versionMetadata/1.0.0", {"version": "2.0.0"})
    _write(folder / "report.json", "report/3.0.0", {"themeCollection": {}})
    order = {
        "pageOrder": [page.name for page in PAGES],
        "activePageName": PAGES[0].name,
    }
    _write(folder / "pages" / "pages.json", "pagesMetadata/1.0.0", order)
    for page in PAGES:
        _write_page(folder / "pages" / page.name, page)


def _write_page(folder: Path, page: Page) -> None:
    size = {"displayOption": "FitToPage", "height": HEIGHT, "width": WIDTH}
    named = {"name": page.name, "displayName": page.title}
    _write(folder / "page.json", "page/2.0.0", named | size)
    for number, visual in enumerate(page.visuals):
        name = f"visual{number:02}"
        body = {"name": name, "position": _position(visual, number)}
        body["visual"] = _configuration(visual)
        file = folder / "visuals" / name / "visual.json"
        _write(file, "visualContainer/2.0.0", body)


def _position(visual: Visual, number: int) -> dict[str, float]:
    left, top, width, height = visual.place
    across, down = (WIDTH - GAP) / 16, (HEIGHT - GAP) / 16
    return {
        "x": GAP + left * across,
        "y": GAP + top * down,
        "z": number,
        "width": width * across - GAP,
        "height": height * down - GAP,
        "tabOrder": number,
    }


def _configuration(visual: Visual) -> dict[str, Any]:
    query: dict[str, Any] = {
        "queryState": {
            role: {"projections": [_projection(field) for field in fields]}
            for role, fields in visual.roles.items()
        }
    }
    if visual.falling_by is not None:
        sort = {"field": _field(visual.falling_by), "direction": "Descending"}
        query["sortDefinition"] = {"sort": [sort]}
    title = {"show": _literal("true"), "text": _literal(f"'{visual.title}'")}
    return {
        "visualType": visual.kind,
        "query": query,
        "visualContainerObjects": {"title": [{"properties": title}]},
        "drillFilterOtherVisuals": True,
    }


def _projection(field: Field) -> dict[str, Any]:
    table, name = _named(field)
    return {
        "field": _field(field),
        "queryRef": f"{table}.{name}",
        "nativeQueryRef": name,
    }


def _field(field: Field) -> dict[str, Any]:
    table, name = _named(field)
    kind = "Measure" if isinstance(field, Measure) else "Column"
    return {kind: {"Expression": {"SourceRef": {"Entity": table}}, "Property": name}}


def _named(field: Field) -> tuple[str, str]:
    return (MEASURE_TABLE, field.title) if isinstance(field, Measure) else field


def _literal(value: str) -> dict[str, Any]:
    return {"expr": {"Literal": {"Value": value}}}


def _write(file: Path, schema: str, body: dict[str, Any]) -> None:
    write_json(file, f"{DEFINITION}/{schema}/schema.json", body)


def write_json(file: Path, schema: str, body: dict[str, Any]) -> None:
    """Write a JSON file that names its schema."""
    file.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps({"$schema": schema} | body, indent=2, ensure_ascii=False)
    file.write_text(text + "\n", encoding="utf-8")
