"""The registry: which models there are, and which one is served."""

from datetime import date, datetime
from pathlib import Path
from typing import Any

from sqlmodel import Session, col, select

from ml.features import Purpose
from ml.model import RegretModel
from store.database import Database
from store.errors import MissingError, NoModelError
from store.settings import Settings
from store.tables import ModelVersion


def register(
    database: Database,
    settings: Settings,
    model: RegretModel,
    *,
    trained_at: datetime,
    target: str,
    window: tuple[date, date],
    quality: dict[str, Any],
) -> str:
    """Save a model's file and enter it as a challenger; `roles` makes champions.

    Returns
    -------
    str
        Its version.
    """
    purpose = model.encoder.purpose
    version = _free_version(database, f"{trained_at:%Y%m%dT%H%M%S}-{purpose}")
    file = f"{version}.json"
    sha256 = model.save(models_folder(settings) / file)
    row = ModelVersion(
        version=version,
        purpose=purpose,
        role="challenger",
        trained_at=trained_at,
        trained_on=settings.trained_on,
        target=target,
        window_from=window[0],
        window_to=window[1],
        features=model.encoder.names,
        figures=quality,
        file=file,
        sha256=sha256,
    )
    with database.writing() as session:
        session.add(row)
    return version


def champion(
    database: Database, settings: Settings, purpose: Purpose
) -> tuple[ModelVersion, RegretModel]:
    """Return the model that is served.

    Raises
    ------
    NoModelError
        If none was trained.
    CorruptModelError
        If its file is not the registered one.
    """
    row = champion_row(database, purpose)
    if row is None:
        raise NoModelError(
            f"there is no {purpose} model yet: `trendguard import DIR`, then "
            "`trendguard train`"
        )
    return row, load_model(settings, row)


def load_model(settings: Settings, row: ModelVersion) -> RegretModel:
    """Return the model of a registry's row.

    Raises
    ------
    CorruptModelError
        If its file is not the registered one, or this version can't use it.
    """
    return RegretModel.load(models_folder(settings) / row.file, row.sha256)


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


def models_folder(settings: Settings) -> Path:
    """Return where model files lie."""
    return settings.data_dir / "models"


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


def _free_version(database: Database, wanted: str) -> str:
    # Two trainings may end within one second; neither takes the other's place.
    with database.reading() as session:
        number, version = 1, wanted
        while session.get(ModelVersion, version):
            number += 1
            version = f"{wanted}-{number}"
    return version
