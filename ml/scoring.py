"""Scores of a file of orders, each as of its own moment of purchase."""

import csv
from dataclasses import replace
from datetime import UTC, datetime, time
from pathlib import Path
from typing import Any

import pyarrow as pa

from ml.daily import link_asked, open_workbench
from ml.evidence import evidence_of, widened
from ml.model import Explained, RegretModel
from ml.prepare import prepare
from ml.reasons import reasons_for
from ml.registry.versions import champion
from store.database import Database
from store.duck import duck_session
from store.errors import BadFileError
from store.files import replaced
from store.importing.checking import check_rows, fault_lines, good_rows, row_count
from store.importing.files import ORDERS
from store.importing.reading import open_file
from store.importing.references import load_references
from store.importing.references import prepare as prepare_columns
from store.importing.rejects import write_rejects
from store.importing.typed import type_rows
from store.settings import Settings

COLUMNS = ("order_id", "regret_risk", "risk_low", "risk_high", "evidence", "reasons")


def score_orders(
    database: Database, settings: Settings, orders: Path, out: Path
) -> dict[str, Any]:
    """Score a file of orders in the import format.

    A score uses what was known the day before the order's ``purchased_at``, and of the
    customer what the store knows of that time.

    Returns
    -------
    dict
        What the scores are of (``regret`` or ``returned``), how many were read, scored,
        without evidence, rejected, and where rejects are.

    Raises
    ------
    BadFileError
        If the file can't be used.
    NoModelError
        If no model was trained.
    """
    version, model = champion(database, settings, "checkout")
    prepare(database)
    asked, faults, read = _read_orders(database, settings, orders)
    with open_workbench(database) as duck:
        rows = link_asked(duck, asked)
    scored = _in_order(score_rows(model, rows), asked)
    _write(out, scored)
    rejects = write_rejects(settings.data_dir / "rejects", "score", faults)
    return {
        "target": version.target,
        "read": read,
        "scored": sum(s["evidence"] != "none" for s in scored),
        "without_evidence": sum(s["evidence"] == "none" for s in scored),
        "rejected": len(faults),
        "rejects_file": str(rejects) if rejects else None,
        "out": str(out),
    }


def score_rows(model: RegretModel, rows: pa.Table) -> list[dict[str, Any]]:
    """Return risk, interval, evidence and reasons of feature rows."""
    if not rows.num_rows:
        return []
    predicted = model.predict(rows)
    scored = []
    for number, facts in enumerate(rows.to_pylist()):
        said = Explained(
            float(predicted.risk[number]),
            float(predicted.low[number]),
            float(predicted.high[number]),
            bool(predicted.unusual[number]),
            {g: float(e[number]) for g, e in predicted.effects.items()},
        )
        scored.append(_score(facts, said))
    return scored


def _in_order(scored: list[dict[str, Any]], asked: pa.Table) -> list[dict[str, Any]]:
    by_id = {score["order_id"]: score for score in scored}
    return [by_id[order_id] for order_id in asked["order_id"].to_pylist()]


def _score(facts: dict[str, Any], said: Explained) -> dict[str, Any]:
    evidence = evidence_of(facts, unusual=said.unusual)
    if evidence == "none":
        nothing = dict.fromkeys(COLUMNS, "")
        return nothing | {"order_id": facts["order_id"], "evidence": evidence}
    low, high = widened(said.risk, said.low, said.high, evidence, unusual=said.unusual)
    told = facts | {"price_source": "the shop's orders"}
    bought_at = datetime.combine(facts["purchased_on"], time.min, UTC)
    reasons = "; ".join(r.text for r in reasons_for(told, said.effects, bought_at))
    values = (facts["order_id"], said.risk, low, high, evidence, reasons)
    return dict(zip(COLUMNS, values, strict=True))


def _read_orders(
    database: Database, settings: Settings, orders: Path
) -> tuple[pa.Table, list[tuple[int, str]], int]:
    if not orders.is_file():
        raise BadFileError(f"{orders} is not a file")
    # A product the shop does not know yet is no mistake here: it has no evidence.
    kind = replace(ORDERS, checks={})
    with duck_session(settings) as duck, database.reading() as session:
        file = open_file(duck, kind, orders)
        prepare_columns(duck, session, settings)
        misshapen = type_rows(duck, file, settings.default_currency)
        load_references(duck, session, kind)
        check_rows(duck, file)
        faults = fault_lines(duck, file, misshapen)
        return good_rows(duck).read_all(), faults, row_count(duck) + misshapen


def _write(out: Path, scored: list[dict[str, Any]]) -> None:
    with replaced(out) as draft, draft.open("w", encoding="utf-8", newline="") as lines:
        writer = csv.DictWriter(lines, COLUMNS)
        writer.writeheader()
        writer.writerows(scored)
