"""The file of the pseudonyms' keys: one a line, the oldest first.

A rotation adds a key. Until its rows are in the database the longer file stands beside
as ``<name>.next``; while it does, nobody can tell from files alone which one holds.
"""

import hashlib
import hmac
import os
import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from store.errors import SettingsError

KEY_BYTES = 32
PATIENCE_SECONDS = 60


def settled_keys(key_file: Path) -> list[bytes]:
    """Return the keys that hold; while a rotation is under way it is waited for.

    Raises
    ------
    SettingsError
        If the file can't be read, holds no key, or a rotation was broken off.
    """
    if not next_file(key_file).exists():
        return read_keys(key_file)
    with turning(key_file):
        if next_file(key_file).exists():
            raise SettingsError(
                f"the rotation of the key {key_file} was broken off; any `trendguard` "
                "command that opens the database finishes it or takes it back"
            )
        return read_keys(key_file)


@contextmanager
def turning(key_file: Path) -> Iterator[None]:
    """Keep all others from rotating the key, or settling that.

    Raises
    ------
    SettingsError
        If another process does for too long.
    """
    lock = key_file.with_name(f"{key_file.name}.lock")
    try:
        with FileLock(lock, timeout=PATIENCE_SECONDS):
            yield
    except Timeout as error:
        raise SettingsError(
            f"another process is still rotating the key {key_file}; try again later"
        ) from error


def next_file(key_file: Path) -> Path:
    """Return the file of a rotation that is under way."""
    return key_file.with_name(f"{key_file.name}.next")


def write_next(key_file: Path, keys: Sequence[bytes]) -> None:
    """Write the keys of a rotation, on the disk when this returns.

    Raises
    ------
    SettingsError
        If the folder can't be written.
    """
    draft = key_file.with_name(f"{key_file.name}.{secrets.token_hex(4)}")
    try:
        descriptor = os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    except OSError as error:
        raise SettingsError(
            f"beside the key {key_file} no file can be made ({error.strerror}): let "
            "this user write to its folder while the key is rotated"
        ) from error
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write("".join(f"{key.hex()}\n" for key in keys))
        file.flush()
        os.fsync(file.fileno())
    draft.replace(next_file(key_file))
    _sync(key_file.parent)


def take_next(key_file: Path) -> None:
    """Let the keys of a rotation hold from now on."""
    next_file(key_file).replace(key_file)
    _sync(key_file.parent)


def fingerprint(keys: Sequence[bytes]) -> str:
    """Return what tells keys apart and gives none of them away, hex."""
    return keyed("fingerprint", b"".join(keys))


def keyed(said: str, key: bytes) -> str:
    """Return HMAC-SHA-256 of a text under a key, hex."""
    return hmac.digest(key, said.encode(), hashlib.sha256).hex()


def read_keys(key_file: Path) -> list[bytes]:
    """Return the keys of a key file, the oldest first: one a line, in hex.

    Raises
    ------
    SettingsError
        If the file can't be read or does not hold keys.
    """
    try:
        keys = [*map(bytes.fromhex, key_file.read_text(encoding="ascii").split())]
    except (OSError, ValueError) as error:
        raise SettingsError(
            f"the pseudonym key {key_file} can't be used ({error}); restore it from "
            "its backup: a new key would cut off all that is stored under the old one"
        ) from error
    if not keys or any(len(key) != KEY_BYTES for key in keys):
        raise SettingsError(
            f"the pseudonym key {key_file} is not {KEY_BYTES} bytes in hex; "
            "restore it from its backup"
        )
    return keys


def make_key(key_file: Path) -> None:
    """Make a key, readable by its owner alone, where there is none."""
    # Written beside and linked into place: two processes starting at once end up with
    # one key, and no reader ever sees half of it.
    if key_file.exists():
        return
    key_file.parent.mkdir(parents=True, exist_ok=True)
    draft = key_file.with_name(f"{key_file.name}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(secrets.token_hex(KEY_BYTES))
    try:
        os.link(draft, key_file)
    except FileExistsError:
        pass
    finally:
        draft.unlink()


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
