from collections import Counter
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlmodel import select

from interventions.nightly import run_night
from interventions.nightly.parts import intervention_id
from store.consent import opt_out
from store.errors import InvalidError, NoModelError
from store.tables import (
    Assignment,
    Delivery,
    Intervention,
    Night,
    Prediction,
    Return,
)
from tests.interventions.nightly.shop import (
    START,
    IdScorer,
    order,
    put_consents,
    put_orders,
)

NIGHT = date(2026, 3, 3)
NOW = datetime(2026, 3, 4, 0, 30, tzinfo=UTC)
NO_HOLDOUT = "[experiment]\nholdout_share = 0.0\n"


@pytest.fixture
def ruled(database, tmp_path):
    """Settings with rules of a text's own; by default nobody is held out."""

    def ruled(text: str = NO_HOLDOUT):
        file = tmp_path / f"{abs(hash(text))}.toml"
        file.write_text(text)
        return database.settings.model_copy(update={"rules_file": file})

    return ruled


@pytest.fixture
def night(database, ruled):
    def night(day=NIGHT, *, rules=NO_HOLDOUT, now=None, scorer=None, **options):
        now = now or datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(
            days=1, minutes=30
        )
        return run_night(
            database,
            ruled(rules),
            day,
            scorer=scorer or IdScorer(),
            now=now,
            **options,
        )

    return night


def rows(database, table) -> list:
    with database.reading() as session:
        return list(session.exec(select(table)))


def everything(database) -> dict[str, list]:
    tables = (Prediction, Intervention, Assignment, Delivery, Night)
    return {t.table_name(): [r.model_dump() for r in rows(database, t)] for t in tables}


def test_a_night_decides_what_is_due(database, night):
    put_orders(
        database,
        order("a-90"),
        order("b-65"),
        order("c-20"),
        order("d-x"),
        order("next-90", days=1),
        order("back-90"),
    )
    put_consents(database, "of a-90", "of b-65", "of c-20", "of d-x", "of back-90")
    with database.writing() as session:
        session.add(Return(order_id="back-90", returned_at=START + timedelta(1)))
    said = night()
    assert said == {
        "night": "2026-03-03",
        "predicted": 4,
        "predicted_now": 4,
        "offers": {"email_offer": 1, "sms_reminder": 1},
        "deliveries": {"email": 1, "sms": 1},
        "left_alone": {"below_threshold": 1, "no_evidence": 1},
        "model": "v1",
        "trained_on": "retailer",
    }
    risks = {p.order_id: p.risk for p in rows(database, Prediction)}
    assert risks == {"a-90": 0.9, "b-65": 0.65, "c-20": 0.2, "d-x": None}
    email, sms = sorted(rows(database, Intervention), key=lambda i: i.kind)
    assert email.model_dump() == {
        "intervention_id": intervention_id("a-90", "email_offer"),
        "order_id": "a-90",
        "customer_pseudonym": "of a-90",
        "kind": "email_offer",
        "risk": 0.9,
        "decided_at": NOW,
        "night": NIGHT,
        "experiment": "nightly",
        "arm": "treatment",
        # 0.9 x (8 + 0.3 x 100) x 0.15 - (0.001 + 0.1 x 15), in cents
        "value_minor": 363,
        "offer_minor": 1500,
        "currency": "USD",
    }
    assert (sms.order_id, sms.kind, sms.offer_minor) == ("b-65", "sms_reminder", None)
    sent = {d.channel: d for d in rows(database, Delivery)}
    assert {d.state for d in sent.values()} == {"pending"}
    assert sent["email"].not_before == NOW.replace(hour=8, minute=0)
    assert sent["sms"].not_before == NOW.replace(hour=9, minute=0)
    assert sent["sms"].intervention_id == sms.intervention_id
    (kept,) = rows(database, Night)
    assert (kept.started_at, kept.finished_at) == (NOW, NOW)


def test_a_second_run_changes_nothing(database, night):
    put_orders(database, order("a-90"), order("b-65"))
    put_consents(database, "of a-90", "of b-65")
    night()
    before = everything(database)
    again = night(now=NOW + timedelta(hours=1))
    assert again["predicted_now"] == 0
    assert everything(database) == before


