"""The registry: which models there are, and which one is served."""

from datetime import date, datetime
from pathlib import Path
from typing import Any

from sqlmodel import col, select, update

from ml.features import Purpose
from ml.model import RegretModel
from store.database import Database
from store.errors import NoModelError
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
    """Save a model's file, then make it the champion of its purpose.

    Returns
    -------
    str
        Its version.
    """
    purpose = model.encoder.purpose
    version = f"{trained_at:%Y%m%dT%H%M%S}-{purpose}"
    file = f"{version}.json"
    sha256 = model.save(models_folder(settings) / file)
    row = ModelVersion(
        version=version,
        purpose=purpose,
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
        session.execute(
            update(ModelVersion)
            .where(col(ModelVersion.purpose) == purpose)
            .values(role="retired")
        )
        session.merge(row)
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
    return row, RegretModel.load(models_folder(settings) / row.file, row.sha256)


def champion_row(database: Database, purpose: Purpose) -> ModelVersion | None:
    """Return what the registry says of the served model, None if there is none."""
    query = select(ModelVersion).where(
        ModelVersion.purpose == purpose, ModelVersion.role == "champion"
    )
    with database.reading() as session:
        return session.exec(query).first()


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
