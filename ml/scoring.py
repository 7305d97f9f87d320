"""Scores of orders, each as of its own moment of purchase: of a file of them here, of
those that a shop asks for one by one in `checkout`.
"""

import csv
from dataclasses import replace
from datetime import UTC, datetime, time
from pathlib import Path
from typing import Any

import pyarrow as pa

from ml.daily import link_asked, open_workbench
from ml.evidence import evidence_of, widened
from ml.model import Explained, RegretModel
from ml.order_score import OrderScore
from ml.prepare import prepare
from ml.reasons import reasons_for
from ml.registry.models import champion
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
from store.people.exports import note_export
from store.settings import Settings

COLUMNS = ("order_id", "regret_risk", "risk_low", "risk_high", "evidence", "reasons")
# A product the shop does not know yet is no mistake here: it has no evidence. Nothing
# is stored, so who was forgotten and buys again is answered too.
ASKED_ORDERS = replace(ORDERS, checks={}, left_out="")


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
        scores = scores_by_id(model, link_asked(duck, asked))
        scored = [scores[order_id] for order_id in asked["order_id"].to_pylist()]
        # Written while nobody else has the workbench: who is forgotten waits for it.
        note_export(settings, out, "scores")
        _write(out, scored)
    rejects = write_rejects(settings.data_dir / "rejects", "score", faults)
    return {
        "target": version.target,
        "read": read,
        "scored": sum(s.evidence != "none" for s in scored),
        "without_evidence": sum(s.evidence == "none" for s in scored),
        "rejected": len(faults),
        "rejects_file": str(rejects) if rejects else None,
        "out": str(out),
    }


def scores_by_id(model: RegretModel, rows: pa.Table) -> dict[str, OrderScore]:
    """Return the scores of feature rows by order id."""
    if not rows.num_rows:
        return {}
    predicted = model.predict(rows)
    scored = {}
    for number, facts in enumerate(rows.to_pylist()):
        said = Explained(
            float(predicted.risk[number]),
            float(predicted.low[number]),
            float(predicted.high[number]),
            bool(predicted.unusual[number]),
            {g: float(e[number]) for g, e in predicted.effects.items()},
        )
        scored[facts["order_id"]] = _score(facts, said)
    return scored


def _score(facts: dict[str, Any], said: Explained) -> OrderScore:
    evidence = evidence_of(facts, unusual=said.unusual)
    if evidence == "none":
        return OrderScore(facts["order_id"], evidence)
    low, high = widened(said.risk, said.low, said.high, evidence, unusual=said.unusual)
    told = facts | {"price_source": "the shop's orders"}
    bought_at = datetime.combine(facts["purchased_on"], time.min, UTC)
    reasons = tuple(r.text for r in reasons_for(told, said.effects, bought_at))
    return OrderScore(facts["order_id"], evidence, said.risk, low, high, reasons)


def _read_orders(
    database: Database, settings: Settings, orders: Path
) -> tuple[pa.Table, list[tuple[int, str]], int]:
    if not orders.is_file():
        raise BadFileError(f"{orders} is not a file")
    with duck_session(settings) as duck, database.reading() as session:
        file = open_file(duck, ASKED_ORDERS, orders)
        prepare_columns(duck, session, settings)
        misshapen = type_rows(duck, file, settings.default_currency)
        load_references(duck, session, ASKED_ORDERS)
        check_rows(duck, ASKED_ORDERS)
        faults = fault_lines(duck, file, misshapen)
        return good_rows(duck).read_all(), faults, row_count(duck) + misshapen


def _write(out: Path, scored: list[OrderScore]) -> None:
    with replaced(out) as draft, draft.open("w", encoding="utf-8", newline="") as lines:
        writer = csv.DictWriter(lines, COLUMNS)
        writer.writeheader()
        for score in scored:
            told = vars(score) | {"reasons": "; ".join(score.reasons)}
            writer.writerow({name: told[name] for name in COLUMNS})
