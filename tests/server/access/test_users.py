import threading

import pytest
from sqlmodel import select

from server.access.users import Change, add_admin, add_user, change_user
from store.errors import ConflictError, InvalidError, MissingError
from store.tables import AdminUser, AuditEvent
from tests.server.access.conftest import bearer

PATH = "/v1/admin/users"


@pytest.fixture
def ask(app, token_of):
    headers = bearer(token_of("ada", "admin"))

    def ask(method, path="", **body):
        return app.test_client().open(
            PATH + path, method=method, json=body or None, headers=headers
        )

    return ask


def test_a_person_is_added_listed_and_changed(ask):
    made = ask("POST", name="eve", role="viewer", password="two herons by a weir")
    assert made.status_code == 201
    assert (
        made.json.items()
        >= {
            "name": "eve",
            "role": "viewer",
            "has_password": True,
            "disabled_at": None,
        }.items()
    )
    assert ask("POST", name="eve", role="admin").status_code == 409
    changed = ask("PATCH", "/eve", role="operator")
    assert (changed.status_code, changed.json["role"]) == (200, "operator")
    assert ask("PATCH", "/eve", disabled=True).json["disabled_at"]
    assert ask("PATCH", "/eve", disabled=False).json["disabled_at"] is None
    users = ask("GET").json["users"]
    assert [user["name"] for user in users] == ["ada", "eve", "otto", "vera"]
    assert users[1] == changed.json
    assert ask("PATCH", "/nobody", role="viewer").status_code == 404
    assert ask("PATCH", "/%00", role="viewer").status_code == 404


WRONG = (
    {"name": ""},
    {"name": " eve"},
    {"name": "e\u200bve"},
    {"name": "e\x00ve"},
    {"name": "e\u202eve"},
    {"name": "e/ve"},
    {"name": ".."},
    {"name": "e" * 65},
    {"role": "king"},
    {"password": "short"},
    {"password": "passwordpassword"},
    {"extra": 1},
)


@pytest.mark.parametrize("changed", WRONG)
def test_what_breaks_a_rule_is_refused(ask, changed):
    answer = ask("POST", **({"name": "eve", "role": "viewer"} | changed))
    assert answer.status_code == 422, changed
    assert len(ask("GET").json["users"]) == 3


def test_a_name_has_one_form_and_can_not_be_a_machines(database):
    with database.writing() as session:
        user = add_user(session, "Zoe\u0308", "viewer", actor="cli")
        assert user.name == "Zo\u00eb"
        with pytest.raises(ConflictError):
            add_user(session, "Zo\u00eb", "viewer", actor="cli")
        change_user(session, "Zoe\u0308", Change(role="operator"), actor="cli")
        for name in ("cli", "Settings", "trial", "nobody"):
            with pytest.raises(ConflictError, match="take another"):
                add_user(session, name, "viewer", actor="cli")
    with pytest.raises(ConflictError, match="ada"):
        add_admin(database, add_admin(database, "ada") and "ada")
    with pytest.raises(InvalidError, match="no role"):
        add_admin(database, "eve", "king")


@pytest.mark.parametrize("change", [{"disabled": True}, {"role": "operator"}])
def test_the_last_admin_stays_one(ask, database, change):
    answer = ask("PATCH", "/ada", **change)
    assert answer.status_code == 409
    assert "add an admin first" in answer.json["detail"]
    assert (
        ask("GET").json["users"][0].items()
        >= {
            "role": "admin",
            "disabled_at": None,
        }.items()
    )
    assert ask("PATCH", "/otto", role="admin").status_code == 200
    assert ask("PATCH", "/ada", **change).status_code == 200
    with database.writing() as session, pytest.raises(ConflictError):
        change_user(session, "otto", Change(**change), actor="cli")


def test_two_admins_do_not_demote_each_other_at_once(database, people):
    with database.writing() as session:
        change_user(session, "otto", Change(role="admin"), actor="cli")
    refused = []
    ready = threading.Barrier(2)

    def demote(name):
        ready.wait()
        try:
            with database.writing() as session:
                change_user(session, name, Change(role="viewer"), actor="cli")
        except ConflictError:
            refused.append(name)

    for _ in range(5):
        threads = [threading.Thread(target=demote, args=[n]) for n in ("ada", "otto")]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        with database.writing() as session:
            admins = session.exec(select(AdminUser).where(AdminUser.role == "admin"))
            assert len(admins.all()) == 1
            for name in ("ada", "otto"):
                change_user(session, name, Change(role="admin"), actor="cli")
    assert len(refused) == 5


def test_where_there_never_was_an_admin_nobody_is_kept(database):
    with database.writing() as session:
        add_user(session, "otto", "operator", actor="settings")
        change_user(session, "otto", Change(disabled=True), actor="settings")
        with pytest.raises(MissingError):
            change_user(session, "ada", Change(disabled=True), actor="settings")


def test_who_changed_what_is_written_down_and_no_password(ask, database):
    ask("POST", name="eve", role="viewer", password="two herons by a weir")
    ask("PATCH", "/eve", role="operator", password="three herons by a weir")
    ask("PATCH", "/eve", disabled=True)
    with database.reading() as session:
        events = session.exec(
            select(AuditEvent)
            .where(AuditEvent.actor == "ada")
            .order_by(AuditEvent.event_id)
        ).all()
    assert [(e.action, e.subject, e.details) for e in events] == [
        ("admin.add", "eve", {"role": "viewer"}),
        ("admin.change", "eve", {"role": "operator", "password": True}),
        ("admin.change", "eve", {"disabled": True}),
    ]


def test_ones_own_new_password_counts_and_the_old_one_does_not(log_in):
    client, answer = log_in("vera")
    headers = {"X-CSRF-Token": answer.json["csrf_token"]}
    path, new = "/v1/admin/session/password", "three herons by a weir"
    body = {"current_password": "seven green lamps at noon"}
    weak = client.put(path, json=body | {"new_password": "vera"}, headers=headers)
    assert weak.status_code == 422
    done = client.put(path, json=body | {"new_password": new}, headers=headers)
    assert done.status_code == 204
    assert client.get("/v1/admin/session").status_code == 401
    assert log_in("vera")[1].status_code == 401
    assert log_in("vera", new)[1].status_code == 200
