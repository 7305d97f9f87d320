"""Weights that make a retailer's buyers as old, and as young, as the population is."""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pyarrow as pa

Floats = npt.NDArray[np.float64]
# An order of a band that hardly buys is not to stand for more than so many.
MOST = 5.0


def band_weights(rows: pa.Table, shares: Mapping[str, float]) -> Floats:
    """Return weights (n_rows,) with a mean of 1; all 1 where no shares are given.

    Parameters
    ----------
    rows : pyarrow.Table
        With ``age_band``; rows without one weigh 1.
    shares : mapping
        Age band -> its share of the population.

    References
    ----------
    Holt and Smith, J. R. Stat. Soc. A 142(1), 1979 (post-stratification).
    """
    bands = rows["age_band"].cast(pa.string()).to_numpy(zero_copy_only=False)
    weight = np.ones(len(bands))
    known = np.isin(bands, list(shares))
    if not any(shares[band] for band in set(bands[known])):
        return weight
    found, index, counts = np.unique(
        bands[known].astype(str), return_inverse=True, return_counts=True
    )
    wanted = np.array([shares[band] for band in found])
    ratio = (wanted / wanted.sum()) / (counts / counts.sum())
    weight[known] = np.clip(ratio, 1 / MOST, MOST)[index]
    even: Floats = weight / weight.mean()
    return even
