"""The people who operate TrendGuard: added, changed, disabled."""

from dataclasses import dataclass, field

from sqlalchemy import func
from sqlmodel import Session, col, delete, select

from server.access.names import RESERVED, checked_name, person
from server.access.passwords import hash_password
from server.access.roles import ROLES
from server.access.tokens import make_token
from server.access.trail import record
from store.clock import utc_now
from store.database import Database
from store.errors import ConflictError, InvalidError
from store.tables import AdminSession, AdminUser
from store.turns import ADMIN_ROLES, wait_for_turn


@dataclass(frozen=True)
class Change:
    """What is to be another of a person; None leaves it as it is."""

    role: str | None = None
    """The new role."""

    disabled: bool | None = None
    """True: no longer let in."""

    password: str | None = field(default=None, repr=False)
    """The new password."""


def add_user(
    session: Session, name: str, role: str, *, actor: str, password: str | None = None
) -> AdminUser:
    """Add a person.

    Raises
    ------
    ConflictError
        If there is one of this name, or the name is reserved.
    InvalidError
        If name, role or password break a rule.
    """
    name = checked_name(name)
    _refuse_unknown(role)
    if name.casefold() in RESERVED:
        raise ConflictError(f"{name!r} stands for what no person did; take another")
    wait_for_turn(session, ADMIN_ROLES)
    if session.get(AdminUser, name) is not None:
        raise ConflictError(f"there is an administrator {name!r} already")
    hashed = hash_password(password, name) if password is not None else None
    user = AdminUser(name=name, role=role, created_at=utc_now(), password_hash=hashed)
    session.add(user)
    session.flush()
    record(session, actor, "admin.add", name, {"role": role})
    return user


def add_admin(
    database: Database, name: str, role: str = "admin", password: str | None = None
) -> str:
    """Add a person from the command line and return a token, which is not kept.

    Raises
    ------
    ConflictError, InvalidError
        As `add_user`.
    """
    with database.writing() as session:
        user = add_user(session, name, role, actor="cli", password=password)
        token, _ = make_token(session, user.name, ["admin"], actor="cli", days=None)
    return token


def all_users(session: Session) -> list[AdminUser]:
    """Return everybody, by name."""
    return list(session.exec(select(AdminUser).order_by(AdminUser.name)))


def change_user(
    session: Session, name: str, change: Change, *, actor: str
) -> AdminUser:
    """Change a person; a new password and being disabled end all their sessions.

    Raises
    ------
    MissingError
        If there is no such person.
    ConflictError
        If no admin would be left.
    InvalidError
        If role or password break a rule.
    """
    wait_for_turn(session, ADMIN_ROLES)
    user = person(session, name)
    administered = _administers(user)
    _apply(user, change)
    session.add(user)
    session.flush()
    if administered and not _administers(user):
        _refuse_without_admins(session)
    if change.disabled or change.password is not None:
        end_sessions(session, user.name)
    told = {"role": change.role, "disabled": change.disabled}
    told["password"] = True if change.password is not None else None
    what = {key: value for key, value in told.items() if value is not None}
    record(session, actor, "admin.change", user.name, what)
    return user


def end_sessions(session: Session, name: str) -> None:
    """Log a person out everywhere."""
    session.execute(delete(AdminSession).where(col(AdminSession.name) == name))


def _apply(user: AdminUser, change: Change) -> None:
    if change.role is not None:
        _refuse_unknown(change.role)
        user.role = change.role
    if change.disabled is False:
        user.disabled_at = None
    elif change.disabled and user.disabled_at is None:
        user.disabled_at = utc_now()
    if change.password is not None:
        user.password_hash = hash_password(change.password, user.name)


def _administers(user: AdminUser) -> bool:
    return user.role == "admin" and user.disabled_at is None


def _refuse_without_admins(session: Session) -> None:
    admins = select(func.count()).where(
        AdminUser.role == "admin", col(AdminUser.disabled_at).is_(None)
    )
    if session.exec(admins).one() == 0:
        raise ConflictError("nobody would be left to administer; add an admin first")


def _refuse_unknown(role: str) -> None:
    if role not in ROLES:
        raise InvalidError(f"there is no role {role!r}; there are {', '.join(ROLES)}")
