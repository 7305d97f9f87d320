"""A trained model: booster, encoder and calibration, and its file."""

import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import lightgbm as lgb
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from ml.calibration import Calibration
from ml.features import Encoder
from store.errors import CorruptModelError
from store.files import replaced

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Prediction:
    """Risks of several rows.

    Attributes
    ----------
    risk, low, high : array (n_rows,)
        Calibrated probability and its 90 % interval.
    effects : dict of array (n_rows,)
        Group of features -> by how much it moved the risk, in probability.
    """

    risk: Floats
    low: Floats
    high: Floats
    effects: dict[str, Floats]


@dataclass(frozen=True)
class RegretModel:
    """Booster, encoder and calibration as one.

    Parameters
    ----------
    booster : lightgbm.Booster
        Gives raw scores (log-odds).
    encoder : Encoder
        Makes the matrix.
    calibration : Calibration
        Turns scores into probabilities.
    """

    booster: lgb.Booster
    encoder: Encoder
    calibration: Calibration

    def scores(self, rows: pa.Table) -> Floats:
        """Return raw scores (n_rows,)."""
        matrix = self.encoder.matrix(rows)
        return np.asarray(self.booster.predict(matrix, raw_score=True, num_threads=1))

    def risks(self, rows: pa.Table) -> Floats:
        """Return calibrated risks (n_rows,) alone, much faster than `predict`."""
        return self.calibration(self.scores(rows))[0]

    def predict(self, rows: pa.Table) -> Prediction:
        """Return calibrated risks with exact TreeSHAP effects by group.

        References
        ----------
        Lundberg et al., Nature Machine Intelligence 2, 2020 (TreeSHAP).
        """
        matrix = self.encoder.matrix(rows)
        parts = np.asarray(
            self.booster.predict(matrix, pred_contrib=True, num_threads=1)
        )
        score = parts.sum(axis=1)
        risk, low, high = self.calibration(score)
        groups = np.array(self.encoder.groups)
        effects = {
            group: risk
            - self.calibration(score - parts[:, :-1][:, groups == group].sum(axis=1))[0]
            for group in dict.fromkeys(self.encoder.groups)
        }
        return Prediction(risk, low, high, effects)

    def save(self, file: Path) -> str:
        """Write the model as JSON and return the file's SHA-256, hex."""
        content = {
            "booster": self.booster.model_to_string(),
            "encoder": asdict(self.encoder),
            "calibration": self.calibration.as_dict(),
        }
        data = json.dumps(content, indent=0).encode()
        file.parent.mkdir(parents=True, exist_ok=True)
        with replaced(file) as draft:
            draft.write_bytes(data)
        return hashlib.sha256(data).hexdigest()

    @classmethod
    def load(cls, file: Path, sha256: str) -> "RegretModel":
        """Read a model back.

        Raises
        ------
        CorruptModelError
            If the file is gone or is not the one that was registered.
        """
        try:
            data = file.read_bytes()
        except OSError as error:
            raise CorruptModelError(
                f"the model file {file} can't be read ({error.strerror}): restore it, "
                "or run `trendguard train`"
            ) from error
        if hashlib.sha256(data).hexdigest() != sha256:
            raise CorruptModelError(
                f"the model file {file} is not the registered one: restore it, or "
                "run `trendguard train`"
            )
        content: dict[str, Any] = json.loads(data)
        return cls(
            lgb.Booster(model_str=content["booster"]),
            Encoder(**content["encoder"]),
            Calibration(**content["calibration"]),
        )
