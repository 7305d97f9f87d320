"""What child processes import, a crawl's parts too: paid for before they fork."""

import tea_tasting  # noqa: F401
import textblob  # noqa: F401

import cli  # noqa: F401
import ml.refresh
import ml.training  # noqa: F401
import scrapers.preloaded  # noqa: F401
import tests.interventions.nightly.year  # noqa: F401
