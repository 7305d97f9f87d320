"""People who log in, and what the database holds before and after."""

import pytest
from argon2 import PasswordHasher
from sqlmodel import SQLModel, select

from server.access import passwords
from server.access.tokens import make_token
from server.access.users import add_user

PASSWORD = "seven green lamps at noon"
ORIGIN = "http://localhost"
# Noted whenever a token or a session that counts is used, even for what it may not do.
NOTED = {("api_token", "last_used_on"), ("admin_session", "seen_at")}


@pytest.fixture(autouse=True)
def _cheap_hashes(monkeypatch):
    """Argon2id at its least: these tests log in hundreds of times."""
    least = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr(passwords, "_hasher", least)
    passwords._stand_in.cache_clear()
    yield
    passwords._stand_in.cache_clear()


@pytest.fixture
def people(database):
    """Ada administers, Otto operates, Vera looks: each with a password."""
    roles = {"ada": "admin", "otto": "operator", "vera": "viewer"}
    with database.writing() as session:
        for name, role in roles.items():
            add_user(session, name, role, actor="cli", password=PASSWORD)
    return roles


@pytest.fixture
def log_in(app, people):
    """Log in; returns the client with its cookie, and what the answer said."""

    def log_in(name="ada", password=PASSWORD, address="127.0.0.1", on=app):
        client = on.test_client()
        client.environ_base["REMOTE_ADDR"] = address
        body = {"name": name, "password": password}
        return client, client.post("/v1/admin/session", json=body)

    return log_in


@pytest.fixture
def token_of(database, people):
    """Make a token and return it."""

    def token_of(name, *scopes):
        with database.writing() as session:
            return make_token(session, name, scopes, actor="cli")[0]

    return token_of


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def contents(database) -> dict[str, list]:
    """Return every row of every table, but for what any use notes."""
    with database.reading() as session:
        return {
            table.name: sorted(
                session.execute(
                    select(*[c for c in table.c if (table.name, c.name) not in NOTED])
                ).all(),
                key=repr,
            )
            for table in SQLModel.metadata.sorted_tables
        }
