"""Which rows are one and the same to a model: no tree has a split between them."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import lightgbm as lgb
import numpy as np
import numpy.typing as npt

from ml.model import RegretModel
from ml.monitoring.reference import Reference

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Cells:
    """The cells into which the splits of all trees cut the space of rows.

    Parameters
    ----------
    edges : list of array or None
        For each feature the thresholds it is compared with, rising; None where its
        values are codes.
    reference : Reference
        Tells which values are unusual: those are cells of their own.
    """

    edges: list[Floats | None]
    reference: Reference

    @classmethod
    def of(cls, model: RegretModel) -> "Cells":
        """Return the cells of a model."""
        found: list[set[float]] = [set() for _ in model.encoder.names]
        for feature, threshold in _splits(model.booster):
            found[feature].add(threshold)
        codes = [name in model.encoder.categories for name in model.encoder.names]
        edges = [
            None if is_code else np.array(sorted(each))
            for each, is_code in zip(found, codes, strict=True)
        ]
        return cls(edges, model.reference)

    def keys(self, matrix: Floats) -> list[bytes]:
        """Return what names the cell of each row of X (n_rows, n_features).

        Rows of one cell get the same risk, interval and effects.
        """
        outside = np.packbits(self.reference.outside(matrix), axis=1)
        # What is infinite is missing to the model.
        known = np.where(np.isinf(matrix), np.nan, matrix)
        missing = np.packbits(np.isnan(known), axis=1)
        place = np.empty(known.shape)
        for number, (edges, column) in enumerate(zip(self.edges, known.T, strict=True)):
            # Up to a threshold and at it, a row goes left.
            place[:, number] = column if edges is None else edges.searchsorted(column)
        named = np.hstack([place.view(np.uint8), outside, missing])
        return [row.tobytes() for row in named]


def _splits(booster: lgb.Booster) -> Iterator[tuple[int, float]]:
    nodes: list[dict[str, Any]] = [
        tree["tree_structure"] for tree in booster.dump_model()["tree_info"]
    ]
    while nodes:
        node = nodes.pop()
        if "split_feature" not in node:
            continue
        if node["decision_type"] == "<=":
            yield node["split_feature"], node["threshold"]
        nodes += [node["left_child"], node["right_child"]]
