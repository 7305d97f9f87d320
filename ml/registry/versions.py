"""What the registry says: which models there are, and which one is served. What they
hold is read by `models`.
"""

from typing import Any

from sqlmodel import Session, col, select

from store.database import Database
from store.errors import MissingError, NoModelError
from store.tables import ModelVersion


def model_row(session: Session, version: str) -> ModelVersion:
    """Return what the registry says of a model.

    Raises
    ------
    MissingError
        If there is no such model.
    """
    row = session.get(ModelVersion, version)
    if row is None:
        raise MissingError(
            f"there is no model {version!r}; `trendguard models list` shows them"
        )
    return row


def champion_row(database: Database, purpose: str) -> ModelVersion | None:
    """Return what the registry says of the served model, None if there is none."""
    with database.reading() as session:
        return champion_of(session, purpose)


def champion_of(session: Session, purpose: str) -> ModelVersion | None:
    """Return the same, in the caller's transaction."""
    query = select(ModelVersion).where(
        ModelVersion.purpose == purpose, ModelVersion.role == "champion"
    )
    return session.exec(query.order_by(col(ModelVersion.trained_at).desc())).first()


def challengers(database: Database, purpose: str) -> list[ModelVersion]:
    """Return the models that wait to be better than the champion, the newest first."""
    query = select(ModelVersion).where(
        ModelVersion.purpose == purpose, ModelVersion.role == "challenger"
    )
    with database.reading() as session:
        return list(session.exec(query.order_by(col(ModelVersion.version).desc())))


def all_models(database: Database) -> list[ModelVersion]:
    """Return every registered model, the newest first."""
    query = select(ModelVersion).order_by(
        col(ModelVersion.trained_at).desc(), col(ModelVersion.version)
    )
    with database.reading() as session:
        return list(session.exec(query))


def served_figures(database: Database) -> dict[str, dict[str, Any]]:
    """Return version, training window and figures of each served model.

    Raises
    ------
    NoModelError
        If none was trained.
    """
    query = select(ModelVersion).where(ModelVersion.role == "champion")
    with database.reading() as session:
        rows = session.exec(query).all()
    if not rows:
        raise NoModelError("there is no model yet: run `trendguard train`")
    return {
        row.purpose: {
            "version": row.version,
            "target": row.target,
            "trained_on": row.trained_on,
            "window": f"{row.window_from} to {row.window_to}",
            **row.figures,
        }
        for row in rows
    }
