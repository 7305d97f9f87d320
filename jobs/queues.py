"""The queue: huey carries keys of rows, the database decides who works on them."""

import json
import logging
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeAlias

from huey import Huey, RedisHuey, SqliteHuey
from huey.api import TaskWrapper
from huey.registry import Message
from huey.serializer import Serializer
from redis.exceptions import RedisError

from store.database import Database
from store.settings import Settings

logger = logging.getLogger("trendguard.jobs")

Work: TypeAlias = Callable[[Database, Settings, str], None]
AWAY = (RedisError, sqlite3.Error, OSError)

_works: dict[str, Work] = {}


def takes(task: str) -> Callable[[Work], Work]:
    """Have the decorated function do what is queued as `task`."""

    def register(work: Work) -> Work:
        _works[task] = work
        return work

    return register


@dataclass(frozen=True)
class Queue:
    """A queue and what can be put on it."""

    huey: Huey
    """Redis or a file."""

    tasks: dict[str, TaskWrapper]
    """``crawl`` and ``job``; called with a key, they are queued."""


@cache
def queue(settings: Settings) -> Queue:
    """Return the queue of these settings: Redis where one is set, else a file."""
    options = {"results": False, "serializer": _JsonSerializer()}
    if settings.redis_url:
        huey = RedisHuey("trendguard", url=settings.redis_url, **options)
    else:
        settings.data_dir.mkdir(parents=True, exist_ok=True)
        file = settings.data_dir / "queue.db"
        huey = SqliteHuey("trendguard", filename=str(file), timeout=30, **options)
    database = cache(lambda: Database(settings))

    def wrapped(task: str, work: Work) -> TaskWrapper:
        return huey.task(name=task)(lambda key: work(database(), settings, key))

    return Queue(huey, {task: wrapped(task, work) for task, work in _works.items()})


def enqueue(settings: Settings, task: str, key: str) -> None:
    """Put the key of a row on the queue; a lost one is found by the housekeeping."""
    try:
        queue(settings).tasks[task](key)
    except AWAY as error:
        logger.warning("the queue is away (%s); %s waits", type(error).__name__, task)


def keys_on_the_queue(settings: Settings) -> set[str] | None:
    """Return the keys that wait on the queue; None if it is away."""
    try:
        messages = queue(settings).huey.storage.enqueued_items()
    except AWAY:
        return None
    return {key for message in messages for key in json.loads(message)[6]}


class _JsonSerializer(Serializer):  # type: ignore[misc]
    """Messages as JSON, not pickle: who reaches the queue can't run code by it."""

    def _serialize(self, data: Any) -> bytes:
        return json.dumps(data).encode()

    def _deserialize(self, data: bytes) -> Message:
        return Message(*json.loads(data))
