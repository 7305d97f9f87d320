"""An answer that is made while its request is still being read, by a thread of its own:
a client that reads nothing before it has sent all does not stop it.
"""

import threading
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO

PART_BYTES = 65_536


class Spool:
    """Parts of an answer, in a nameless file from when they are made until they are
    sent, so that neither waits for the other and memory holds little.

    Parameters
    ----------
    parts : iterator of bytes
        Makes them; it must not raise.
    folder : Path
        Where the file is.
    """

    def __init__(self, parts: Iterator[bytes], folder: Path) -> None:
        self._parts = parts
        self._folder = folder
        self._changed = threading.Condition()
        self._made = 0
        self._is_done = False
        self._is_wanted = True

    def __iter__(self) -> Iterator[bytes]:
        """Yield the parts as far as they are made."""
        with ExitStack() as ending:
            file = ending.enter_context(TemporaryFile(dir=self._folder))
            # When nobody wants the rest, its maker stops before the file is closed.
            ending.callback(self._stop)
            threading.Thread(target=self._make, args=(file,), daemon=True).start()
            sent = 0
            while part := self._next(file, sent):
                sent += len(part)
                yield part

    def _next(self, file: IO[bytes], sent: int) -> bytes:
        with self._changed:
            self._changed.wait_for(lambda: self._made > sent or self._is_done)
            file.seek(sent)
            return file.read(PART_BYTES)

    def _make(self, file: IO[bytes]) -> None:
        try:
            for part in self._parts:
                with self._changed:
                    if not self._is_wanted:
                        return
                    file.seek(self._made)
                    self._made += file.write(part)
                    self._changed.notify()
        finally:
            with self._changed:
                self._is_done = True
                self._changed.notify()

    def _stop(self) -> None:
        with self._changed:
            self._is_wanted = False
