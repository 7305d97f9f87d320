"""Champion and challenger side by side, on later orders that neither learned from.

Nothing has to be served twice for it: a linked order holds what was known the day
before it, so what a model would have said then is computed afterwards, exactly.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from ml.dataset import Dataset
from ml.features import Purpose
from ml.model import RegretModel
from ml.quality.evaluation import figures
from ml.registry.models import load_model
from ml.registry.roles import promote, retire
from ml.registry.versions import challengers, champion_row, model_row
from store.database import Database
from store.errors import CorruptModelError
from store.settings import Settings
from store.tables import ModelVersion

Floats = npt.NDArray[np.float64]
LEAST_ORDERS = 300
LEAST_POSITIVES = 30
# One-sided 95 %: so sure must a difference be to count.
SURE = 1.645
MOST_CHALLENGERS = 10
TOLD = ("log_loss", "auc")


@dataclass(frozen=True)
class Trial:
    """What came of comparing a challenger with the champion.

    Attributes
    ----------
    version : str
        The challenger.
    role : str
        What it is now: ``champion``, ``challenger`` or ``retired``.
    why : str
        In words.
    n : int
        Orders they were compared on.
    champion, challenger : dict, optional
        Log loss and AUC of either; none where they were not compared.
    """

    version: str
    role: str
    why: str
    n: int = 0
    champion: dict[str, float | None] | None = None
    challenger: dict[str, float | None] | None = None

    def as_dict(self) -> dict[str, Any]:
        """Return it as plain values, a fact each."""
        sides = {"champion": self.champion, "challenger": self.challenger}
        return {
            "version": self.version,
            "role": self.role,
            "why": self.why,
            "trial_n": self.n,
        } | {
            f"{side}_{name}": told and told[name]
            for side, told in sides.items()
            for name in TOLD
        }


def first_trial(
    database: Database,
    settings: Settings,
    version: str,
    test: Dataset,
    twin_risk: Floats,
) -> Trial:
    """Decide on a model that was just trained.

    It learned from the newest orders, so its twin stands for it: fitted in the same way
    on an earlier part, and asked about later orders.

    Parameters
    ----------
    version : str
        The challenger.
    test : Dataset
        Coded orders that the twin did not learn from.
    twin_risk : array (n_orders,)
        What the twin says of them.
    """
    with database.reading() as session:
        row = model_row(session, version)
    champion = champion_row(database, row.purpose)
    if champion is None:
        return _crowned(database, settings, version, "there was no champion yet")
    if champion.target != row.target:
        why = f"the champion tells {champion.target}, orders now tell {row.target}"
        return _crowned(database, settings, version, why)
    try:
        model = load_model(settings, champion)
    except CorruptModelError as error:
        why = f"the champion can't be used any more ({error})"
        return _crowned(database, settings, version, why)
    later = test.days > np.datetime64(champion.window_to)
    pair = _Pair(champion, model, version, test.where(later), twin_risk[later])
    return _decided(database, settings, pair)


def retry_challengers(
    database: Database, settings: Settings, dataset: Dataset, purpose: Purpose
) -> list[Trial]:
    """Compare each waiting challenger with the champion on orders that came since.

    Those beyond the newest few are retired, and so is one whose file can't be used.
    """
    waiting = challengers(database, purpose)
    trials = [_retried(database, settings, dataset, w) for w in waiting]
    still = [trial for trial in trials if trial.role == "challenger"]
    for trial in still[MOST_CHALLENGERS:]:
        retire(database, trial.version, why=f"{MOST_CHALLENGERS} newer ones wait")
    return trials


@dataclass(frozen=True)
class _Pair:
    """Two models and what is needed to compare them."""

    champion: ModelVersion
    served: RegretModel
    version: str
    orders: Dataset
    risk: Floats


def _retried(
    database: Database, settings: Settings, dataset: Dataset, waiting: ModelVersion
) -> Trial:
    champion = champion_row(database, waiting.purpose)
    if champion is None or champion.target != waiting.target:
        return Trial(waiting.version, "challenger", "no champion to compare it with")
    if dataset.target != waiting.target:
        why = f"it tells {waiting.target}, orders now tell {dataset.target}"
        return Trial(waiting.version, "challenger", why)
    try:
        challenger = load_model(settings, waiting)
    except CorruptModelError as error:
        retire(database, waiting.version, why=str(error))
        return Trial(waiting.version, "retired", str(error))
    try:
        served = load_model(settings, champion)
    except CorruptModelError as error:
        return Trial(waiting.version, "challenger", str(error))
    after = max(champion.window_to, waiting.window_to)
    later = dataset.coded & (dataset.days > np.datetime64(after))
    orders = dataset.where(later)
    risk = challenger.risks(orders.rows)
    pair = _Pair(champion, served, waiting.version, orders, risk)
    return _decided(database, settings, pair)


def _decided(database: Database, settings: Settings, pair: _Pair) -> Trial:
    y, version = pair.orders.y, pair.version
    positives = int(np.sum(y == 1))
    if len(y) < LEAST_ORDERS or positives < LEAST_POSITIVES:
        why = (
            f"{len(y)} orders ({positives} {pair.orders.target}) are later than what "
            f"both learned from; {LEAST_ORDERS} ({LEAST_POSITIVES}) are needed"
        )
        return Trial(version, "challenger", why, len(y))
    served = pair.served.risks(pair.orders.rows)
    told = [{n: figures(y, r)[n] for n in TOLD} for r in (served, pair.risk)]
    role, why = _verdict(compare(y, served, pair.risk), pair.champion.version)
    if role == "champion" and not promote(
        database,
        settings,
        version,
        actor="trial",
        why=why,
        instead_of=pair.champion.version,
    ):
        role, why = "challenger", "another model became champion meanwhile"
    elif role == "retired":
        retire(database, version, why=why)
    return Trial(version, role, why, len(y), *told)


def compare(y: Floats, champion_risk: Floats, challenger_risk: Floats) -> float:
    """Return by how many standard errors the challenger's log loss is lower.

    The losses are paired: both are of the same orders.

    Parameters
    ----------
    y : array (n_orders,)
        0 or 1.
    champion_risk, challenger_risk : array (n_orders,)
        Probabilities.

    References
    ----------
    Diebold and Mariano, JBES 13(3), 1995, for independent orders.

    >>> y = np.array([1.0, 0.0, 1.0, 0.0])
    >>> compare(y, np.full(4, 0.5), np.array([0.9, 0.1, 0.8, 0.2])) > SURE
    True
    """
    gain = _losses(y, champion_risk) - _losses(y, challenger_risk)
    error = gain.std(ddof=1) / np.sqrt(len(gain))
    return float(gain.mean() / error) if error > 0 else 0.0


def _verdict(sureness: float, champion: str) -> tuple[str, str]:
    by = f"by {abs(sureness):.1f} standard errors"
    if sureness > SURE:
        return "champion", f"its log loss is lower than that of {champion} {by}"
    if sureness < -SURE:
        return "retired", f"its log loss is higher than that of {champion} {by}"
    return "challenger", f"its log loss differs from that of {champion} only {by}"


def _crowned(database: Database, settings: Settings, version: str, why: str) -> Trial:
    promote(database, settings, version, actor="trial", why=why)
    return Trial(version, "champion", why)


def _losses(y: Floats, risk: Floats) -> Floats:
    sure = np.clip(risk, 1e-15, 1 - 1e-15)
    return -np.where(y == 1, np.log(sure), np.log(1 - sure))
