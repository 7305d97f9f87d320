from datetime import UTC, datetime

from reporting.findings.consents import count_consents
from store.consent import opt_out, record_consent

DAY = datetime(2026, 1, 1, tzinfo=UTC)


def test_decisions_are_counted_by_purpose(database):
    with database.writing() as session:
        assert count_consents(session) == []
        for number in range(3):
            record_consent(
                session,
                f"c{number}",
                "email",
                is_given=True,
                source="x",
                decided_at=DAY,
            )
        record_consent(session, "c0", "email", is_given=False, source="x")
        record_consent(session, "c0", "sms", is_given=False, source="x")
        opt_out(session, "c1")
        opt_out(session, "c2", "sms")
    with database.reading() as session:
        found = {tuple(row.values()) for row in count_consents(session)}
    assert found == {("email", 3, 1, 0), ("sms", 0, 1, 1), ("all", 0, 0, 1)}
