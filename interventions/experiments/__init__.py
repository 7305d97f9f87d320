"""Whether the interventions work: effects, with intervals that may be looked at."""

from interventions.experiments.report import harmful_segments, measure

__all__ = ["harmful_segments", "measure"]
