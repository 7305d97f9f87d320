"""Who is logged in: rows with the hash of a session's id, the cookie with the id."""

import hashlib
import hmac
import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import ip_address
from urllib.parse import urlsplit

from flask import Response, request
from sqlmodel import Session, col, delete, select, update

from server.access.tokens import new_secret, token_hash
from store.clock import utc_now
from store.database import Database
from store.errors import DatabaseError
from store.settings import Settings
from store.tables import AdminSession, AdminUser

logger = logging.getLogger("trendguard.server")
# Between two notes that a session is in use: no write for every look.
NOTE_AFTER = timedelta(minutes=1)


@dataclass(frozen=True)
class Entered:
    """A session that counts."""

    user: AdminUser
    """Whose."""

    session_id: str
    """The secret in the cookie."""

    expires_at: datetime
    """When it ends at the latest, UTC."""

    @property
    def csrf_token(self) -> str:
        """What a page must send along to change anything; it can't be told from it what
        the session's id is.
        """
        secret = self.session_id.encode()
        return hmac.new(secret, b"csrf", hashlib.sha256).hexdigest()


def begin(session: Session, user: AdminUser, settings: Settings) -> Entered:
    """Begin a session under an id nobody knew before; forget those that expired."""
    now = utc_now()
    oldest = now - timedelta(hours=settings.session_hours)
    session.execute(delete(AdminSession).where(col(AdminSession.created_at) <= oldest))
    session_id = new_secret()
    session.add(
        AdminSession(
            session_sha256=token_hash(session_id),
            name=user.name,
            created_at=now,
            seen_at=now,
        )
    )
    return Entered(user, session_id, now + timedelta(hours=settings.session_hours))


def find(
    database: Database, settings: Settings, session_id: str, *, in_use: bool = True
) -> Entered | None:
    """Return the session of this id, if it still counts, and note that it is in use.

    Parameters
    ----------
    in_use : bool
        False: a page looks by itself, which keeps nobody logged in.
    """
    hashed = token_hash(session_id)
    query = (
        select(AdminSession, AdminUser)
        .join(AdminUser)
        .where(AdminSession.session_sha256 == hashed)
    )
    with database.reading() as session:
        found = session.exec(query).one_or_none()
    if found is None:
        return None
    row, user = found
    now = utc_now()
    expires_at = row.created_at + timedelta(hours=settings.session_hours)
    idle_at = row.seen_at + timedelta(minutes=settings.session_idle_minutes)
    if user.disabled_at is not None or now >= min(expires_at, idle_at):
        return None
    if in_use and now - row.seen_at >= NOTE_AFTER:
        _note_use(database, hashed, now)
    return Entered(user, session_id, expires_at)


def end(session: Session, session_id: str) -> bool:
    """End a session and tell whether there was one."""
    hashed = token_hash(session_id)
    gone = delete(AdminSession).where(col(AdminSession.session_sha256) == hashed)
    return bool(session.execute(gone).rowcount)  # type: ignore[attr-defined]


def set_cookie(answer: Response, settings: Settings, session_id: str) -> None:
    """Give the browser its session; scripts can't read it, other sites can't use it."""
    answer.set_cookie(
        cookie_name(settings),
        session_id,
        secure=is_secure(settings),
        httponly=True,
        samesite="Strict",
        path="/",
    )


def delete_cookie(answer: Response, settings: Settings) -> None:
    """Take the session from the browser."""
    answer.delete_cookie(
        cookie_name(settings),
        secure=is_secure(settings),
        httponly=True,
        samesite="Strict",
        path="/",
    )


def cookie_name(settings: Settings) -> str:
    """Return the cookie's name; a browser takes the first from https alone."""
    return "__Host-trendguard" if is_secure(settings) else "trendguard"


def own_origin(settings: Settings) -> str:
    """Return the origin at which browsers reach this, such as ``https://tg.example``."""
    here = f"{request.scheme}://{request.host}"
    return (settings.public_url or here).rstrip("/").lower()


def is_secure(settings: Settings) -> bool:
    """Tell whether browsers reach this over https."""
    return own_origin(settings).startswith("https:")


def may_log_in(settings: Settings) -> bool:
    """Tell whether a password can come here without others reading it on the way."""
    if settings.public_url or is_secure(settings):
        return True
    try:
        host = urlsplit(own_origin(settings)).hostname or ""
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def _note_use(database: Database, hashed: str, now: datetime) -> None:
    used = update(AdminSession).where(col(AdminSession.session_sha256) == hashed)
    try:
        with database.writing() as session:
            session.execute(used.values(seen_at=now))
    except DatabaseError as error:
        # The answer does not depend on it.
        logger.warning("a session's use is not noted: %s", type(error).__name__)
