"""Bearer tokens: shown once, kept as a hash."""

import hashlib
import secrets
from collections.abc import Collection
from datetime import timedelta

from sqlmodel import Session, col, select

from server.access.names import person
from server.access.roles import SCOPES
from server.access.trail import record
from store.clock import utc_now
from store.errors import ConflictError, InvalidError, MissingError
from store.tables import ApiToken

SECRET_BYTES = 32
ID_DIGITS = 16
DEFAULT_DAYS = 90
MOST_DAYS = 3650
LABEL_CHARACTERS = 100


def new_secret() -> str:
    """Return 256 random bits, as text."""
    return secrets.token_urlsafe(SECRET_BYTES)


def token_hash(token: str) -> str:
    """Return SHA-256 of a token, hex: how it is stored and looked up."""
    return hashlib.sha256(token.encode()).hexdigest()


def make_token(
    session: Session,
    name: str,
    scopes: Collection[str],
    *,
    actor: str,
    days: int | None = DEFAULT_DAYS,
    label: str = "",
) -> tuple[str, ApiToken]:
    """Make a token and return it, with the row that keeps all of it but itself.

    Parameters
    ----------
    name : str
        Its owner.
    scopes : collection of str
        What it is for; its owner's role bounds it whatever they say.
    actor : str
        Who makes it.
    days : int, optional
        It expires after so many days; None: never.

    Raises
    ------
    MissingError
        If there is no such person.
    ConflictError
        If that person is disabled.
    InvalidError
        If a scope is not known, or there is none.
    """
    _refuse_unknown(scopes)
    owner = person(session, name)
    if owner.disabled_at is not None:
        raise ConflictError("this person is disabled; enable them first")
    token, now = new_secret(), utc_now()
    hashed = token_hash(token)
    row = ApiToken(
        token_sha256=hashed,
        token_id=hashed[:ID_DIGITS],
        name=owner.name,
        label=label,
        scope=" ".join(scope for scope in SCOPES if scope in scopes),
        created_at=now,
        expires_at=None if days is None else now + timedelta(days=days),
    )
    session.add(row)
    made = {"owner": owner.name, "scope": row.scope, "days": days}
    record(session, actor, "token.make", row.token_id, made)
    return token, row


def all_tokens(session: Session, name: str | None = None) -> list[ApiToken]:
    """Return the tokens of a person, or of all, the newest first."""
    query = select(ApiToken).order_by(
        col(ApiToken.created_at).desc(), col(ApiToken.token_id)
    )
    if name is not None:
        query = query.where(ApiToken.name == name)
    return list(session.exec(query))


def revoke_token(
    session: Session, token_id: str, *, actor: str, owner: str | None = None
) -> ApiToken:
    """End a token at once; again changes nothing.

    Parameters
    ----------
    owner : str, optional
        Only if it is this person's.

    Raises
    ------
    MissingError
        If there is none.
    """
    same = select(ApiToken).where(ApiToken.token_id == token_id).with_for_update()
    row = session.exec(same).one_or_none() if _is_id(token_id) else None
    if row is None or owner not in (None, row.name):
        raise MissingError("there is no such token")
    if row.revoked_at is None:
        row.revoked_at = utc_now()
        session.add(row)
        record(session, actor, "token.revoke", token_id, {"owner": row.name})
    return row


def _refuse_unknown(scopes: Collection[str]) -> None:
    if not scopes or set(scopes) - set(SCOPES):
        raise InvalidError(f"a token needs scopes; there are {', '.join(SCOPES)}")


def _is_id(text: str) -> bool:
    return len(text) == ID_DIGITS and text.isascii() and text.isalnum()
