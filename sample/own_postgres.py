"""A PostgreSQL server of one's own, to be stopped and started at will."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

# It refuses to run as root; Debian's packages come with this user.
USER = "postgres" if os.geteuid() == 0 else None


def programs() -> Path | None:
    """Return the folder of PostgreSQL's programs, None where there are none."""
    if found := shutil.which("initdb"):
        return Path(found).parent
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    return installed[-1].parent if installed else None


class OwnPostgres:
    """A server on loopback.

    Parameters
    ----------
    folder : Path
        Its data folder; the server's user may write there.
    port : int
        A free one.
    """

    def __init__(self, folder: Path, port: int) -> None:
        found = programs()
        assert found is not None
        self._programs, self._data = found, folder / "data"
        self._port = port
        self._run("initdb", "--auth=trust", "--username=postgres", "--no-sync")
        with (self._data / "postgresql.conf").open("a") as conf:
            conf.write(f"port = {self._port}\nlisten_addresses = '127.0.0.1'\n")
            conf.write(f"unix_socket_directories = '{folder}'\n")

    @property
    def url(self) -> str:
        """Its SQLAlchemy URL."""
        return f"postgresql://postgres@127.0.0.1:{self._port}/postgres"

    def start(self) -> None:
        """Start it, and wait until it answers."""
        log = str(self._data / "server.log")
        self._run("pg_ctl", "--wait", f"--log={log}", "start")

    def stop(self, mode: str = "fast") -> None:
        """Stop it: ``fast`` ends open connections, ``immediate`` is a crash."""
        self._run("pg_ctl", "--wait", f"--mode={mode}", "stop")

    def _run(self, program: str, *words: str) -> None:
        subprocess.run(
            [self._programs / program, f"--pgdata={self._data}", *words],
            user=USER,
            cwd=self._data.parent,
            check=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )


@contextmanager
def own_postgres(port: int) -> Iterator[OwnPostgres]:
    """Yield a running server on a port; it and its data are gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="trendguard-postgres-"))
    if USER:
        shutil.chown(folder, USER)
    try:
        server = OwnPostgres(folder, port)
        server.start()
        yield server
        server.stop("immediate")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
