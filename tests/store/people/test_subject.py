import json
import stat

import pytest
from sqlalchemy import text

from store.database import Database
from store.errors import MissingError
from store.people.columns import PERSON_COLUMNS
from store.people.forgetting import forget
from store.people.mentions import Names
from store.people.subject import subject, write_subject
from store.tables import Delivery, Order
from tests.store.people.world import ANNA, BERT, ORDERS, fill, key


def test_all_that_is_kept_about_a_person_is_given_out(database, tmp_path):
    fill(database, tmp_path / "export")
    told = subject(database, database.settings, f" {ANNA}\n")
    assert told["customer_pseudonym"] == key(database).pseudonym(ANNA)
    counts = {name: len(table["rows"]) for name, table in told["tables"].items()}
    assert counts == {
        "order": 3,
        "return": 1,
        "consent": 1,
        "opt_out": 1,
        "assignment": 1,
        "intervention": 1,
        "prediction": 3,
        "listing_draft": 1,
        "delivery": 1,
    }
    assert set(counts) == {table.table_name() for table in PERSON_COLUMNS}
    named = {name: len(table["rows"]) for name, table in told["mentions"].items()}
    assert named == {"audit_event": 2, "job_run": 1, "crawl_run": 1}
    orders = told["tables"]["order"]
    assert orders["about"] == " ".join(Order.__doc__.split())
    assert orders["columns"]["age_band"].startswith("Five-year band")
    assert [row["order_id"] for row in orders["rows"]] == list(ORDERS[ANNA])
    assert set(orders["rows"][0]) == set(Order.column_names())
    (delivery,) = told["tables"]["delivery"]["rows"]
    assert set(delivery) == set(Delivery.column_names())
    written = json.dumps(told, default=str)
    assert not any(name in written for name in (ANNA, BERT, *ORDERS[BERT]))
    with database.reading() as session:
        query = text("SELECT details FROM audit_event WHERE action = 'person.subject'")
        assert "'order': 3" in str(session.execute(query).scalar_one()).replace(
            '"', "'"
        )


def test_who_is_not_known_is_told_so(database, tmp_path):
    fill(database, tmp_path / "export")
    with pytest.raises(MissingError, match="is the id as the shop writes it") as said:
        subject(database, database.settings, "ORDER-ANNA")
    assert "ORDER-ANNA" not in str(said.value)
    forget(database, database.settings, ANNA)
    with pytest.raises(MissingError, match="who was forgotten on 20"):
        subject(database, database.settings, ANNA)


def test_the_file_is_for_its_owner_alone(settings, tmp_path):
    database = Database(settings)
    database.upgrade()
    fill(database, tmp_path / "export")
    told = subject(database, settings, ANNA)
    write_subject(settings, ANNA, told, tmp_path / "out.json")
    database.close()
    assert stat.S_IMODE((tmp_path / "out.json").stat().st_mode) == 0o600
    kept = json.loads((tmp_path / "out.json").read_text())
    assert kept["tables"]["order"]["rows"][0]["purchased_at"].endswith("+00:00")


def test_a_name_within_a_longer_one_is_somebody_else():
    names = Names.of("ab" * 32, "shop-7", "ORDER-12", "17")
    assert names.words == ("ab" * 32, "shop-7", "ORDER-12")
    for text_ in ("of shop-7.", "job@shop-7", '{"a": "ORDER-12"}', f"x:{'ab' * 32}"):
        assert names.stand_in(text_), text_
    for text_ in ("shop-7-12", "my_shop-7", "shop-71", "a.shop-7", "shop-7@x", "17"):
        assert not names.stand_in(text_), text_
    assert names.anywhere.search(b"shop-7-12.json")
    assert names.blotted("ask shop-7, not shop-7-12") == "ask forgotten, not shop-7-12"
