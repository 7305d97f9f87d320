"""The model's page: how good what is served is, whether it still fits, what waits."""

from datetime import datetime
from typing import Any

from flask import Blueprint, Response

from ml.model_card.facts import ModelCard
from ml.model_card.words import OUTCOMES
from ml.registry.versions import all_models
from reporting.charts import Chart, calibration
from reporting.figures.values import Value
from server.access import only_who_may
from server.dashboard.shell import page
from server.dashboard.tables import Column, Table
from server.monitoring import last_monitor
from server.state import state
from store.tables import ModelVersion

blueprint = Blueprint("dashboard_model", __name__, url_prefix="/dashboard/model")
blueprint.before_request(only_who_may)

MODELS = (
    Column("version", "Version"),
    Column("purpose", "For"),
    Column("role", "Role", "tone"),
    Column("trained_at", "Trained", "time"),
    Column("trained_on", "On"),
    Column("target", "Predicts"),
    Column("window", "Purchases of"),
    Column("n", "Judged on", "count", "Later orders that it had not learned from."),
    Column("auc", "AUC", "number", "How often the worse of two orders comes first."),
    Column("log_loss", "Log loss", "number", "Lower is better."),
    Column("brier", "Brier", "number", "Mean squared error; lower is better."),
    Column("ece", "Calibration error", "number", "Mean gap between said and seen."),
)
GROUPS = (
    Column("by", "By"),
    Column("group", "Group"),
    Column("n", "Orders", "count"),
    Column("base_rate", "Came true", "share"),
    Column("mean_risk", "Said", "share"),
    Column("gap", "Gap", "points", "Said less came true, with its 90 % interval."),
    Column("beyond_chance", "Beyond chance", "tone"),
    Column("auc", "AUC", "number"),
)
DRIFT = (
    Column("feature", "Feature"),
    Column("purpose", "Model"),
    Column("psi", "PSI", "number", "Population stability index against the training."),
    Column("threshold", "Alarm from", "number"),
    Column("n", "Orders", "count", "Since its training."),
    Column("verdict", "Verdict", "tone"),
)
FRESHNESS = (
    Column("what", "What"),
    Column("newest_at", "Newest", "time"),
    Column("age_days", "Age, days", "number"),
    Column("most_days", "Most, days", "count"),
    Column("verdict", "Verdict", "tone"),
)


@blueprint.get("/")
def get_model() -> Response:
    """Cards, calibration, drift, champions and challengers."""
    rows = all_models(state().database)
    served = [ModelCard.of(row) for row in rows if row.role == "champion"]
    served.sort(key=lambda card: card.purpose, reverse=True)
    found = last_monitor(state().database)
    empty = "Nothing was trained yet."
    tables = [
        Table("models", "Champions and challengers", MODELS, _model_rows(rows), empty),
        *(_groups(card) for card in served if card.groups),
        *_checks(found),
    ]
    return page(
        "model.html",
        "Model",
        tables,
        served=[(card, _calibration(card)) for card in served],
        outcomes=OUTCOMES,
        check=found,
    )


def _model_rows(rows: list[ModelVersion]) -> list[dict[str, Any]]:
    told = ("n", "auc", "log_loss", "brier", "ece")
    return [
        {
            **row.model_dump(include={c.name for c in MODELS}),
            "window": f"{row.window_from} to {row.window_to}",
            **{name: row.figures.get(name) for name in told},
        }
        for row in rows
    ]


def _groups(card: ModelCard) -> Table:
    rows = [
        {
            **group.model_dump(),
            "by": group.by.replace("_", " "),
            "gap": Value(group.gap, group.gap_low, group.gap_high, group.n),
            "beyond_chance": "yes" if group.beyond_chance else "no",
        }
        for group in card.groups
    ]
    caption = f"The {card.purpose} model, by group"
    return Table(f"groups-{card.purpose}", caption, GROUPS, rows)


def _calibration(card: ModelCard) -> Chart:
    seen = [Value(each.rate, each.low, each.high, each.n) for each in card.calibration]
    done = OUTCOMES[card.target].done
    return calibration(
        f"Said and seen, {card.purpose} model",
        f"Of orders in tenths by what was said of them: the share that was {done}.",
        [each.mean_risk for each in card.calibration],
        seen,
    )


def _checks(found: dict[str, Any] | None) -> list[Table]:
    if found is None:
        return []
    drift = [
        {**row, "verdict": "moved" if row["drifted"] else "ok"}
        for row in sorted(found["drift"], key=lambda row: -row["psi"])
    ]
    ages = [
        {
            **row,
            "newest_at": _time(row["newest_at"]),
            "verdict": "stale" if row["stale"] else "ok",
        }
        for row in found["freshness"]
    ]
    none = "There are no orders since the training to compare."
    return [
        Table("drift", "What has moved since the training", DRIFT, drift, none),
        Table("freshness", "How old the newest is", FRESHNESS, ages),
    ]


def _time(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
