"""Files that are there whole or not at all."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from store.errors import BadFileError


@contextmanager
def replaced(file: Path) -> Iterator[Path]:
    """Yield a path to write to; it takes the file's place when the block ends well.

    Raises
    ------
    BadFileError
        If no file can be there.
    """
    draft = file.with_name(f"{file.name}.{os.getpid()}")
    with _told(file):
        draft.touch()
        # Who writes makes it anew, with the rights it is to have.
        draft.unlink()
    try:
        yield draft
        with _told(file):
            draft.replace(file)
    finally:
        draft.unlink(missing_ok=True)


@contextmanager
def _told(file: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise BadFileError(
            f"{file} can't be written ({error.strerror}): name another place"
        ) from error
