from datetime import UTC, datetime, timedelta

import pytest

from store.consent import consented, excluded, opt_out, record_consent
from store.errors import InvalidError

START = datetime(2026, 5, 1, tzinfo=UTC)


def decide(session, person, *answers, purpose="email"):
    for number, is_given in enumerate(answers):
        record_consent(
            session,
            person,
            purpose,
            is_given=is_given,
            source="form",
            decided_at=START + timedelta(hours=number),
        )


def test_the_newest_decision_counts(database):
    with database.writing() as session:
        decide(session, "yes", True)
        decide(session, "again", True, False, True)
        decide(session, "withdrawn", True, False)
        decide(session, "other", True, purpose="sms")
        decide(session, "withdrawn", True, purpose="sms")
    with database.reading() as session:
        assert consented(session, "email") == {"yes", "again"}
        assert consented(session, "email", ["again", "withdrawn"]) == {"again"}
        assert consented(session, "email", []) == set()
        assert consented(session, "sms") == {"other", "withdrawn"}


def test_who_opted_out_of_everything_is_in_no_channel(database):
    with database.writing() as session:
        assert opt_out(session, "silent")
        assert not opt_out(session, "silent")
        assert opt_out(session, "letters", "email")
    with database.reading() as session:
        assert excluded(session, "email") == {"silent", "letters"}
        assert excluded(session, "sms") == {"silent"}
        assert excluded(session, "email", ["letters", "x"]) == {"letters"}


def test_a_channel_that_is_none_is_refused(database):
    with database.writing() as session:
        with pytest.raises(InvalidError, match="email, sms, webhook, all"):
            opt_out(session, "a", "fax")
        with pytest.raises(InvalidError, match="fax"):
            record_consent(session, "a", "fax", is_given=True, source="form")
