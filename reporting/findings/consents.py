"""What people have agreed to and refused, in counts alone."""

from typing import Any

from sqlalchemy import func
from sqlmodel import Session, col, select

from store.tables import Consent, OptOut


def count_consents(session: Session) -> list[dict[str, Any]]:
    """Return decisions on record and people who opted out, by purpose.

    Returns
    -------
    list of dict
        ``purpose``, ``given``, ``refused`` (decisions) and ``opted_out`` (people).
    """
    decided = select(Consent.purpose, Consent.is_given, func.count()).group_by(
        col(Consent.purpose), col(Consent.is_given)
    )
    out = select(OptOut.channel, func.count()).group_by(col(OptOut.channel))
    counts = {(purpose, given): n for purpose, given, n in session.exec(decided)}
    left = dict(session.exec(out).all())
    return [
        {
            "purpose": purpose,
            "given": counts.get((purpose, True), 0),
            "refused": counts.get((purpose, False), 0),
            "opted_out": left.get(purpose, 0),
        }
        for purpose in sorted({purpose for purpose, _ in counts} | set(left))
    ]
