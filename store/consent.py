"""What people allowed and refused: who may be written to, by which channel."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select
from sqlmodel import Session, col

from store.bulk import sql_table
from store.clock import utc_now
from store.errors import InvalidError
from store.tables import Consent, OptOut

PURPOSES = ("email", "sms", "webhook")
EVERYTHING = "all"
# More names than this cost a statement more than to read everybody.
NAMED_PEOPLE = 5_000


def excluded(
    session: Session, channel: str, pseudonyms: Sequence[str] | None = None
) -> set[str]:
    """Return who opted out of a channel, or of everything.

    Parameters
    ----------
    channel : str
        ``email``, ``sms`` or ``webhook``.
    pseudonyms : sequence of str, optional
        Whom to ask about; by default everybody.
    """
    person = col(OptOut.customer_pseudonym)
    query = select(person).where(col(OptOut.channel).in_([channel, EVERYTHING]))
    return _people(session, query, pseudonyms)


def consented(
    session: Session, channel: str, pseudonyms: Sequence[str] | None = None
) -> set[str]:
    """Return whose newest decision about a channel is a yes.

    Parameters
    ----------
    channel : str
        ``email``, ``sms`` or ``webhook``.
    pseudonyms : sequence of str, optional
        Whom to ask about; by default everybody.
    """
    row = sql_table(Consent).c
    newest = (
        select(row.customer_pseudonym, func.max(row.decided_at).label("decided_at"))
        .where(row.purpose == channel)
        .group_by(row.customer_pseudonym)
        .subquery()
    )
    query = select(row.customer_pseudonym).join(
        newest,
        (row.customer_pseudonym == newest.c.customer_pseudonym)
        & (row.decided_at == newest.c.decided_at),
    )
    given = query.where(row.purpose == channel, row.is_given.is_(True))
    return _people(session, given, pseudonyms)


def record_consent(
    session: Session,
    pseudonym: str,
    purpose: str,
    *,
    is_given: bool,
    source: str,
    decided_at: datetime | None = None,
) -> Consent:
    """Write down a person's yes or no; earlier ones stay on record.

    Raises
    ------
    InvalidError
        If there is no such purpose.
    """
    _check(purpose, PURPOSES)
    row = Consent(
        customer_pseudonym=pseudonym,
        purpose=purpose,
        decided_at=decided_at or utc_now(),
        is_given=is_given,
        source=source,
    )
    session.add(row)
    session.flush()
    return row


def opt_out(session: Session, pseudonym: str, channel: str = EVERYTHING) -> bool:
    """Write to a person no more by a channel, or by none; tell whether that is new.

    Raises
    ------
    InvalidError
        If there is no such channel.
    """
    _check(channel, (*PURPOSES, EVERYTHING))
    if session.get(OptOut, (pseudonym, channel)):
        return False
    row = OptOut(customer_pseudonym=pseudonym, channel=channel, opted_out_at=utc_now())
    session.add(row)
    session.flush()
    return True


def _people(
    session: Session, query: Select[Any], pseudonyms: Sequence[str] | None
) -> set[str]:
    if pseudonyms is None:
        return set(session.execute(query).scalars())
    if len(pseudonyms) > NAMED_PEOPLE:
        return set(session.execute(query).scalars()) & set(pseudonyms)
    person = query.selected_columns[0]
    return set(session.execute(query.where(person.in_(pseudonyms))).scalars())


def _check(word: str, words: Sequence[str]) -> None:
    if word not in words:
        raise InvalidError(f"{word!r} is no channel; one of {', '.join(words)}")