def test_what_is_decided_in_parts_is_as_decided_at_once(database, night):
    put_orders(database, *(order(f"o{n}-{50 + n}", 0.1 + n % 3 / 9) for n in range(47)))
    put_consents(database, *(f"of o{n}-{50 + n}" for n in range(47)))
    said = night(part_orders=5)
    assert said["predicted"] == said["predicted_now"] == 47
    assert sum(said["deliveries"].values()) + sum(said["left_alone"].values()) == 47
    assert len(rows(database, Delivery)) == sum(said["deliveries"].values()) > 20


def test_people_are_left_alone_for_a_reason(database, night):
    put_orders(
        database,
        order("out-90"),
        order("quiet-65"),
        order("silent-90"),
        order("mail-90"),
        order("euro-90", currency="EUR"),
        order("cheap-61", unit_price_minor=1),
    )
    yes = ("out-90", "quiet-65", "mail-90", "euro-90", "cheap-61")
    put_consents(database, *(f"of {o}" for o in yes))
    with database.writing() as session:
        opt_out(session, "of out-90", "all")
        opt_out(session, "of quiet-65", "sms")
        opt_out(session, "of mail-90", "sms")
    rules = NO_HOLDOUT + "[offers.sms_reminder]\nmessage_cost = 0.5\n"
    said = night(rules=rules)
    assert said["left_alone"] == {
        "opted_out": 2,
        "no_consent": 1,
        "other_currency": 1,
        "not_worth_it": 1,
    }
    (one,) = rows(database, Intervention)
    assert one.order_id == "mail-90"


def test_a_person_is_not_written_to_too_often(database, night):
    # Three things on one night, one more two nights later, one more a week later.
    one = {"customer_pseudonym": "one"}
    put_orders(
        database,
        *(order(f"o{n}-65", 0.1 + n / 10, **one) for n in range(3)),
        order("later-65", days=2.5, **one),
        order("last-65", days=7.5, **one),
    )
    put_consents(database, "one")
    assert night()["left_alone"] == {"cap": 2}
    assert night(date(2026, 3, 5))["left_alone"] == {"cap": 1}
    assert night(date(2026, 3, 10))["deliveries"] == {"sms": 1}
    assert [i.order_id for i in rows(database, Intervention)] == ["o0-65", "last-65"]


def test_caps_hold_over_parts_and_over_channels(database, night):
    one = {"customer_pseudonym": "one"}
    risks = (90, 91, 65, 92, 66)
    put_orders(
        database, *(order(f"o{n}-{r}", n / 10, **one) for n, r in enumerate(risks))
    )
    put_consents(database, "one")
    rules = NO_HOLDOUT + "[caps]\nmost = 3\n"
    assert night(rules=rules, part_orders=1)["deliveries"] == {"email": 2, "sms": 1}


def test_the_holdout_is_written_down_and_gets_nothing(database, night):
    ids = [f"o{n}-90" for n in range(300)]
    put_orders(database, *(order(i, n / 400) for n, i in enumerate(ids)))
    put_consents(database, *(f"of {i}" for i in ids))
    said = night(rules="[experiment]\nholdout_share = 0.3\n")
    held = said["left_alone"]["holdout"]
    assert 60 < held < 120
    assert said["deliveries"] == {"email": 300 - held}
    arms = {a.customer_pseudonym: a.arm for a in rows(database, Assignment)}
    assert Counter(arms.values())["holdout"] == held
    made = {i.intervention_id: i for i in rows(database, Intervention)}
    assert len(made) == 300
    assert all(i.arm == arms[i.customer_pseudonym] for i in made.values())
    sent = {d.intervention_id for d in rows(database, Delivery)}
    assert sent == {i for i, row in made.items() if row.arm == "treatment"}


