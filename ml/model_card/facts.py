"""The model card's facts: the shape of the JSON, made from the registry's row alone."""

from datetime import date, datetime
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field

from ml.features import GROUPS
from ml.model_card.words import limits, not_for, use
from ml.quality.group_figure import GroupFigure
from store.tables import ModelVersion


class _Part(BaseModel):
    model_config = ConfigDict(use_attribute_docstrings=True, protected_namespaces=())


class Window(_Part):
    """Purchase days, both included."""

    first: date
    """The first."""

    last: date
    """The last."""


class Figures(_Part):
    """Quality on orders later than all the judged model learned from."""

    n: int
    """Orders."""

    base_rate: float
    """Share that came true, 0-1."""

    mean_risk: float | None = None
    """Mean of what was said, 0-1."""

    auc: float | None = None
    """Chance that one that came true was given more risk than one that did not."""

    pr_auc: float | None = None
    """Average precision."""

    brier: float
    """Mean squared error of the probability."""

    log_loss: float
    """Mean negative logarithm of the probability given to what happened."""

    ece: float
    """Mean gap between said and seen over 15 bins."""


class CalibrationBin(_Part):
    """A tenth of the orders, by what was said of them."""

    risk_from: float
    """Lowest risk in it."""

    risk_to: float
    """Highest risk in it."""

    mean_risk: float
    """Mean of what was said."""

    rate: float
    """Share that came true."""

    low: float
    """Lower end of its 90 % interval (Jeffreys)."""

    high: float
    """Upper end of its 90 % interval."""

    n: int
    """Orders."""


class NetBenefit(_Part):
    """What acting on every order from a threshold on is worth."""

    threshold: float
    """Risk from which on one acts; a wrong act then costs ``t / (1 - t)``."""

    flagged: float
    """Share of orders acted on."""

    precision: float | None
    """Share of those that came true; None where none is acted on."""

    recall: float | None
    """Share of what came true that was acted on."""

    net_benefit: float
    """Gain an order, where a right act gains 1."""

    net_benefit_all: float
    """Gain an order of acting on all of them."""


class ModelCard(_Part):
    """What a model is for, what it learned from, how good it is and for whom."""

    version: str
    """Its version."""

    purpose: Literal["shopper", "checkout"]
    """``shopper`` (what a browser may know) or ``checkout`` (also the customer)."""

    target: Literal["regret", "returned"]
    """What it predicts."""

    trained_on: Literal["retailer", "sample"]
    """``sample``: learned from made-up orders, not to be acted on."""

    trained_at: datetime
    """When, UTC."""

    window: Window
    """What it learned from."""

    judged: Window | None = None
    """The later days that the figures are of."""

    weighted: bool = False
    """Whether orders with a known reason stand for those without one as well."""

    features: dict[str, list[str]]
    """Columns it reads, by the part of an explanation they belong to."""

    figures: Figures | None = None
    """Quality out of time."""

    groups: list[GroupFigure] = []
    """Quality by group."""

    calibration: list[CalibrationBin] = []
    """What was said and what came true, by tenths."""

    histogram: list[float] = []
    """Share of orders in each fortieth of the risk, 0 to 1."""

    net_benefit: list[NetBenefit] = []
    """Worth of acting on it."""

    use: list[str] = Field(min_length=1)
    """What it is for."""

    not_for: list[str] = Field(min_length=1)
    """What it is not for."""

    limits: list[str] = Field(min_length=1)
    """What to know before believing it."""

    @classmethod
    def of(cls, row: ModelVersion) -> Self:
        """Return the card of a registered model, also of one that measured less."""
        known = {name for name in cls.model_fields if name in row.figures}
        measured = {name: row.figures[name] for name in known}
        if "judged_from" in row.figures:
            judged = (row.figures["judged_from"], row.figures["judged_to"])
            measured["judged"] = _window(*judged)
        if "n" in row.figures:
            measured["figures"] = row.figures
        return cls(
            version=row.version,
            purpose=row.purpose,
            target=row.target,
            trained_on=row.trained_on,
            trained_at=row.trained_at,
            window=_window(row.window_from, row.window_to),
            features=_by_part(row),
            use=use(row.purpose, row.target),
            not_for=not_for(row.purpose),
            limits=limits(row, weighted=bool(row.figures.get("weighted"))),
            **measured,
        )


def _window(first: date | str, last: date | str) -> Window:
    return Window.model_validate({"first": first, "last": last})


def _by_part(row: ModelVersion) -> dict[str, list[str]]:
    parts = next((p for name, p in GROUPS.items() if name == row.purpose), {})
    found: dict[str, list[str]] = {}
    for name in row.features:
        found.setdefault(parts.get(name, "other"), []).append(name)
    return found
