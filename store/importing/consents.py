"""The import of consents: a file of decisions; none on record is ever changed."""

from pathlib import Path

from store.database import Database
from store.duck import duck_session
from store.errors import BadFileError
from store.importing.files import CONSENTS
from store.importing.folder import FileReport, import_file
from store.importing.reading import open_file
from store.importing.references import prepare
from store.importing.rejects import write_rejects
from store.settings import Settings
from store.turns import PEOPLE, wait_for_turn


def import_consents(database: Database, settings: Settings, path: Path) -> FileReport:
    """Import a file of decisions: ``customer_id``, ``purpose``, ``decided_at``,
    ``is_given`` (yes or no), ``source``.

    Raises
    ------
    BadFileError
        If the file can't be used; then nothing was written.
    """
    if not path.is_file():
        raise BadFileError(f"{path} is not a file")
    with duck_session(settings) as duck:
        file = open_file(duck, CONSENTS, path)
        with database.writing() as session:
            wait_for_turn(session, PEOPLE)
            prepare(duck, session, settings)
            report, faults = import_file(duck, session, settings, file)
    rejects = write_rejects(settings.data_dir / "rejects", CONSENTS.name, faults)
    report.rejects_file = str(rejects) if rejects else None
    return report
