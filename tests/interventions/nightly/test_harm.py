"""What the experiment has shown to do harm is not offered any more."""

from datetime import UTC, date, datetime

import pytest
from sqlmodel import select

from interventions import nightly
from interventions.experiments.segments import Segment
from store.tables import Delivery, Intervention, Prediction
from tests.interventions.nightly.shop import (
    IdScorer,
    order,
    put_consents,
    put_orders,
)

NIGHT = date(2026, 3, 3)
NOW = datetime(2026, 3, 4, 0, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("segment", "spared"),
    [
        (Segment("age_band", "65-69"), {"old-65"}),
        (Segment("kind", "sms_reminder"), {"old-65", "young-65"}),
        (Segment("risk_band", "0.6-0.7"), {"old-65", "young-65"}),
        (Segment("risk_band", "0.7-0.8"), set()),
        (Segment("category", "home"), set()),
    ],
)
def test_it_is_not_offered_there(database, tmp_path, monkeypatch, segment, spared):
    file = tmp_path / "rules.toml"
    file.write_text("[experiment]\nholdout_share = 0.0\n")
    settings = database.settings.model_copy(update={"rules_file": file})
    put_orders(
        database, order("old-65", age_band="65-69"), order("young-65", age_band="20-24")
    )
    put_consents(database, "of old-65", "of young-65")
    asked = []

    def harmful(*given):
        asked.append(given[-1])
        return frozenset({segment})

    monkeypatch.setattr(nightly, "harmful_segments", harmful)
    said = nightly.run_night(database, settings, NIGHT, scorer=IdScorer(), now=NOW)
    assert asked == [NOW]
    assert said["left_alone"].get("does_harm", 0) == len(spared)
    with database.reading() as session:
        made = {row.order_id for row in session.exec(select(Intervention))}
        assert made == {"old-65", "young-65"} - spared
        assert len(session.exec(select(Delivery)).all()) == len(made)
        assert len(session.exec(select(Prediction)).all()) == 2
