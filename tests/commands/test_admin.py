"""The admin commands, run in this process on a database of their own."""

import json

import pytest
from typer.testing import CliRunner

import cli
from server.access.passwords import verify
from server.app import create_app
from store.database import Database
from store.errors import TrendGuardError
from store.settings import Settings, get_settings
from store.tables import AdminUser
from tests.server.access.conftest import PASSWORD, bearer


@pytest.fixture
def admin(tmp_path, monkeypatch):
    """Run `trendguard admin …`; returns what it printed as JSON, or raises."""
    monkeypatch.setenv("TRENDGUARD_DATA_DIR", str(tmp_path / "data"))
    get_settings.cache_clear()

    def admin(*words, typed="", code=0):
        words = ["admin", *words, "--json"]
        done = CliRunner().invoke(cli.app, words, input=typed)
        if isinstance(done.exception, TrendGuardError):
            raise done.exception
        assert done.exit_code == code, done.output
        return json.loads(done.stdout) if code == 0 else done.stderr

    return admin


@pytest.fixture
def opened(tmp_path):
    database = Database(Settings(data_dir=tmp_path / "data"))
    yield database
    database.close()


def status(database, token, method="GET"):
    client = create_app(database.settings, database).test_client()
    path = "/v1/admin/crawls"
    return client.open(path, method=method, headers=bearer(token)).status_code


def password_hash(database, name):
    with database.reading() as session:
        return session.get_one(AdminUser, name).password_hash


def test_a_person_is_added_with_a_token_and_a_password_where_asked(admin, opened):
    made = admin("add", "ada")
    assert (made["name"], made["role"]) == ("ada", "admin")
    assert password_hash(opened, "ada") is None
    assert status(opened, made["token"]) == 200
    viewer = admin(
        "add", "vera", "--role", "viewer", "--password-stdin", typed=PASSWORD
    )
    assert verify(password_hash(opened, "vera"), PASSWORD)
    assert status(opened, viewer["token"]) == 200
    assert status(opened, viewer["token"], "POST") == 403
    with pytest.raises(TrendGuardError, match="no role 'king'"):
        admin("add", "eve", "--role", "king")
    with pytest.raises(TrendGuardError, match="at least 12"):
        admin("add", "eve", "--password-stdin", typed="short\n")
    assert "--password-stdin" in admin("add", "eve", "--password", code=2)


def test_a_password_is_set(admin, opened):
    admin("add", "ada")
    shown = admin("password", "ada", "--password-stdin", typed=f"{PASSWORD}\r\nrest")
    assert verify(password_hash(opened, "ada"), PASSWORD)
    assert PASSWORD not in str(shown)
    assert "argon2" not in str(shown)
    with pytest.raises(TrendGuardError, match="no such person"):
        admin("password", "eve", "--password-stdin", typed=PASSWORD)


def test_a_token_is_made_listed_and_revoked(admin, opened):
    first = admin("add", "ada")["token"]
    words = ("--scope", "read", "--scope", "score", "--days", "7", "--label", "a shop")
    made = admin("token", "ada", *words)
    assert (made["scope"], made["label"]) == ("score read", "a shop")
    assert status(opened, made["token"]) == 200
    listed = admin("tokens")["tokens"]
    assert {row["token_id"] for row in listed} > {made["token_id"]}
    for secret in (first, made["token"], "token_sha256"):
        assert secret not in str(listed)
    assert admin("revoke", made["token_id"])["revoked_at"]
    assert status(opened, made["token"]) == 401
    with pytest.raises(TrendGuardError, match="no such token"):
        admin("revoke", "0" * 16)
    with pytest.raises(TrendGuardError, match="a token needs scopes"):
        admin("token", "ada", "--scope", "all")
    admin("token", "ada", "--scope", "read", "--days", "0", code=2)
    admin("token", "ada", code=2)


def test_a_person_is_disabled_and_enabled_but_not_the_last_admin(admin, opened):
    admin("add", "ada")
    token = admin("add", "otto")["token"]
    assert admin("disable", "otto")["disabled_at"]
    assert status(opened, token) == 401
    with pytest.raises(TrendGuardError, match="add an admin first"):
        admin("disable", "ada")
    assert admin("enable", "otto")["disabled_at"] is None
    assert status(opened, token) == 200


def test_people_see_tables(admin, opened):
    admin("add", "ada")
    done = CliRunner().invoke(cli.app, ["admin", "tokens"])
    assert done.exit_code == 0
    assert "last used" in done.stdout
