"""A trained model at work: booster, encoder, calibration and reference as one."""

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import lightgbm as lgb
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from ml.features import Encoder
from ml.learning.calibration import Calibration
from ml.model_file import read_model, write_model
from ml.monitoring.reference import Reference

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
# So many rows are worth waking the other cores; a matrix holds no more than a chunk.
THREADED_ROWS = 2_000
CHUNK_ROWS = 65_536


@dataclass(frozen=True)
class Estimate:
    """Risks of several rows.

    Attributes
    ----------
    risk, low, high : array (n_rows,)
        Calibrated probability and its 90 % interval.
    unusual : array (n_rows,) of bool
        Where a value is unlike all that training saw: the interval holds what is said
        without it too, and still is not to be believed as it is.
    """

    risk: Floats
    low: Floats
    high: Floats
    unusual: Bools


@dataclass(frozen=True)
class Prediction(Estimate):
    """Risks of several rows, and what moved them.

    Attributes
    ----------
    effects : dict of array (n_rows,)
        Group of features -> by how much it moved the risk, in probability.
    """

    effects: dict[str, Floats]


@dataclass(frozen=True)
class Explained:
    """What the model says of one row; as in `Prediction`, but plain numbers."""

    risk: float
    low: float
    high: float
    unusual: bool
    effects: dict[str, float]


