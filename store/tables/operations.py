"""What the machinery did and is to do: crawls, watches, jobs."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, LargeBinary, Text
from sqlmodel import Field

from store.tables.base import Table, UtcDateTime


class Watch(Table, table=True):
    """Something to crawl again and again."""

    __tablename__ = "watch"

    watch_id: int | None = Field(default=None, primary_key=True)
    """Running number."""

    spider: str
    """Which spider."""

    target: str
    """Hashtag or query, as the spider takes it."""

    every_minutes: int
    """How often."""

    asked_by: str
    """``import``, ``admin``, ``lookup`` (counted, never who) or ``trending``."""

    ask_count: int = 1
    """How often it was asked for."""

    product_id: str | None = None
    """The product a query stands for, where it stands for one."""

    next_due_at: datetime = Field(sa_type=UtcDateTime, index=True)
    """When it is to be crawled next, UTC."""

    paused: bool = False
    """An admin stopped it."""

    adapts: bool = False
    """The stage of its trend decides how often; ``every_minutes`` holds while none is
    known."""

    last_run_id: str | None = None
    """Its newest crawl."""


class Source(Table, table=True):
    """How we stand with a site that is crawled."""

    __tablename__ = "source"

    source: str = Field(primary_key=True)
    """Name of the site, such as ``ebay``, or a shop's host."""

    paused: bool = False
    """An admin stopped it."""

    refused_count: int = 0
    """Crawls that it refused (outcome blocked) in a row."""

    spared_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """It is left alone until then, UTC."""

    changed_at: datetime = Field(sa_type=UtcDateTime)
    """When this was last written, UTC."""


class CrawlRun(Table, table=True):
    """One crawl: asked for, under way, or done, with what came of it."""

    __tablename__ = "crawl_run"

    run_id: str = Field(primary_key=True)
    """Random id."""

    request_key: str = Field(unique=True)
    """Who asked for what: a second request with the same key is the same run."""

    spider: str = Field(index=True)
    """Which spider."""

    source: str = Field(index=True)
    """Which site it asks."""

    arguments: dict[str, str] = Field(sa_type=JSON)
    """What it was given."""

    state: str
    """``queued``, ``running``, ``done`` or ``cancelled``."""

    outcome: str | None = None
    """ok, empty, blocked, login_wall, changed, not_found or failed."""

    message: str | None = Field(default=None, sa_type=Text)
    """What happened, in words."""

    asked_by: str
    """``cli``, ``schedule`` or ``admin``."""

    queued_at: datetime = Field(sa_type=UtcDateTime, index=True)
    """When it was asked for, UTC."""

    started_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """When it began, UTC."""

    finished_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """When it ended, UTC."""

    item_counts: dict[str, int] = Field(default_factory=dict, sa_type=JSON)
    """Items stored, by kind."""

    drop_counts: dict[str, int] = Field(default_factory=dict, sa_type=JSON)
    """Items a gate refused, by reason."""

    page_count: int = 0
    """Pages fetched."""

    place: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    """Where it goes on if its process dies; the spider's own words."""

    attempt_count: int = 0
    """How often a worker began it or went on with it."""

    claimed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """When a worker last did, UTC; ``started_at`` stays, for rows are dated by it."""

    page_items: list[int] = Field(default_factory=list, sa_type=JSON)
    """Items on each page that said something, kept or dropped, in the order they
    came."""

    coverage: dict[str, dict[str, int]] = Field(default_factory=dict, sa_type=JSON)
    """By kind of item: how many items had each field, and under ``*`` how many items
    there were."""

    signs: dict[str, str] = Field(default_factory=dict, sa_type=JSON)
    """By what the source did worse at the end of this run than before, in words:
    ``outcome``, ``items``, ``pages``, ``fields``; empty: by nothing."""


class CrawlLog(Table, table=True):
    """What was logged in one crawl; apart from its run, which is read more often."""

    __tablename__ = "crawl_log"

    run_id: str = Field(primary_key=True, foreign_key="crawl_run.run_id")
    """Of which run."""

    text: str = Field(sa_type=Text)
    """The last 64 kB of its lines, INFO and worse, without secrets."""


class CrawlSample(Table, table=True):
    """Something a crawl could not use, kept for a while for a person to look at."""

    __tablename__ = "crawl_sample"

    sample_id: str = Field(primary_key=True)
    """Random id."""

    run_id: str = Field(foreign_key="crawl_run.run_id", index=True)
    """Which run met it."""

    kind: str
    """``page``, ``screenshot`` or ``drop``: an item that a gate refused."""

    reason: str
    """The outcome that a page stands for, or why items of it were dropped."""

    url: str = Field(sa_type=Text)
    """Where it came from, without secrets."""

    content_type: str
    """As the site declared it; of a drop JSON."""

    body: bytes = Field(sa_type=LargeBinary)
    """What came, by gzip: text in UTF-8, a picture as PNG."""

    size_bytes: int
    """How large it was."""

    is_cut: bool
    """Only its first 2 MB were kept."""

    kept_at: datetime = Field(sa_type=UtcDateTime, index=True)
    """When, UTC."""


class JobRun(Table, table=True):
    """One run of a scheduled job; its key is taken once, so it runs once."""

    __tablename__ = "job_run"

    job_key: str = Field(primary_key=True)
    """Job and the time slot it is for, such as ``refresh@2026-11-22T10:00``."""

    job: str = Field(index=True)
    """Which job."""

    state: str
    """``queued``, ``running``, ``done`` or ``failed``."""

    queued_at: datetime = Field(sa_type=UtcDateTime)
    """When a scheduler took the slot, UTC."""

    started_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """When a worker began, UTC."""

    finished_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """When it ended, UTC."""

    message: str | None = Field(default=None, sa_type=Text)
    """What came of it."""

    result: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    """Figures of the run."""


class Change(Table, table=True):
    """Observations that came in or were corrected: from which day on what is derived
    from them has to be made again.
    """

    __tablename__ = "change"

    change_id: int | None = Field(default=None, primary_key=True)
    """Running number, in the order of the commits."""

    changed_table: str
    """Which table."""

    from_day: date
    """Earliest day (UTC) on which one of the changed rows was known."""

    token: str
    """Random: tells this database's changes from those of another or an older one."""

    noted_at: datetime = Field(sa_type=UtcDateTime)
    """When, UTC."""
