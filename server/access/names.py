"""What people may be called, and who is called so."""

import unicodedata

from sqlmodel import Session

from store.errors import InvalidError, MissingError
from store.tables import AdminUser

NAME_CHARACTERS = 64
# They stand in the audit trail for what no person did.
RESERVED = frozenset({"cli", "nobody", "settings", "trial"})


def checked_name(name: str) -> str:
    """Return a name in the one form it is kept in.

    Raises
    ------
    InvalidError
        If it can't be a name.
    """
    normal = unicodedata.normalize("NFC", name)
    if not (
        0 < len(normal) <= NAME_CHARACTERS
        and normal.isprintable()
        and normal == normal.strip()
        and "/" not in normal
        and any(character.isalnum() for character in normal)
    ):
        raise InvalidError(
            f"a name has 1 to {NAME_CHARACTERS} characters that can be seen, a letter "
            "or digit among them, no slash, and no space around it"
        )
    return normal


def person(session: Session, name: str) -> AdminUser:
    """Return the person of this name, whom nobody else changes until this is done.

    Raises
    ------
    MissingError
        If there is none.
    """
    try:
        found = session.get(AdminUser, checked_name(name), with_for_update=True)
    except InvalidError:
        found = None
    if found is None:
        raise MissingError("there is no such person")
    return found
