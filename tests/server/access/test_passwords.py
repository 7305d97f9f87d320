import pytest
from argon2 import PasswordHasher

from server.access.passwords import hash_password, is_outdated, verify
from store.clock import utc_now
from store.errors import InvalidError
from store.tables import AdminUser
from tests.server.access.conftest import PASSWORD


@pytest.fixture(autouse=True)
def _cheap_hashes():
    """None here: the parameters are those that are used."""


def test_a_password_is_kept_as_argon2id_with_a_salt_of_its_own():
    kept = hash_password(PASSWORD, "ada")
    assert kept.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert kept != hash_password(PASSWORD, "ada")
    assert verify(kept, PASSWORD)
    assert not verify(kept, PASSWORD + " ")
    assert not verify(kept, "")


def test_the_same_letters_typed_in_another_way_are_the_same_password():
    kept = hash_password("caf\u00e9 am Kanal um neun", "ada")
    assert verify(kept, "cafe\u0301 am Kanal um neun")


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("", "at least 12"),
        ("eleven char", "at least 12"),
        ("ü" * 513, "at most 1024 bytes"),
        ("Ada of the Lamps", "the name is no password"),
        ("passwordpassword", "among the first"),
        ("123456789012", "among the first"),
        ("trendguard123", "among the first"),
        ("aaaaaaaaaaaa", "among the first"),
        ("whole \ud800 characters", "whole characters"),
    ],
)
def test_a_password_that_is_no_good_is_refused_with_a_reason(password, why):
    with pytest.raises(InvalidError, match=why):
        hash_password(password, "ada of the lamps")


def test_no_composition_is_asked_for_and_long_ones_are_taken():
    for password in (PASSWORD, "vier grüne Lampen", "🦩🦒🐙🦩🐌🦔🐝🦋🐞🪲🦗🐛"):
        assert verify(hash_password(password, "ada"), password)
    assert verify(hash_password("lamp " * 200 + "post", "ada"), "lamp " * 200 + "post")


def test_what_is_kept_and_makes_no_sense_lets_nobody_in():
    for kept in ("", "plain", "$argon2id$v=19$m=65536,t=3,p=4$broken"):
        assert not verify(kept, PASSWORD)
    assert not verify(None, PASSWORD)
    assert not verify(hash_password(PASSWORD, "ada"), "\ud800")


def test_older_parameters_are_replaced_at_the_next_log_in(log_in, database):
    old = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1).hash(PASSWORD)
    with database.writing() as session:
        session.get_one(AdminUser, "ada").password_hash = old
    assert log_in()[1].status_code == 200
    with database.reading() as session:
        new = session.get_one(AdminUser, "ada").password_hash
    assert is_outdated(old)
    assert not is_outdated(new)
    assert verify(new, PASSWORD)


@pytest.mark.any_database
def test_for_a_name_nobody_has_a_password_is_verified_too(
    log_in, database, monkeypatch
):
    with database.writing() as session:
        session.get_one(AdminUser, "otto").password_hash = None
        session.get_one(AdminUser, "vera").disabled_at = utc_now()
    verified = []
    real = PasswordHasher.verify

    def counted(hasher, kept, password):
        verified.append(kept.split("$")[1:4])
        return real(hasher, kept, password)

    monkeypatch.setattr(PasswordHasher, "verify", counted)
    said = set()
    for name in ("ada", "nobody here", "otto", "vera", "\x00", "a" * 100, ""):
        _, answer = log_in(name, "not the password")
        assert answer.status_code == 401
        said.add(answer.json["detail"])
    assert said == {"name or password is wrong"}
    assert len(verified) == 7
    assert len({tuple(parameters) for parameters in verified}) == 1
