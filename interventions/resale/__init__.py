"""From a thing that came back to a draft of its second-hand listing."""

from interventions.resale.drafting import draft_listings

__all__ = ["draft_listings"]
