"""From feature rows to finished risk cards."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from itertools import islice
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from cachetools import LRUCache

from ml.card import BandRisk, Card, CardModel, Evidence, Kept, Resale, Sentiment
from ml.cells import Cells
from ml.evidence import evidence_of, widened
from ml.features import AGE_FROM
from ml.lifespan import Lifespan
from ml.model import Prediction, RegretModel
from ml.reasons import reasons_for, typical_price
from store.keeping import Keeper
from store.settings import Settings
from store.tables import ModelVersion

Facts = dict[str, Any]
Floats = npt.NDArray[np.float64]
CHUNK_PRODUCTS = 4_096
# What the model said of so many cells is kept: pages and prices come again.
KEPT_CELLS = 8_192


@dataclass(frozen=True)
class CardMaker:
    """Makes cards with one model.

    Parameters
    ----------
    version : ModelVersion
        What the registry says of the model.
    model : RegretModel
        The shopper model.
    band_shares : dict
        Age band -> share of the people the card speaks of, adding up to 1.
    lifespan : Lifespan
        Says how much longer a trend may go on.
    settings : Settings
        For how long cards hold.
    """

    version: ModelVersion
    model: RegretModel
    band_shares: dict[str, float]
    lifespan: Lifespan
    settings: Settings

    def make(
        self, products: list[tuple[str, Facts, Kept | None]], now: datetime
    ) -> list[Card]:
        """Return a card for each (key, feature row, kept share)."""
        evidence = [evidence_of(facts) for _, facts, _ in products]
        known = [p[1] for p, e in zip(products, evidence, strict=True) if e != "none"]
        rated = iter(self._rate(known))
        return [
            self._card(product, found, None if found == "none" else next(rated), now)
            for product, found in zip(products, evidence, strict=True)
        ]

    def _rate(self, rows: list[Facts]) -> list["Rated"]:
        if not rows:
            return []
        matrix = self._matrix(rows)
        keys = self._cells.keys(matrix)
        rated = {key: known for key in set(keys) if (known := self._known.get(key))}
        first = {key: at for at, key in enumerate(keys) if key not in rated}
        for start in range(0, len(first), CHUNK_PRODUCTS):
            some = dict(islice(first.items(), start, start + CHUNK_PRODUCTS))
            found = self._predicted(matrix[list(some.values())])
            rated |= dict(zip(some, found, strict=True))
        for key in first:
            self._known.put(key, rated[key])
        return [rated[key] for key in keys]

    def _matrix(self, rows: list[Facts]) -> Floats:
        """Return a row for each product, without an age."""
        ageless = [row | {"age_band": None} for row in rows]
        encoder = self.model.encoder
        if len(rows) == 1:
            return encoder.vector(ageless[0])
        return encoder.matrix(pa.Table.from_pylist(ageless))

    def _predicted(self, matrix: Floats) -> list["Rated"]:
        ages = [AGE_FROM[band] for band in self.band_shares]
        every = np.repeat(matrix, len(ages), axis=0)
        every[:, self.model.encoder.names.index("age_from")] = np.tile(
            ages, len(matrix)
        )
        predicted = self.model.predict_matrix(every)
        return [
            Rated.of(predicted, slice(start, start + len(ages)), self.band_shares)
            for start in range(0, len(every), len(ages))
        ]

    @cached_property
    def _cells(self) -> Cells:
        return Cells.of(self.model)

    @cached_property
    def _known(self) -> Keeper[bytes, "Rated"]:
        return Keeper(LRUCache(KEPT_CELLS))

    def _card(
        self,
        product: tuple[str, Facts, Kept | None],
        evidence: Evidence,
        rated: "Rated | None",
        now: datetime,
    ) -> Card:
        key, facts, kept = product
        said = self._said(facts, evidence, rated, now) if rated else {}
        return Card(
            **{"evidence": evidence} | said,
            key=key,
            stage=facts.get("stage"),
            trended_days=facts.get("trended_days"),
            days_since_peak=facts.get("days_since_peak"),
            expected_days_left=self._days_left(facts),
            kept_180_days=kept,
            resale=_resale(facts),
            sentiment=_sentiment(facts),
            computed_at=now,
            expires_at=now + timedelta(days=self.settings.card_days),
        )

    def _said(
        self, facts: Facts, evidence: Evidence, rated: "Rated", now: datetime
    ) -> dict[str, Any]:
        """Return what the model adds to a card."""
        if rated.unusual and evidence == "enough":
            evidence = "thin"
        low, high = widened(*rated.overall, evidence, unusual=rated.unusual)
        return {
            "evidence": evidence,
            "risk": rated.overall[0],
            "risk_low": low,
            "risk_high": high,
            "risk_by_age_band": rated.band_risks(evidence),
            "reasons": reasons_for(facts, rated.effects, now),
            "model": CardModel(
                version=self.version.version,
                trained_on=self.version.trained_on,
                target=self.version.target,
            ),
        }

    def _days_left(self, facts: Facts) -> float | None:
        if facts.get("stage") is None:
            return None
        return self.lifespan.expected_days_left(facts["stage"], facts["trended_days"])


@dataclass(frozen=True)
class Rated:
    """What the model says of one product.

    Attributes
    ----------
    overall : tuple
        Risk, low and high over all age bands.
    by_band : dict
        The same for each.
    effects : dict
        Group of features -> effect, mean over the bands.
    unusual_bands : set of str
        The bands for which a value is unlike all that training saw.
    """

    overall: tuple[float, float, float]
    by_band: dict[str, tuple[float, float, float]]
    effects: dict[str, float]
    unusual_bands: frozenset[str]

    @classmethod
    def of(
        cls, predicted: Prediction, here: slice, band_shares: dict[str, float]
    ) -> "Rated":
        """Return the part of a prediction that is one product's, its bands in order."""
        shares = np.array(list(band_shares.values()))
        parts = [p[here] for p in (predicted.risk, predicted.low, predicted.high)]
        rows = zip(*(part.tolist() for part in parts), strict=True)
        risk, low, high = (float(part @ shares) for part in parts)
        effects = {g: float(e[here] @ shares) for g, e in predicted.effects.items()}
        flags = zip(band_shares, predicted.unusual[here], strict=True)
        unusual_bands = frozenset(band for band, unusual in flags if unusual)
        by_band = dict(zip(band_shares, rows, strict=True))
        return cls((risk, low, high), by_band, effects, unusual_bands)

    @property
    def unusual(self) -> bool:
        """Whether the product is, not only an age that no buyer was of."""
        return len(self.unusual_bands) == len(self.by_band)

    def band_risks(self, evidence: Evidence) -> dict[str, BandRisk]:
        """Return the card's rows by age band."""
        risks = {}
        for band, (risk, low, high) in self.by_band.items():
            unusual = band in self.unusual_bands
            found: Evidence = "thin" if unusual else evidence
            wide_low, wide_high = widened(risk, low, high, found, unusual=unusual)
            risks[band] = BandRisk(risk=risk, risk_low=wide_low, risk_high=wide_high)
        return risks


def _resale(facts: Facts) -> Resale | None:
    if facts.get("resale_drop") is None:
        return None
    return Resale(
        drop=facts["resale_drop"],
        median_ask=typical_price(facts),
        n=facts["resale_n"],
        as_of=facts["resale_as_of"],
    )


def _sentiment(facts: Facts) -> Sentiment | None:
    if facts.get("sentiment_score") is None:
        return None
    return Sentiment(score=facts["sentiment_score"], n=facts["sentiment_n"])
