"""Logging in, out, and changing one's own password."""

from flask import request

from server.access import passwords, sessions
from server.access.gate import Caller
from server.access.names import checked_name
from server.access.throttle import throttle
from server.access.trail import record
from server.access.users import Change, change_user
from server.state import state
from store.database import Database
from store.errors import (
    ForbiddenError,
    InvalidError,
    TooManyError,
    UnauthorizedError,
)
from store.tables import AdminUser

WRONG = "name or password is wrong"


def log_in(name: str, password: str) -> sessions.Entered:
    """Begin a session for who knows the password, and end the one there was.

    Raises
    ------
    ForbiddenError
        If others could read the password on its way.
    UnauthorizedError
        If name or password is wrong: the same words for either, in the same time.
    TooManyError
        If it was tried too often; then the password was not looked at.
    """
    settings, database = state().settings, state().database
    if not sessions.may_log_in(settings):
        raise ForbiddenError(
            "passwords are taken over https alone; TRENDGUARD_PUBLIC_URL says at which "
            "address browsers reach this"
        )
    known = _checked(database, name, password)
    with database.writing() as session:
        user = session.get(AdminUser, known.name, with_for_update=True)
        if user is None or user.disabled_at or known.password_hash is None:
            raise UnauthorizedError(WRONG)
        if user.password_hash != known.password_hash:  # changed just now
            raise UnauthorizedError(WRONG)
        if passwords.is_outdated(known.password_hash):
            user.password_hash = passwords.rehash(password)
            session.add(user)
        before = request.cookies.get(sessions.cookie_name(settings))
        if before:
            sessions.end(session, before)
        entered = sessions.begin(session, user, settings)
        record(session, user.name, "session.begin", user.name)
    return entered


def log_out(who: Caller) -> None:
    """End this session.

    Raises
    ------
    ForbiddenError
        If a token was sent, which has none.
    """
    if who.entered is None:
        raise ForbiddenError("a token has no session; revoke it instead")
    with state().database.writing() as session:
        if sessions.end(session, who.entered.session_id):
            record(session, who.name, "session.end", who.name)


def change_own_password(who: Caller, current: str, new: str) -> None:
    """Change the caller's password, which ends all their sessions.

    Raises
    ------
    ForbiddenError
        If the current password is wrong, or a token was sent: who has one need not
        know the password.
    TooManyError
        If it was tried too often.
    InvalidError
        If the new one breaks a rule.
    """
    if who.entered is None:
        raise ForbiddenError("log in to change your password; a token can't")
    database = state().database
    try:
        _checked(database, who.name, current)
    except UnauthorizedError as error:
        raise ForbiddenError("the current password is wrong") from error
    with database.writing() as session:
        change_user(session, who.name, Change(password=new), actor=who.name)


def _checked(database: Database, name: str, password: str) -> AdminUser:
    """Return the person of this name, who knows the password."""
    name, address = _name(name), request.remote_addr or ""
    user = _user(database, name)
    try:
        throttle().claim(name, address)
    except TooManyError:
        _tell(database, "session.lock", user, address)
        raise
    kept = user.password_hash if user and user.disabled_at is None else None
    # For a name nobody has it is made as well, so that the time tells nothing.
    fits = passwords.verify(kept, password)
    if user is None or not fits:
        _tell(database, "session.refuse", user, address)
        raise UnauthorizedError(WRONG)
    throttle().forgive(name, address)
    return user


def _name(text: str) -> str:
    try:
        return checked_name(text)
    except InvalidError:
        return ""


def _user(database: Database, name: str) -> AdminUser | None:
    with database.reading() as session:
        return session.get(AdminUser, name)


def _tell(
    database: Database, action: str, user: AdminUser | None, address: str
) -> None:
    # What nobody is called is not kept: it may be a password in the wrong field.
    name = user.name if user else "unknown"
    if throttle().is_news(action, name, address):
        with database.writing() as session:
            record(session, "nobody", action, name)
