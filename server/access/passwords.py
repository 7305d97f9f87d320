"""Passwords: which are taken, how they are kept, how one is checked.

Kept as Argon2id with the parameters of RFC 9106 that argon2-cffi takes by default; the
rules are those of NIST SP 800-63B, section 5.1.1.2: long, no composition, not common.
"""

import secrets
import unicodedata
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from store.errors import InvalidError

MIN_CHARACTERS = 12
MAX_BYTES = 1024
# Of 0 to 4; below it a password falls to a million guesses.
LEAST_SCORE = 2
# zxcvbn's time grows with the square of the length, and it takes no more.
JUDGED_CHARACTERS = 72

_hasher = PasswordHasher()


def hash_password(password: str, name: str) -> str:
    """Return what is kept of a new password.

    Parameters
    ----------
    name : str
        Whose; a password must not be the name.

    Raises
    ------
    InvalidError
        If it is too short, too long, the name, or too easily guessed.
    """
    plain = _normal(password)
    _refuse_weak(plain, name)
    return _hasher.hash(plain)


def verify(kept: str | None, password: str) -> bool:
    """Tell whether this is the password.

    Parameters
    ----------
    kept : str, optional
        What `hash_password` returned. Without it the answer is no, and takes as long.
    """
    # Made before it is needed, so that the first unknown name takes no longer.
    stand_in = _stand_in()
    try:
        fits = _hasher.verify(kept or stand_in, _normal(password))
    except (VerificationError, InvalidHashError, InvalidError):
        return False
    return fits and kept is not None


def is_outdated(kept: str) -> bool:
    """Tell whether it was made with other parameters than today's."""
    return _hasher.check_needs_rehash(kept)


def rehash(password: str) -> str:
    """Return a password that was just found right, kept with today's parameters."""
    return _hasher.hash(_normal(password))


@cache
def _stand_in() -> str:
    return _hasher.hash(secrets.token_urlsafe())


def _normal(password: str) -> str:
    """Return the one form of what may be typed in several ways."""
    plain = unicodedata.normalize("NFKC", password)
    try:
        plain.encode()
    except UnicodeEncodeError as error:
        raise InvalidError("a password is made of whole characters") from error
    return plain


def _refuse_weak(password: str, name: str) -> None:
    if len(password) < MIN_CHARACTERS:
        raise InvalidError(f"a password needs at least {MIN_CHARACTERS} characters")
    if len(password.encode()) > MAX_BYTES:
        raise InvalidError(f"a password has at most {MAX_BYTES} bytes")
    if password.casefold() == _normal(name).casefold():
        raise InvalidError("the name is no password; choose another")
    from zxcvbn import zxcvbn  # noqa: PLC0415 - its word lists are large

    found = zxcvbn(password[:JUDGED_CHARACTERS], user_inputs=[name, "trendguard"])
    if found["score"] < LEAST_SCORE:
        raise InvalidError(
            "this password is among the first that are guessed; a few words that do "
            "not belong together make a good one"
        )
