"""The effects' page: what interventions did, against those who got none."""

from datetime import datetime
from typing import Any

from flask import Blueprint, Response

from interventions.experiments.effects import KEPT_MONEY, RETURN_RATE
from ml.standing.findings import kept_finding
from reporting.charts import Chart, bars
from reporting.figures.values import Value
from server.access import only_who_may
from server.dashboard.shell import page
from server.dashboard.tables import Column, Kind, Table
from server.state import state

blueprint = Blueprint("dashboard_effects", __name__, url_prefix="/dashboard/effects")
blueprint.before_request(only_who_may)

ANY_TIME = "95 %, however often one looks."


def compared(kind: Kind, difference: Kind, words: str) -> tuple[Column, ...]:
    """Return the columns of a figure with and without interventions."""
    return (
        Column("method", "Method"),
        Column("treatment", "With", kind, words),
        Column("holdout", "Without", kind),
        Column("difference", "Difference", difference, ANY_TIME),
        Column("people", "People", "count", "In both arms."),
        Column("sure", "Surely not nothing"),
    )


RETURNS = compared("share", "points", "Share of orders that came back.")
MONEY = compared("number", "number", "Kept an order.")
SEGMENTS = (
    Column("dimension", "By"),
    Column("value", "Part"),
    Column("treatment", "With", "share"),
    Column("holdout", "Without", "share"),
    Column("difference", "Difference", "points", f"{ANY_TIME} All parts together."),
    Column("people", "People", "count"),
    Column("state", "State", "tone"),
)


@blueprint.get("/")
def get_effects() -> Response:
    """Effects on returns and money, and by part."""
    with state().database.reading() as session:
        found = kept_finding(session, "experiment")
    if found is None or not found[0]["orders"]:
        return page("effects.html", "What interventions do", told=None)
    tables, values = effects(*found)
    return page("effects.html", "What interventions do", tables, **values)


def effects(
    told: dict[str, Any], computed_at: datetime
) -> tuple[tuple[Table, ...], dict[str, Any]]:
    """Return the tables of a finding, and what else `effects_body.html` shows."""
    values = {"told": told, "computed_at": computed_at, "chart": _chart(told)}
    return _tables(told), values


def return_effect(told: dict[str, Any]) -> Value | None:
    """Return by how much interventions change the share that comes back; the first
    that is told has the narrowest interval.
    """
    found = (row for row in told["effects"] if row["figure"] == RETURN_RATE.name)
    row = next(found, None)
    return _difference(row) if row else None


def _tables(told: dict[str, Any]) -> tuple[Table, ...]:
    off = {(part["dimension"], part["value"]) for part in told["switched_off"]}
    parts = [
        {
            **row,
            "dimension": row["dimension"].replace("_", " "),
            "difference": _difference(row),
            "state": "off" if (row["dimension"], row["value"]) in off else "active",
        }
        for row in told["segments"]
    ]
    money = f"Money kept an order, {told['currency']}"
    few = "Too few people were in the experiment to tell."
    return (
        Table(
            "returns",
            "Orders that came back",
            RETURNS,
            _rows(told, RETURN_RATE.name),
            few,
        ),
        Table("money", money, MONEY, _rows(told, KEPT_MONEY.name, 0.01), few),
        Table(
            "parts",
            "By part of the shop",
            SEGMENTS,
            parts,
            "No part has enough people to tell.",
        ),
    )


def _rows(told: dict[str, Any], figure: str, scale: float = 1) -> list[dict[str, Any]]:
    return [
        {
            "method": row["method"],
            "treatment": row["treatment"] * scale,
            "holdout": row["holdout"] * scale,
            "difference": _difference(row, scale),
            "people": row["people"],
            "sure": "yes" if row["believed"] else "not yet",
        }
        for row in told["effects"]
        if row["figure"] == figure
    ]


def _difference(row: dict[str, Any], scale: float = 1) -> Value:
    ends = ("difference", "any_time_low", "any_time_high")
    value, low, high = (row[name] * scale for name in ends)
    return Value(value, low, high, row["people"])


def _chart(told: dict[str, Any]) -> Chart:
    whole = return_effect(told)
    labels = ["everybody"] if whole else []
    labels += [row["value"].replace("_", " ") for row in told["segments"]]
    values = [whole] if whole else []
    values += [_difference(row) for row in told["segments"]]
    return bars(
        "Change of the share that comes back",
        "With interventions less without, with intervals that hold at any look. Left "
        "of 0 fewer come back.",
        labels,
        values,
        unit="points",
        name="difference",
    )
