"""All that is measured of a model when it is trained, as it is kept in the registry."""

from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from ml.quality.evaluation import calibration_table, figures, histogram, net_benefit
from ml.quality.groups import group_figures

Floats = npt.NDArray[np.float64]


def quality(
    rows: pa.Table, y: Floats, risk: Floats, weight: Floats | None = None
) -> dict[str, Any]:
    """Return figures, groups, calibration and net benefit as plain JSON values.

    Parameters
    ----------
    rows : pyarrow.Table
        The orders it was judged on, as a `Dataset` has them.
    y : array (n_rows,)
        What became of them, 0 or 1.
    risk : array (n_rows,)
        What was said of them.
    weight : array (n_rows,), optional
        As how many orders each counts.

    Returns
    -------
    dict
        What `figures` returns, judged_from and judged_to (days), weighted, and groups,
        calibration, histogram and net_benefit: lists. What can't be said is None.
    """
    days = pc.min_max(rows["purchased_on"]).as_py()
    return {
        **figures(y, risk, weight),
        "judged_from": days["min"].isoformat(),
        "judged_to": days["max"].isoformat(),
        "weighted": weight is not None,
        "groups": [g.model_dump() for g in group_figures(rows, y, risk, weight)],
        "calibration": calibration_table(y, risk, weight),
        "histogram": histogram(risk, weight),
        "net_benefit": net_benefit(y, risk, weight),
    }
