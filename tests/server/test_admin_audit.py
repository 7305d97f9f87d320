from datetime import UTC, datetime

import pytest

from store.tables import AuditEvent

PATH = "/v1/admin/audit"


@pytest.fixture
def listed(client, admin, stored):
    stored(
        *(
            AuditEvent(
                happened_at=datetime(2026, 3, day, tzinfo=UTC),
                actor=actor,
                action=action,
                subject=subject,
                details={"day": day},
            )
            for day, actor, action, subject in (
                (1, "ada", "crawl.run", "r1"),
                (2, "otto", "crawl.run", "r2"),
                (3, "ada", "watch.set", "7"),
                (4, "cli", "admin.add", "ada"),
            )
        )
    )

    def listed(**query):
        answer = client.get(PATH, query_string=query, headers=admin)
        assert answer.status_code == 200, answer.json
        return [event["details"]["day"] for event in answer.json["events"]]

    return listed


def test_events_are_listed_newest_first_and_in_parts(listed, client, admin):
    assert listed() == [4, 3, 2, 1]
    first = client.get(f"{PATH}?limit=2", headers=admin).json["events"]
    assert [event["details"]["day"] for event in first] == [4, 3]
    assert listed(before=first[-1]["event_id"]) == [2, 1]
    assert (
        first[0].items()
        >= {
            "happened_at": "2026-03-04T00:00:00Z",
            "actor": "cli",
            "action": "admin.add",
            "subject": "ada",
        }.items()
    )


@pytest.mark.parametrize(
    ("query", "days"),
    [
        ({"actor": "ada"}, [3, 1]),
        ({"action": "crawl.run"}, [2, 1]),
        ({"subject": "ada"}, [4]),
        ({"actor": "ada", "action": "crawl.run"}, [1]),
        ({"since": "2026-03-02T00:00:00Z"}, [4, 3, 2]),
        ({"until": "2026-03-03T01:00:00+01:00"}, [2, 1]),
        ({"actor": "' OR 1=1 --"}, []),
        ({"since": "0001-01-01T00:00:00Z"}, [4, 3, 2, 1]),
    ],
)
def test_only_some_are_listed(listed, query, days):
    assert listed(**query) == days


@pytest.mark.parametrize(
    "query",
    [
        {"limit": 0},
        {"limit": 1001},
        {"before": 2**31},
        {"actor": "a\0"},
        {"since": "5"},
        {"since": "yesterday"},
        {"since": "2026-03-02T00:00:00"},
        {"until": "0001-01-01T00:00:00+10:00"},
        {"of": "ada"},
    ],
)
def test_what_can_not_be_asked_is_refused(client, admin, query):
    answer = client.get(PATH, query_string=query, headers=admin)
    assert answer.status_code == 422
