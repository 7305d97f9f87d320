"""The sites of the made-up market: small Flask apps in the shape of real ones."""

from sample.sites.ebay import ebay_site
from sample.sites.poshmark import poshmark_site
from sample.sites.tiktok import tiktok_site

__all__ = ["ebay_site", "poshmark_site", "tiktok_site"]
