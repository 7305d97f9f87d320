"""What is told of one group; how it is measured is in `groups`."""

from pydantic import BaseModel, ConfigDict


class GroupFigure(BaseModel):
    """The figures of one group of buyers or products, of 50 orders or more."""

    model_config = ConfigDict(use_attribute_docstrings=True)

    by: str
    """``age_band``, ``category``, ``income_group`` or ``stage``."""

    group: str
    """Which of them."""

    n: int
    """Orders."""

    base_rate: float
    """Share that came true, 0-1."""

    mean_risk: float
    """Mean of what was said, 0-1."""

    auc: float | None
    """None with fewer than 30 orders of either outcome."""

    brier: float
    """Mean squared error of the probability."""

    ece: float
    """Mean gap between said and seen over 15 bins."""

    gap: float
    """What was said less what came true."""

    gap_low: float
    """Lower end of its 90 % interval."""

    gap_high: float
    """Upper end of its 90 % interval."""

    beyond_chance: bool
    """Whether that is more than chance explains (Benjamini-Hochberg, 10 %)."""
