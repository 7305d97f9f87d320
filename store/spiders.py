"""The spiders by name and what each is asked with; they themselves live in `scrapers`.

The server and the scheduler may not import `scrapers`, yet must know what can be
asked for before it is queued.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from store.errors import RequestError
from store.settings import Settings

ARGUMENT_CHARACTERS = 200
# Hashtags in one crawl: they share a browser.
MOST_HASHTAGS = 500


@dataclass(frozen=True)
class SpiderInfo:
    """What one spider fetches and takes."""

    name: str
    """As in ``trendguard crawl NAME``."""

    source: str
    """The site it asks; sites are paused, counted and spared as one."""

    target: str
    """The argument it can't do without; a watch's target is given as this."""

    optional: Mapping[str, str]
    """What else it takes, and what it takes that to be by default."""

    choices: Mapping[str, tuple[str, ...]]
    """What an argument may be, where not anything goes."""

    site_setting: str
    """The setting that says where it goes."""

    description: str
    """What it fetches, in words."""


SPIDERS = {
    spider.name: spider
    for spider in (
        SpiderInfo(
            "ebay_search",
            source="ebay",
            target="query",
            optional={"show": "active", "pages": "1", "product_id": ""},
            choices={
                "show": ("active", "sold", "completed"),
                "pages": tuple(str(number) for number in range(1, 11)),
            },
            site_setting="ebay_url",
            description="eBay search results: asking and sold prices",
        ),
        SpiderInfo(
            "poshmark_search",
            source="poshmark",
            target="query",
            optional={"show": "active", "product_id": ""},
            choices={"show": ("active", "sold")},
            site_setting="poshmark_url",
            description="Poshmark search results: asking prices",
        ),
        SpiderInfo(
            "tiktok_tag",
            source="tiktok",
            target="hashtag",
            optional={},
            choices={},
            site_setting="tiktok_url",
            description="TikTok's page of a hashtag, or of several: views and videos",
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
        raise RequestError(f"no spider {name!r}; there are: {', '.join(SPIDERS)}")
    takes = f"{name} takes {', '.join((spider.target, *spider.optional))}"
    if unknown := sorted(set(given) - {spider.target, *spider.optional}):
        raise RequestError(f"no argument {', '.join(unknown)}: {takes}")
    whole = {spider.target: "", **spider.optional, **given}
    whole = {argument: value.strip() for argument, value in whole.items()}
    if spider.target == "hashtag":
        whole["hashtag"] = ",".join(hashtags_of(whole))
    if not whole[spider.target]:
        raise RequestError(f"{spider.target} is missing: {takes}")
    for argument, value in whole.items():
        _check_value(argument, value, spider.choices.get(argument, ()))
    return whole


def hashtags_of(arguments: Mapping[str, str]) -> list[str]:
    """Return the hashtags that a crawl is asked for, each once.

    >>> hashtags_of({"hashtag": "#Lamp, leggings,lamp"})
    ['lamp', 'leggings']
    """
    names = arguments["hashtag"].split(",")
    tidy = (name.strip().removeprefix("#").lower() for name in names)
    return list(dict.fromkeys(name for name in tidy if name))


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
    pages = int(arguments.get("pages", "1"))
    if spider.target == "hashtag":
        pages = len(hashtags_of(arguments))
    return {
        "fetches": f"{spider.description} for {arguments[spider.target]!r}",
        "site": str(getattr(settings, spider.site_setting)),
        "page_count": pages,
        "at_least_seconds": (pages - 1) * settings.crawl_delay_seconds,
    }


def _check_value(argument: str, value: str, choices: tuple[str, ...]) -> None:
    if choices and value not in choices:
        raise RequestError(f"{argument} is one of {', '.join(choices)}")
    parts = value.split(",") if argument == "hashtag" else [value]
    if len(parts) > MOST_HASHTAGS:
        raise RequestError(f"a crawl takes at most {MOST_HASHTAGS} hashtags")
    if max(map(len, parts)) > ARGUMENT_CHARACTERS or not value.isprintable():
        raise RequestError(
            f"{argument} is not a line of at most {ARGUMENT_CHARACTERS} characters"
        )
