"""What takes long to make is made once a run, whichever test process comes first."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from filelock import FileLock

from store.database import Database, open_database
from store.settings import Settings


def made_once(
    tmp_path_factory: pytest.TempPathFactory, name: str, make: Callable[[Path], None]
) -> Path:
    """Return the folder `name`, which `make` has filled. Not to be written to."""
    # Test processes have a folder each, in one folder of the run.
    run = tmp_path_factory.getbasetemp()
    run = run.parent if run.name.startswith("popen-") else run
    folder = run / name
    done = run / f"{name}.done"
    with FileLock(run / f"{name}.lock"):
        if not done.exists():
            folder.mkdir(exist_ok=True)
            make(folder)
            done.touch()
    return folder


@contextmanager
def copied(data: Path, folder: Path) -> Iterator[Database]:
    """Yield the database of a copy of a data folder."""
    shutil.copytree(data, folder)
    database = open_database(Settings(data_dir=folder))
    yield database
    database.close()
