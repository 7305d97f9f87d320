"""Which model is served: champions are made, and rolled back, in one transaction."""

from typing import Any

from sqlmodel import Session, col, select, update

from ml.registry.models import load_model
from ml.registry.versions import all_models, champion_of, model_row
from store.clock import utc_now
from store.database import Database
from store.errors import ConflictError, NoModelError
from store.settings import Settings
from store.tables import AuditEvent, ModelVersion
from store.turns import MODEL_ROLES, wait_for_turn

PROMOTED, ROLLED_BACK, RETIRED = "model.promote", "model.rollback", "model.retire"


def promote(
    database: Database,
    settings: Settings,
    version: str,
    *,
    actor: str,
    why: str,
    instead_of: str | None = None,
) -> bool:
    """Make a model the champion of its purpose; what was it before is retired.

    Parameters
    ----------
    actor : str
        Who decided: ``train``, ``cli`` or an administrator's name.
    instead_of : str, optional
        The champion it was compared with: with another one meanwhile, nothing is done.

    Returns
    -------
    bool
        Whether anything changed; what is champion already stays it.

    Raises
    ------
    MissingError
        If there is no such model.
    CorruptModelError
        If its file can't be used: it would answer nobody.
    """
    with database.writing() as session:
        wait_for_turn(session, MODEL_ROLES)
        row = model_row(session, version)
        before = champion_of(session, row.purpose)
        if before and before.version == version:
            return False
        if instead_of and (before is None or before.version != instead_of):
            return False
        load_model(settings, row)
        _crown(session, row)
        details = {"previous": before.version if before else None, "why": why}
        _note(session, actor, PROMOTED, version, details)
    return True


def roll_back(
    database: Database, settings: Settings, version: str, *, actor: str
) -> ModelVersion:
    """Give a champion's place back to the one before it; the champion is retired.

    Asked again, nothing more is done.

    Parameters
    ----------
    version : str
        The champion that is not wanted.

    Returns
    -------
    ModelVersion
        The champion from now on.

    Raises
    ------
    MissingError
        If there is no such model.
    ConflictError
        If nothing was champion before it, or it never was champion.
    CorruptModelError
        If the file of the one before can't be used.
    """
    with database.writing() as session:
        wait_for_turn(session, MODEL_ROLES)
        row = model_row(session, version)
        champion = champion_of(session, row.purpose)
        if champion is None or champion.version != version:
            return _already_back(session, row, champion)
        before = _before(session, version)
        load_model(settings, before)
        _crown(session, before)
        _note(session, actor, ROLLED_BACK, version, {"to": before.version})
    return before


def roll_back_all(
    database: Database, settings: Settings, purpose: str = "", *, actor: str
) -> dict[str, dict[str, str]]:
    """Roll back the champion of a purpose, or of every purpose.

    Returns
    -------
    dict
        Purpose -> the champion from now on, and what it came in the place of.

    Raises
    ------
    NoModelError
        If nothing is served.
    ConflictError
        If nothing was served before.
    """
    served = {
        row.purpose: row for row in all_models(database) if row.role == "champion"
    }
    wanted = {p: row for p, row in served.items() if purpose in ("", p)}
    if not wanted:
        kind = f"{purpose} model" if purpose else "model"
        raise NoModelError(f"no {kind} is served: run `trendguard train`")
    result, refused = {}, None
    for name, row in wanted.items():
        try:
            back = roll_back(database, settings, row.version, actor=actor)
            result[name] = {"version": back.version, "instead_of": row.version}
        except ConflictError as error:
            refused = error
    if refused and not result:
        raise refused
    return result


def retire(database: Database, version: str, *, why: str) -> None:
    """Take a challenger out of the race; a champion is left alone."""
    with database.writing() as session:
        done = session.execute(
            update(ModelVersion)
            .where(
                col(ModelVersion.version) == version,
                col(ModelVersion.role) == "challenger",
            )
            .values(role="retired")
        )
        if done.rowcount:  # type: ignore[attr-defined]
            _note(session, "train", RETIRED, version, {"why": why})


def _crown(session: Session, row: ModelVersion) -> None:
    session.execute(
        update(ModelVersion)
        .where(
            col(ModelVersion.purpose) == row.purpose,
            col(ModelVersion.role) == "champion",
        )
        .values(role="retired")
    )
    row.role = "champion"
    session.flush()


def _before(session: Session, version: str) -> ModelVersion:
    event = _last(session, PROMOTED, version)
    previous = event.details.get("previous") if event else None
    if previous is None:
        raise ConflictError(
            f"no model was served before {version}: promote another one by name, "
            "`trendguard models promote VERSION`"
        )
    return model_row(session, previous)


def _already_back(
    session: Session, row: ModelVersion, champion: ModelVersion | None
) -> ModelVersion:
    if champion is None or _last(session, ROLLED_BACK, row.version) is None:
        raise ConflictError(f"{row.version} is not served, it is a {row.role}")
    return champion


def _last(session: Session, action: str, version: str) -> AuditEvent | None:
    query = select(AuditEvent).where(
        AuditEvent.action == action, AuditEvent.subject == version
    )
    return session.exec(query.order_by(col(AuditEvent.event_id).desc())).first()


def _note(
    session: Session, actor: str, action: str, version: str, details: dict[str, Any]
) -> None:
    session.add(
        AuditEvent(
            happened_at=utc_now(),
            actor=actor,
            action=action,
            subject=version,
            details=details,
        )
    )
