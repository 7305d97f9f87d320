"""What a crawl's process has imported before it is forked: spiders, Scrapy's parts."""

import gc

import pyarrow as pa
import scrapy_playwright.handler  # noqa: F401
import sqlalchemy.dialects.sqlite  # noqa: F401
from scrapy.settings import default_settings as defaults
from scrapy.utils.misc import load_object
from sqlalchemy.orm import configure_mappers

import scrapers.run  # noqa: F401
from store.money import currency_exponents

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

# With the first array comes pandas, with the first currency a locale, with the first
# query what the tables know of each other.
pa.array([0])
currency_exponents()
configure_mappers()
# Each fork's collector would look through all of this, and copy it by doing so.
gc.collect()
gc.freeze()
