import json
import logging
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
import time_machine

from store.logs import set_up_logs


@pytest.fixture(autouse=True)
def _logging_as_before():
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)


def logged(settings, capsys, **chosen):
    set_up_logs(settings.model_copy(update=chosen))
    logging.getLogger("trendguard.jobs").warning("%d crawls were lost", 2)
    logging.getLogger("huey").info("every second")
    logging.getLogger("trendguard").debug("in detail")
    return capsys.readouterr().err.splitlines()


@time_machine.travel(datetime(2026, 3, 1, 7, tzinfo=ZoneInfo("Europe/Berlin")))
def test_json_is_one_object_a_line_with_what_a_collector_sorts_by(settings, capsys):
    (line,) = logged(settings, capsys, log_format="json")
    found = json.loads(line)
    assert found.pop("time") == "2026-03-01T06:00:00Z"
    assert found.pop("process")
    assert found == {
        "level": "WARNING",
        "logger": "trendguard.jobs",
        "message": "2 crawls were lost",
    }


def test_text_has_time_level_and_logger(settings, capsys):
    (line,) = logged(settings, capsys)
    assert line.endswith("WARNING trendguard.jobs: 2 crawls were lost")


def test_the_level_is_the_setting_and_libraries_stay_quiet(settings, capsys):
    lines = logged(settings, capsys, log_level="DEBUG")
    assert [line.rpartition(": ")[2] for line in lines] == [
        "2 crawls were lost",
        "in detail",
    ]


def test_a_json_line_holds_an_exception_whole(settings, capsys):
    set_up_logs(settings.model_copy(update={"log_format": "json"}))
    try:
        raise ValueError("odd")
    except ValueError:
        logging.getLogger("trendguard").exception("it failed")
    (line,) = capsys.readouterr().err.splitlines()
    assert "ValueError: odd" in json.loads(line)["exc_info"]
