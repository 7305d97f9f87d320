"""How Scrapy is set up for a crawl: manners, limits, the browser where it needs one."""

from typing import Any
from urllib.parse import urlsplit

from scrapers.answers import AnswerProvider
from scrapers.bodies import LARGEST_BYTES
from scrapers.browser import browser_launch_options, is_ballast
from scrapers.rendered import RenderedProvider
from store.settings import Settings

DOWNLOAD_SECONDS = 30
# Doors into a running crawl, one of them an HTTP server that runs what it is sent.
CONSOLES = (
    "scrapy.extensions.remote_control.RemoteControl",
    "scrapy.extensions.telnet.TelnetConsole",
)
BROWSER_HANDLER = "scrapy_playwright.handler.ScrapyPlaywrightDownloadHandler"


def scrapy_settings(
    settings: Settings, *, in_browser: bool, goes_anywhere: bool
) -> dict[str, Any]:
    """Return Scrapy's settings for one crawl.

    Parameters
    ----------
    in_browser : bool
        Whether its pages are empty without their scripts.
    goes_anywhere : bool
        Whether it fetches an address it was given, which then has to be public.
    """
    # An INFO log of Scrapy is of no use to who only wants the outcome.
    level = settings.log_level if "log_level" in settings.model_fields_set else None
    # What is under way when the crawl's time is over still gets its answer.
    seconds = min(DOWNLOAD_SECONDS, max(1, settings.crawl_timeout_seconds // 4))
    chosen = {
        "USER_AGENT": settings.user_agent,
        "ROBOTSTXT_OBEY": True,
        "ROBOTSTXT_USER_AGENT": settings.user_agent.split("/")[0],
        "DOWNLOAD_DELAY": settings.crawl_delay_seconds,
        "DOWNLOAD_DELAY_JITTER": 0,
        "CONCURRENT_REQUESTS_PER_DOMAIN": 1,
        "DOWNLOAD_TIMEOUT": seconds,
        "DOWNLOAD_MAXSIZE": LARGEST_BYTES,
        "DOWNLOAD_WARNSIZE": 0,
        "CLOSESPIDER_TIMEOUT": max(1, settings.crawl_timeout_seconds - seconds),
        "RETRY_TIMES": 2,
        "RETRY_GIVE_UP_LOG_LEVEL": "INFO",
        "REDIRECT_MAX_TIMES": 5,
        # A page that sends on by itself is a wall: it is looked at, not passed.
        "METAREFRESH_ENABLED": False,
        # Every status is an outcome, so every response reaches the spider.
        "HTTPERROR_ALLOW_ALL": True,
        "DOWNLOADER_MIDDLEWARES": {
            "scrapy.downloadermiddlewares.retry.RetryMiddleware": None,
            "scrapers.retry.PatientRetry": 550,
        },
        # Page objects come to the callbacks that name them.
        "ADDONS": {"scrapy_poet.Addon": 300},
        "SCRAPY_POET_PROVIDERS": {AnswerProvider: 1},
        # What a site lets us keep, robots.txt above all, is not asked for again.
        "HTTPCACHE_ENABLED": True,
        "HTTPCACHE_POLICY": "scrapy.extensions.httpcache.RFC2616Policy",
        "HTTPCACHE_STORAGE": "scrapy.extensions.httpcache.FilesystemCacheStorage",
        "HTTPCACHE_DIR": str(settings.data_dir.resolve() / "http-cache"),
        "HTTPCACHE_GZIP": True,
        "COOKIES_ENABLED": False,
        "EXTENSIONS": dict.fromkeys(CONSOLES),
        "LOG_LEVEL": level or "WARNING",
    }
    if goes_anywhere:
        chosen["TWISTED_DNS_RESOLVER"] = "scrapers.public_addresses.PublicResolver"
        chosen["OWN_HOST"] = urlsplit(settings.shop_url).hostname
    if in_browser:
        chosen |= _browser_settings(settings, seconds)
    return chosen


def browser_context(settings: Settings) -> dict[str, Any]:
    """Return the arguments of Playwright's ``new_context``: who we say we are."""
    return {"user_agent": settings.user_agent, "locale": "en-US"}


def _browser_settings(settings: Settings, seconds: int) -> dict[str, Any]:
    return {
        "SCRAPY_POET_PROVIDERS": {RenderedProvider: 1},
        "DOWNLOAD_HANDLERS": {"http": BROWSER_HANDLER, "https": BROWSER_HANDLER},
        "PLAYWRIGHT_LAUNCH_OPTIONS": browser_launch_options(settings),
        "PLAYWRIGHT_ABORT_REQUEST": is_ballast,
        "PLAYWRIGHT_MAX_CONTEXTS": 2,
        "PLAYWRIGHT_MAX_PAGES_PER_CONTEXT": 2,
        "PLAYWRIGHT_DEFAULT_NAVIGATION_TIMEOUT": seconds * 1000,
        # The browser's own headers; its user agent is set on the context.
        "PLAYWRIGHT_PROCESS_REQUEST_HEADERS": None,
    }