def test_who_is_in_an_arm_stays_there(database, night):
    one = {"customer_pseudonym": "one"}
    put_orders(database, order("a-65", **one), order("b-65", days=10, **one))
    put_consents(database, "one")
    night(rules="[experiment]\nholdout_share = 0.999\n")
    assert night(date(2026, 3, 13), rules=NO_HOLDOUT)["left_alone"] == {"holdout": 1}
    assert rows(database, Delivery) == []
    other = "[experiment]\nname = 'spring'\nholdout_share = 0.0\n"
    put_orders(database, order("c-65", days=20, **one))
    assert night(date(2026, 3, 23), rules=other)["deliveries"] == {"sms": 1}


def test_a_model_of_made_up_orders_reaches_nobody_unless_told_to(database, night):
    put_orders(database, order("a-90"), order("b-90", days=1))
    put_consents(database, "of a-90", "of b-90")
    sample = IdScorer(trained_on="sample")
    assert night(scorer=sample)["left_alone"] == {"sample_model": 1}
    assert rows(database, Intervention) == rows(database, Assignment) == []
    assert [p.trained_on for p in rows(database, Prediction)] == ["sample"]
    told = NO_HOLDOUT + "[night]\nsample_may_act = true\n"
    said = night(date(2026, 3, 4), scorer=sample, rules=told)
    assert said["deliveries"] == {"email": 1}


def test_an_order_that_comes_in_late_is_taken_by_the_next_night(database, night):
    put_orders(database, order("on-time-20"))
    night()
    put_orders(database, order("late-20", days=0.2), order("older-20", days=-15))
    assert night(now=NOW + timedelta(hours=2))["predicted_now"] == 1
    put_orders(database, order("later-20", days=-9.9))
    assert night(date(2026, 3, 4))["predicted_now"] == 1
    nights = {p.order_id: p.night.day for p in rows(database, Prediction)}
    assert nights == {"on-time-20": 3, "late-20": 3, "later-20": 4}


def test_an_order_that_is_not_linked_yet_waits(database, night):
    put_orders(database, order("a-20"), order("b-20", days=0.6))
    scorer = IdScorer(unlinked={"b-20"})
    assert night(scorer=scorer)["predicted_now"] == 1
    assert night(scorer=IdScorer())["predicted_now"] == 1


def test_a_night_that_was_broken_off_is_closed_by_the_next_one(database, night):
    put_orders(database, order("a-20"), order("b-20", days=0.6))

    class Breaks(IdScorer):
        def score(self, order_ids):
            if self.asked:
                raise RuntimeError("power cut")
            return super().score(order_ids)

    with pytest.raises(RuntimeError):
        night(scorer=Breaks(), part_orders=1)
    (broken,) = rows(database, Night)
    assert (broken.finished_at, broken.figures["predicted"]) == (None, 1)
    assert night(date(2026, 3, 4))["predicted_now"] == 1
    assert all(kept.finished_at for kept in rows(database, Night))


def test_what_is_no_longer_due_when_it_is_written_is_left(database, night):
    put_orders(database, order("a-90"), order("b-90"))
    put_consents(database, "of a-90", "of b-90")

    class Meanwhile(IdScorer):
        def score(self, order_ids):
            with database.writing() as session:
                session.add(Return(order_id="a-90", returned_at=START))
            return super().score(order_ids)

    assert night(scorer=Meanwhile())["predicted_now"] == 1
    assert [p.order_id for p in rows(database, Prediction)] == ["b-90"]


def test_a_day_that_is_not_over_is_refused(database, night):
    with pytest.raises(InvalidError, match="2026-03-03 is not over in UTC"):
        night(now=NOW - timedelta(hours=1))
    assert rows(database, Night) == []


def test_the_shops_own_midnight_counts(database, night):
    put_orders(database, order("a-20", days=0.9), order("b-20", days=0.6))
    tokyo = "[night]\ntime_zone = 'Asia/Tokyo'\n"
    assert night(rules=tokyo, now=NOW)["predicted"] == 1
    assert [p.order_id for p in rows(database, Prediction)] == ["b-20"]


def test_without_a_model_it_is_said(database, settings):
    with pytest.raises(NoModelError, match="trendguard train"):
        run_night(database, settings)
    assert rows(database, Night) == []