@dataclass(frozen=True)
class RegretModel:
    """Booster, encoder, calibration and reference as one.

    Parameters
    ----------
    booster : lightgbm.Booster
        Gives raw scores (log-odds).
    encoder : Encoder
        Makes the matrix.
    calibration : Calibration
        Turns scores into probabilities.
    reference : Reference
        What it was trained on.
    """

    booster: lgb.Booster
    encoder: Encoder
    calibration: Calibration
    reference: Reference

    def scores(self, rows: pa.Table) -> Floats:
        """Return raw scores (n_rows,)."""
        return np.concatenate([self._scores(m) for m, _ in self._matrices(rows)])

    def risks(self, rows: pa.Table) -> Floats:
        """Return calibrated risks (n_rows,) alone."""
        return self.estimate(rows).risk

    def estimate(self, rows: pa.Table) -> Estimate:
        """Return calibrated risks with their intervals, much faster than `predict`.

        Raises
        ------
        MissingFeatureError
            If a column that the model reads is not there at all.
        """
        parts = [self._estimated(*each) for each in self._matrices(rows)]
        risk, low, high, unusual = (
            np.concatenate([getattr(part, name) for part in parts])
            for name in ("risk", "low", "high", "unusual")
        )
        return Estimate(risk, low, high, unusual)

    def predict(self, rows: pa.Table) -> Prediction:
        """Return calibrated risks with exact TreeSHAP effects by group.

        Raises
        ------
        MissingFeatureError
            If a column that the model reads is not there at all.

        References
        ----------
        Lundberg et al., Nature Machine Intelligence 2, 2020 (TreeSHAP).
        """
        return self._joined(self._explained(*each) for each in self._matrices(rows))

    def predict_matrix(self, matrix: Floats) -> Prediction:
        """Return what `predict` says of rows that are a matrix (n_rows, n_features)."""
        chunks = (
            matrix[start : start + CHUNK_ROWS].copy()
            for start in range(0, max(1, len(matrix)), CHUNK_ROWS)
        )
        return self._joined(self._explained(c, self._believed(c)) for c in chunks)

    def _joined(self, found: Iterable[Prediction]) -> Prediction:
        parts = list(found)
        risk, low, high, unusual = (
            np.concatenate([getattr(part, name) for part in parts])
            for name in ("risk", "low", "high", "unusual")
        )
        effects = {
            group: np.concatenate([part.effects[group] for part in parts])
            for group in self._groups
        }
        return Prediction(risk, low, high, unusual, effects)

    def explain_one(self, facts: dict[str, Any]) -> Explained:
        """Return what `predict` says of one row of facts, without a table between.

        Raises
        ------
        MissingFeatureError
            If a fact that the model reads is not there at all, not even as None.
        """
        matrix = self.encoder.vector(facts)
        strange = self._believed(matrix)
        parts = self._contributions(matrix)[0]
        score = parts.sum()
        moved = score - parts[:-1] @ self._membership
        risk, low, high = self.calibration(np.append(score, moved))
        self._doubt(matrix, strange, low[:1], high[:1])
        effects = dict(zip(self._groups, (risk[0] - risk[1:]).tolist(), strict=True))
        return Explained(
            float(risk[0]), float(low[0]), float(high[0]), bool(strange[0]), effects
        )

    def save(self, file: Path) -> str:
        """Write the model as JSON and return the file's SHA-256, hex."""
        return write_model(
            file, self.booster, self.encoder, self.calibration, self.reference
        )

    @classmethod
    def load(cls, file: Path, sha256: str) -> "RegretModel":
        """Read a model back.

        Raises
        ------
        CorruptModelError
            If the file is gone, is not the one that was registered, or is one that this
            version can't use.
        """
        return cls(*read_model(file, sha256))

    def _matrices(self, rows: pa.Table) -> Iterator[tuple[Floats, Bools]]:
        for start in range(0, max(1, rows.num_rows), CHUNK_ROWS):
            matrix = self.encoder.matrix(rows.slice(start, CHUNK_ROWS))
            yield matrix, self._believed(matrix)

    def _believed(self, matrix: Floats) -> Bools:
        """Tell which rows are unusual; what is infinite becomes missing."""
        unusual = self.reference.unusual(matrix)
        if unusual.any():
            matrix[np.isinf(matrix)] = np.nan
        return unusual

    def _doubt(self, matrix: Floats, unusual: Bools, low: Floats, high: Floats) -> None:
        """Let the intervals of unusual rows hold what is said without those values."""
        if not unusual.any():
            return
        rows = matrix[unusual]
        rows[self.reference.outside(rows)] = np.nan
        _, other_low, other_high = self.calibration(self._scores(rows))
        low[unusual] = np.minimum(low[unusual], other_low)
        high[unusual] = np.maximum(high[unusual], other_high)

    def _estimated(self, matrix: Floats, unusual: Bools) -> Estimate:
        risk, low, high = self.calibration(self._scores(matrix))
        self._doubt(matrix, unusual, low, high)
        return Estimate(risk, low, high, unusual)

    def _scores(self, matrix: Floats) -> Floats:
        # LightGBM refuses a matrix without rows.
        return self._asked(matrix, raw_score=True) if len(matrix) else np.empty(0)

    def _contributions(self, matrix: Floats) -> Floats:
        nothing = np.empty((0, len(self.encoder.names) + 1))
        return self._asked(matrix, pred_contrib=True) if len(matrix) else nothing

    def _asked(self, matrix: Floats, **what: bool) -> Floats:
        # For few rows, waking the other cores takes longer than the work.
        threads = 1 if len(matrix) < THREADED_ROWS else os.cpu_count() or 1
        found = self.booster.predict(matrix, num_threads=threads, **what)
        return np.asarray(found)

    def _explained(self, matrix: Floats, unusual: Bools) -> Prediction:
        parts = self._contributions(matrix)
        score = parts.sum(axis=1)
        risk, low, high = self.calibration(score)
        self._doubt(matrix, unusual, low, high)
        by_group = (parts[:, :-1] @ self._membership).T
        effects = {
            group: risk - self.calibration(score - moved)[0]
            for group, moved in zip(self._groups, by_group, strict=True)
        }
        return Prediction(risk, low, high, unusual, effects)

    @cached_property
    def _groups(self) -> list[str]:
        return list(dict.fromkeys(self.encoder.groups))

    @cached_property
    def _membership(self) -> Floats:
        """Which feature is of which group, 0 or 1 (n_features, n_groups)."""
        groups = np.array(self.encoder.groups)
        return np.column_stack([groups == g for g in self._groups]).astype(np.float64)
