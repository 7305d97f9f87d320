"""Models saved for the registry, and those it names read back."""

from datetime import date, datetime
from pathlib import Path
from typing import Any

from ml.features import Purpose
from ml.model import RegretModel
from ml.registry.versions import champion_row
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


def models_folder(settings: Settings) -> Path:
    """Return where model files lie."""
    return settings.data_dir / "models"


def _free_version(database: Database, wanted: str) -> str:
    # Two trainings may end within one second; neither takes the other's place.
    with database.reading() as session:
        number, version = 1, wanted
        while session.get(ModelVersion, version):
            number += 1
            version = f"{wanted}-{number}"
    return version
