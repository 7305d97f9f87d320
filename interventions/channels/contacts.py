"""Where a message goes: addresses from the retailer's file, read when they are needed.

No address is stored, logged or named in an error; in memory are only those of the
people asked for.
"""

import csv
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from store.errors import BadFileError, SettingsError
from store.privacy import Pseudonymiser
from store.settings import Settings

COLUMNS = ("customer_id", "email", "phone", "language", "time_zone")
# What mail servers take without extensions: one @, no space, no quote.
EMAIL = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9.-]{1,253}")
# E.164, as gateways want it.
PHONE = re.compile(r"\+[1-9]\d{6,14}")
LANGUAGE = re.compile(r"[a-z]{2,3}([_-][A-Za-z]{2,4})?")


@dataclass(frozen=True)
class Contact:
    """Where and how a person is written to."""

    email: str = ""
    """Address, empty where there is none."""

    phone: str = ""
    """Number as E.164 has it, empty where there is none."""

    language: str = ""
    """Such as ``en`` or ``pt-BR``, empty where nobody knows."""

    error: str = ""
    """What is wrong with the person's line in the file, if anything."""


def read_contacts(
    settings: Settings, pseudonyms: Collection[str]
) -> dict[str, Contact]:
    """Return the contacts of these people, by pseudonym; of two lines the last counts.

    Raises
    ------
    SettingsError
        If no file is set.
    BadFileError
        If it can't be read, or lacks a column.
    """
    if not pseudonyms:
        return {}
    file = settings.contacts_file
    if file is None:
        raise SettingsError(
            "TRENDGUARD_CONTACTS_FILE is not set: e-mail and SMS need a CSV of "
            + ",".join(COLUMNS)
        )
    pseudonymiser = Pseudonymiser(settings.pseudonym_key_file, may_make=False)
    found: dict[str, Contact] = {}
    for line, row in _rows(file):
        pseudonym = pseudonymiser.pseudonym(row["customer_id"])
        if pseudonym in pseudonyms:
            found[pseudonym] = _contact(line, row)
    return found


def _rows(file: Path) -> Iterator[tuple[int, dict[str, str]]]:
    try:
        with file.open(encoding="utf-8-sig", newline="") as lines:
            reader = csv.DictReader(lines, restval="")
            missing = [c for c in COLUMNS if c not in (reader.fieldnames or ())]
            if missing:
                raise BadFileError(
                    f"{file}: line 1 lacks the columns {', '.join(missing)}; it has to "
                    f"name {', '.join(COLUMNS)}, whose values may be empty"
                )
            for row in reader:
                yield reader.line_num, row
    except (OSError, csv.Error, UnicodeDecodeError) as error:
        # Its own words might quote the line.
        raise BadFileError(
            f"{file} can't be read as contacts ({type(error).__name__}); "
            "it has to be CSV in UTF-8"
        ) from None


def _contact(line: int, row: dict[str, str]) -> Contact:
    email, phone = row["email"].strip(), row["phone"].strip()
    if email and not EMAIL.fullmatch(email):
        return Contact(error=f"line {line} of the contacts holds no e-mail address")
    phone = re.sub(r"[ ().-]", "", phone)
    if phone and not PHONE.fullmatch(phone):
        return Contact(
            email, error=f"line {line} of the contacts holds no number like +15550100"
        )
    language = row["language"].strip()
    return Contact(email, phone, language if LANGUAGE.fullmatch(language) else "")
