"""`trendguard export powerbi`: all of it at once, or nothing."""

import shutil
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from reporting.figures.filters import read_span
from reporting.powerbi.parquet import write_star
from reporting.powerbi.report import SCHEMAS, write_json, write_report
from reporting.powerbi.tmdl import write_model
from store.database import Database
from store.errors import BadFileError, MissingError
from store.settings import Settings

PROJECT = "TrendGuard"
MODEL, REPORT, DATA = f"{PROJECT}.SemanticModel", f"{PROJECT}.Report", "data"
PARTS = (f"{PROJECT}.pbip", MODEL, REPORT, DATA)


def export_powerbi(
    database: Database, settings: Settings, folder: Path
) -> dict[str, Any]:
    """Write the star's Parquet files and a Power BI project that opens on them.

    What an earlier export left in `folder` is replaced; other files are left alone.

    Returns
    -------
    dict
        Rows by table, and where the project is.

    Raises
    ------
    MissingError
        If there is nothing to export yet.
    BadFileError
        If the folder can't be written to.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        # Beside its place, so that the last step is a rename.
        with TemporaryDirectory(prefix=".export-", dir=folder) as temporary:
            rows = _write(database, settings, Path(temporary), folder)
            for part in PARTS:
                _replace(Path(temporary) / part, folder / part)
    except OSError as error:
        raise BadFileError(
            f"{folder} can't be written to ({error.strerror}): name another folder"
        ) from error
    return {"tables": rows, "project": str(folder / PARTS[0])}


def _write(
    database: Database, settings: Settings, new: Path, folder: Path
) -> dict[str, int]:
    (new / DATA).mkdir()
    with database.reading(one_moment=True) as session:
        span = read_span(session)
        if span is None:
            raise MissingError("nothing was refreshed yet: run `trendguard refresh`")
        rows = write_star(session, settings, span, new / DATA)
    write_model(new / MODEL / "definition", f"{(folder / DATA).resolve()}/")
    write_report(new / REPORT / "definition")
    pbip = {
        "version": "1.0",
        "artifacts": [{"report": {"path": REPORT}}],
        "settings": {"enableAutoRecovery": True},
    }
    schema = f"{SCHEMAS}/pbip/pbipProperties/1.0.0/schema.json"
    write_json(new / f"{PROJECT}.pbip", schema, pbip)
    schema = f"{SCHEMAS}/item/semanticModel/definitionProperties/1.0.0/schema.json"
    write_json(new / MODEL / "definition.pbism", schema, {"version": "4.2"})
    schema = f"{SCHEMAS}/item/report/definitionProperties/2.0.0/schema.json"
    reference = {"datasetReference": {"byPath": {"path": f"../{MODEL}"}}}
    write_json(new / REPORT / "definition.pbir", schema, {"version": "4.0"} | reference)
    return rows


def _replace(new: Path, old: Path) -> None:
    if old.is_dir():
        shutil.rmtree(old)
    new.replace(old)
