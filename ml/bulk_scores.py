"""Scores of many stored orders at once: the numbers of `scoring` without its reasons,
as columns, of the orders that the workbench has linked.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from ml.daily import open_workbench
from ml.evidence import ENOUGH_SIGNALS, SIGNALS
from ml.model import RegretModel
from ml.registry.models import champion
from store.database import Database
from store.settings import Settings
from store.tables import ModelVersion

Floats = npt.NDArray[np.float64]
Score = Callable[[pa.ChunkedArray], pa.Table]
LINKED = "FROM linked_order SEMI JOIN asked_ids USING (order_id)"
SCORES = pa.schema(
    [
        ("order_id", pa.string()),
        ("risk", pa.float64()),
        ("risk_low", pa.float64()),
        ("risk_high", pa.float64()),
        ("evidence", pa.string()),
    ]
)


@dataclass(frozen=True)
class BulkScorer:
    """Scores stored orders with the served checkout model.

    Parameters
    ----------
    row : ModelVersion
        What the registry says of the model.
    model : RegretModel
        The model.
    """

    row: ModelVersion
    model: RegretModel

    @property
    def version(self) -> str:
        """Its name in the registry."""
        return self.row.version

    @property
    def target(self) -> str:
        """What its risk is of: ``regret`` or ``returned``."""
        return self.row.target

    @property
    def trained_on(self) -> str:
        """``retailer`` or ``sample``."""
        return self.row.trained_on

    @classmethod
    def load(cls, database: Database, settings: Settings) -> "BulkScorer":
        """Load the served model.

        Raises
        ------
        NoModelError
            If none was trained.
        CorruptModelError
            If its file is not the registered one.
        """
        return cls(*champion(database, settings, "checkout"))

    @contextmanager
    def at_work(self, database: Database) -> Iterator[Score]:
        """Yield what scores order ids: the columns of `SCORES`, for those orders that
        are linked; numbers are none where there is no evidence.

        The workbench is brought up to date, and kept until the end.

        Raises
        ------
        DatabaseError
            If another process keeps the workbench for too long.
        """
        with open_workbench(database) as duck:

            def score(order_ids: pa.ChunkedArray) -> pa.Table:
                duck.register("asked_ids", pa.table({"order_id": order_ids}))
                rows = duck.sql(LINKED).to_arrow_table()
                duck.unregister("asked_ids")
                return scores_of(self.model, rows)

            yield score


def scores_of(model: RegretModel, rows: pa.Table) -> pa.Table:
    """Return the columns of `SCORES` for feature rows."""
    said = model.estimate(rows)
    signals = sum(
        np.any(
            [pc.fill_null(rows[name], 0).to_numpy() >= least for name in names], axis=0
        ).astype(int)
        for names, least in SIGNALS.items()
    ) + _has_trend(rows)
    enough = (signals >= ENOUGH_SIGNALS) & ~said.unusual
    # As `evidence.widened` has it, row by row.
    times = np.where(enough, 1.0, np.where(said.unusual, 4.0, 2.0))
    low = np.where(enough, said.low, said.risk - times * (said.risk - said.low))
    high = np.where(enough, said.high, said.risk + times * (said.high - said.risk))
    unknown = signals == 0
    numbers = (said.risk, np.maximum(low, 0.0), np.minimum(high, 1.0))
    evidence = np.where(unknown, "none", np.where(enough, "enough", "thin"))
    return pa.Table.from_arrays(
        [
            rows["order_id"].cast(pa.string()),
            *(pa.array(number, pa.float64(), mask=unknown) for number in numbers),
            pa.array(evidence.astype(object), pa.string()),
        ],
        schema=SCORES,
    )


def _has_trend(rows: pa.Table) -> npt.NDArray[np.int_]:
    tags = pc.fill_null(rows["hashtag"].cast(pa.string()), "").to_numpy()
    found: npt.NDArray[np.int_] = (tags != "").astype(int)
    return found
