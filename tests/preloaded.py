"""What child processes import, Scrapy's own parts too: paid for before they fork."""

import scrapy_playwright.handler  # noqa: F401
import sqlalchemy.dialects.sqlite  # noqa: F401
import tea_tasting  # noqa: F401
import textblob  # noqa: F401
from scrapy.settings import default_settings as defaults
from scrapy.utils.misc import load_object

import cli  # noqa: F401
import ml.refresh
import ml.training  # noqa: F401
import scrapers.run  # noqa: F401
import tests.interventions.nightly.year  # noqa: F401

for name in (
    *defaults.EXTENSIONS_BASE,
    *defaults.DOWNLOADER_MIDDLEWARES_BASE,
    *defaults.SPIDER_MIDDLEWARES_BASE,
    *defaults.DOWNLOAD_HANDLERS_BASE.values(),
    defaults.SCHEDULER,
    defaults.DUPEFILTER_CLASS,
    defaults.ROBOTSTXT_PARSER,
):
    load_object(name)
