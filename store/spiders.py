"""The spiders by name and what each is asked with; they themselves live in `scrapers`.

The server and the scheduler may not import `scrapers`, yet must know what can be
asked for before it is queued.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from urllib.parse import urlsplit

from store import targets
from store.errors import RequestError
from store.settings import Settings

ARGUMENT_CHARACTERS = 200
ADDRESS_CHARACTERS = 2000
# Hashtags in one crawl: they share a browser.
MOST_TARGETS = 500
PAGES = tuple(str(number) for number in range(1, 11))


@dataclass(frozen=True)
class SpiderInfo:
    """What one spider fetches and takes."""

    name: str
    """As in ``trendguard crawl NAME``."""

    source: str
    """The site it asks; sites are paused, counted and spared as one. Empty: the host of
    the address it is given."""

    target: str
    """The argument it can't do without; a watch's target is given as this."""

    site_setting: str
    """The setting that says where it goes."""

    description: str
    """What it fetches, in words."""

    names: Callable[[str], list[str]] = targets.as_it_is
    """Reads the target as the things that it names."""

    optional: Mapping[str, str] = field(default_factory=dict)
    """What else it takes, and what it takes that to be by default."""

    choices: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """What an argument may be, where not anything goes."""

    longest: int = ARGUMENT_CHARACTERS
    """Most characters of one thing that is named."""

    quota_setting: str = ""
    """The setting that says how many requests a day it may send, where one does."""


SPIDERS = {
    spider.name: spider
    for spider in (
        SpiderInfo(
            "ebay_search",
            source="ebay",
            target="query",
            site_setting="ebay_url",
            description="eBay search results: asking and sold prices",
            optional={"show": "active", "pages": "1", "product_id": ""},
            choices={"show": ("active", "sold", "completed"), "pages": PAGES},
        ),
        SpiderInfo(
            "poshmark_search",
            source="poshmark",
            target="query",
            site_setting="poshmark_url",
            description="Poshmark search results: asking prices",
            optional={"show": "active", "pages": "1", "product_id": ""},
            choices={"show": ("active", "sold"), "pages": PAGES},
        ),
        SpiderInfo(
            "tiktok_tag",
            source="tiktok",
            target="hashtag",
            site_setting="tiktok_url",
            description="TikTok's page of a hashtag, or of several: views and videos",
            names=targets.hashtags,
        ),
        SpiderInfo(
            "tiktok_video",
            source="tiktok",
            target="video_id",
            site_setting="tiktok_url",
            description="TikTok's page of a video, or of several: views, likes, shares",
            names=targets.videos,
        ),
        SpiderInfo(
            "tiktok_research",
            source="tiktok_api",
            target="hashtag",
            site_setting="tiktok_api_url",
            description="TikTok's Research API: videos of a hashtag between two days",
            names=targets.hashtags,
            optional={"start_date": "", "end_date": ""},
            quota_setting="tiktok_daily_requests",
        ),
        SpiderInfo(
            "tiktok_trending",
            source="tiktok_ads",
            target="country",
            site_setting="tiktok_ads_url",
            description="TikTok's Creative Center: a country's hashtags, to be watched",
            names=targets.countries,
            optional={"period": "7"},
            choices={"period": ("7", "30", "120")},
        ),
        SpiderInfo(
            "ebay_item",
            source="ebay",
            target="item_id",
            site_setting="ebay_url",
            description="eBay's page of a listing, or of several: the price now",
            names=targets.ebay_items,
            optional={"product_id": ""},
        ),
        SpiderInfo(
            "poshmark_listing",
            source="poshmark",
            target="listing_id",
            site_setting="poshmark_url",
            description="Poshmark's page of a listing, or of several: the price now",
            names=targets.poshmark_listings,
            optional={"product_id": ""},
        ),
        SpiderInfo(
            "product_page",
            source="",
            target="url",
            site_setting="shop_url",
            description="a shop's product page: reviews",
            names=targets.addresses,
            optional={"product_id": ""},
            longest=ADDRESS_CHARACTERS,
        ),
    )
}


def whole_arguments(name: str, given: Mapping[str, str]) -> dict[str, str]:
    """Return a spider's arguments with its defaults, so that equal requests are equal.

    >>> whole_arguments("tiktok_tag", {"hashtag": "#Leggings"})
    {'hashtag': 'leggings'}

    Raises
    ------
    RequestError
        If there is no such spider, or it can't be asked like this.
    """
    spider = SPIDERS.get(name)
    if spider is None:
        raise RequestError(f"no such spider; there are {', '.join(SPIDERS)}")
    takes = f"{name} takes {', '.join((spider.target, *spider.optional))}"
    if not set(given) <= {spider.target, *spider.optional}:
        raise RequestError(f"unknown argument: {takes}")
    whole = {spider.target: "", **spider.optional, **given}
    whole = {argument: value.strip() for argument, value in whole.items()}
    whole[spider.target] = ",".join(spider.names(whole[spider.target]))
    if not whole[spider.target]:
        raise RequestError(f"{spider.target} is missing: {takes}")
    for argument, value in whole.items():
        _check_value(spider, argument, value)
    return whole


def targets_of(name: str, arguments: Mapping[str, str]) -> list[str]:
    """Return the things that a crawl is asked for, each once.

    >>> targets_of("tiktok_tag", {"hashtag": "#Lamp, leggings,lamp"})
    ['lamp', 'leggings']
    """
    spider = SPIDERS[name]
    return spider.names(arguments[spider.target])


def watch_arguments(name: str, target: str, product_id: str | None) -> dict[str, str]:
    """Return what a watch's spider is started with; not all take a product.

    >>> watch_arguments("poshmark_search", "leggings", "p7")["product_id"]
    'p7'

    Raises
    ------
    RequestError
        If there is no such spider, or it can't be asked like this.
    """
    spider = SPIDERS.get(name)
    given = {spider.target: target} if spider else {}
    if spider and product_id is not None and "product_id" in spider.optional:
        given["product_id"] = product_id
    return whole_arguments(name, given)


def crawl_plan(
    settings: Settings, name: str, arguments: Mapping[str, str]
) -> dict[str, str | int | float]:
    """Return what a crawl would fetch, and how long it takes at the least.

    Parameters
    ----------
    arguments : mapping of str to str
        As `whole_arguments` returned them.
    """
    spider = SPIDERS[name]
    pages = int(arguments.get("pages", "1")) * len(targets_of(name, arguments))
    return {
        "fetches": f"{spider.description} for {arguments[spider.target]!r}",
        "site": _site(settings, spider, arguments),
        "page_count": pages,
        "at_least_seconds": (pages - 1) * settings.crawl_delay_seconds,
    }


def _site(settings: Settings, spider: SpiderInfo, arguments: Mapping[str, str]) -> str:
    if spider.target == "url":
        parts = urlsplit(arguments["url"])
        return f"{parts.scheme}://{parts.netloc}"
    return str(getattr(settings, spider.site_setting))


def _check_value(spider: SpiderInfo, argument: str, value: str) -> None:
    choices = spider.choices.get(argument, ())
    if choices and value not in choices:
        raise RequestError(f"{argument} is one of {', '.join(choices)}")
    if argument.endswith("_date") and value:
        _check_date(argument, value)
    is_target = argument == spider.target
    parts = spider.names(value) if is_target else [value]
    if len(parts) > MOST_TARGETS:
        raise RequestError(f"a crawl takes at most {MOST_TARGETS} of {argument}")
    most = spider.longest if is_target else ARGUMENT_CHARACTERS
    if max(map(len, parts)) > most or not value.isprintable():
        raise RequestError(f"{argument} is not a line of at most {most} characters")


def _check_date(argument: str, value: str) -> None:
    try:
        date.fromisoformat(value)
    except ValueError as error:
        raise RequestError(f"{argument} is no date such as 2026-03-01") from error
