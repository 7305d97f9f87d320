"""The jobs and their queue: huey carries keys, the database decides who runs what.

A row is made once (its key is unique) and claimed once (only from ``queued``), so it
does not matter how often, or by how many workers, a key is taken from the queue.
"""

from jobs.crawls import add_crawl, request_crawl, run_crawl
from jobs.housekeeping import clean_up
from jobs.queues import enqueue, queue
from jobs.tasks import JOBS, once, run_job

__all__ = [
    "JOBS",
    "add_crawl",
    "clean_up",
    "enqueue",
    "once",
    "queue",
    "request_crawl",
    "run_crawl",
    "run_job",
]
