"""What the processes say of themselves, on stderr: text for people, JSON for machines.

No level logs personal data or what a shopper looked up; whoever logs sees to that, by
naming routes, counts and types only.
"""

import logging
import time

from pythonjsonlogger.json import JsonFormatter

from store.settings import Settings

TEXT = "%(asctime)s %(levelname)s %(name)s: %(message)s"
FIELDS = "%(asctime)s %(levelname)s %(name)s %(process)d %(message)s"
TIME = "%Y-%m-%dT%H:%M:%SZ"
NAMES = {"asctime": "time", "levelname": "level", "name": "logger"}
# They say at INFO what they do at every turn.
TALKATIVE = ("apscheduler", "huey", "urllib3")


def set_up_logs(settings: Settings) -> None:
    """Log as the settings say; called once by each process."""
    formatter = (
        JsonFormatter(FIELDS, TIME, rename_fields=NAMES)
        if settings.log_format == "json"
        else logging.Formatter(TEXT, TIME)
    )
    formatter.converter = time.gmtime
    handler = logging.StreamHandler()
    handler.setFormatter(formatter)
    logging.basicConfig(level=settings.log_level, handlers=[handler], force=True)
    for name in TALKATIVE:
        logging.getLogger(name).setLevel("WARNING")
