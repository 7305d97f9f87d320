import threading

import pytest
from sqlmodel import select

from ml.registry.models import models_folder
from ml.registry.roles import promote, retire, roll_back, roll_back_all
from ml.registry.versions import all_models
from store.errors import ConflictError, CorruptModelError, MissingError, NoModelError
from store.tables import AuditEvent, ModelVersion
from tests.ml.small import registered, small_dataset, small_model, tiny_model


@pytest.fixture(scope="module")
def model():
    return tiny_model(rounds=5)


@pytest.fixture
def versions(database, model):
    return [registered(database, model, hours=n) for n in range(4)]


@pytest.fixture
def serve(database):
    def serve(version, **more):
        return promote(
            database, database.settings, version, actor="ada", why="x", **more
        )

    return serve


@pytest.fixture
def back(database):
    def back(version):
        return roll_back(database, database.settings, version, actor="ada").version

    return back


def roles(database):
    return {row.version: row.role for row in all_models(database)}


def champions(database):
    return [v for v, role in roles(database).items() if role == "champion"]


def events(database):
    with database.reading() as session:
        found = session.exec(select(AuditEvent).order_by(AuditEvent.event_id))
        return [(e.actor, e.action, e.subject, e.details) for e in found]


def test_a_promotion_retires_the_one_before_and_is_written_down(
    database, versions, serve
):
    assert serve(versions[0])
    assert serve(versions[1])
    assert not serve(versions[1])
    assert [roles(database)[v] for v in versions[:3]] == [
        "retired",
        "champion",
        "challenger",
    ]
    assert events(database) == [
        ("ada", "model.promote", versions[0], {"previous": None, "why": "x"}),
        ("ada", "model.promote", versions[1], {"previous": versions[0], "why": "x"}),
    ]


def test_one_command_rolls_back_and_again_goes_further_back(versions, serve, back):
    for version in versions[:3]:
        serve(version)
    assert back(versions[2]) == versions[1]
    assert back(versions[1]) == versions[0]
    with pytest.raises(ConflictError, match="no model was served before"):
        back(versions[0])


def test_a_roll_back_asked_again_does_nothing_more(database, versions, serve, back):
    for version in versions[:3]:
        serve(version)
    assert back(versions[2]) == back(versions[2]) == versions[1]
    assert [event[1] for event in events(database)].count("model.rollback") == 1
    with pytest.raises(ConflictError, match="it is a retired"):
        back(versions[0])
    with pytest.raises(ConflictError, match="it is a challenger"):
        back(versions[3])


def test_what_was_rolled_back_can_be_served_again(database, versions, serve, back):
    serve(versions[0])
    serve(versions[1])
    back(versions[1])
    assert serve(versions[1])
    assert champions(database) == [versions[1]]
    assert back(versions[1]) == versions[0]


def test_both_purposes_are_rolled_back_unless_one_is_named(database, model, serve):
    dataset = small_dataset(1_000)
    other = small_model(dataset.rows, dataset.y, "checkout", rounds=3)
    shopper = [registered(database, model, hours=n) for n in range(2)]
    checkout = [registered(database, other, hours=n) for n in range(2)]
    for version in (*shopper, *checkout):
        serve(version)
    settings = database.settings
    one = roll_back_all(database, settings, "shopper", actor="cli")
    assert one == {"shopper": {"version": shopper[0], "instead_of": shopper[1]}}
    # One has nothing left to go back to, the other has.
    both = roll_back_all(database, settings, actor="cli")
    assert both == {"checkout": {"version": checkout[0], "instead_of": checkout[1]}}
    with pytest.raises(ConflictError):
        roll_back_all(database, settings, actor="cli")
    with pytest.raises(NoModelError, match="no resale model"):
        roll_back_all(database, settings, "resale", actor="cli")


def test_what_can_not_be_loaded_is_not_served(database, versions, serve, back):
    for version in versions[:2]:
        serve(version)
    folder = models_folder(database.settings)
    (folder / f"{versions[2]}.json").write_bytes(b"{}")
    with pytest.raises(CorruptModelError):
        serve(versions[2])
    (folder / f"{versions[0]}.json").unlink()
    with pytest.raises(CorruptModelError):
        back(versions[1])
    assert champions(database) == [versions[1]]


def test_an_unknown_version_is_said_to_be_so(serve, back, database):
    for ask in (serve, back):
        with pytest.raises(MissingError, match="models list"):
            ask("20260101T000000-shopper")


def test_a_verdict_on_another_champion_does_not_count(database, versions, serve):
    serve(versions[0])
    assert not serve(versions[2], instead_of=versions[1])
    assert champions(database) == [versions[0]]
    assert serve(versions[2], instead_of=versions[0])


def test_only_a_challenger_is_retired(database, versions, serve):
    serve(versions[0])
    for version in versions[:2]:
        retire(database, version, why="worse")
    assert [roles(database)[v] for v in versions[:2]] == ["champion", "retired"]
    assert events(database)[-1] == (
        "train",
        "model.retire",
        versions[1],
        {"why": "worse"},
    )


def test_promotions_at_once_leave_one_champion(database, versions, serve):
    together, errors = threading.Barrier(len(versions)), []

    def race(version):
        together.wait()
        try:
            serve(version)
        except Exception as error:
            errors.append(error)

    for _ in range(5):
        threads = [threading.Thread(target=race, args=(v,)) for v in versions]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert errors == []
        assert len(champions(database)) == 1
        assert sorted(roles(database).values()).count("retired") == 3


def test_roll_backs_at_once_go_one_step_back(database, versions, serve, back):
    for version in versions:
        serve(version)
    together, found = threading.Barrier(4), []

    def race():
        together.wait()
        found.append(back(versions[3]))

    threads = [threading.Thread(target=race) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [versions[2]] * 4
    assert champions(database) == [versions[2]]


def test_a_promotion_that_breaks_off_leaves_the_champion(
    database, versions, serve, monkeypatch
):
    serve(versions[0])

    def fail(*_):
        raise RuntimeError("broken off")

    monkeypatch.setattr("ml.registry.roles._note", fail)
    with pytest.raises(RuntimeError):
        serve(versions[1])
    assert champions(database) == [versions[0]]
    with database.reading() as session:
        assert session.get(ModelVersion, versions[1]).role == "challenger"
