"""How long an extension kept a page's main thread, from a trace of the browser's own.

It is processor time, so that other work on the machine does not count. Compilation
does, and so does all that the browser does for the extension within those tasks.
"""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event
from typing import Any

from playwright.sync_api import CDPSession, Page

CATEGORIES = ["devtools.timeline", "v8", "mojom"]
Span = dict[str, Any]


@contextmanager
def traced(page: Page) -> Iterator[list[Span]]:
    """Trace the browser; the list holds the events once it is left."""
    tools = page.context.new_cdp_session(page)
    events: list[Span] = []
    tools.on("Tracing.dataCollected", lambda part: events.extend(part["value"]))
    config = {"includedCategories": CATEGORIES}
    options = {"transferMode": "ReportEvents", "traceConfig": config}
    tools.send("Tracing.start", options)
    yield events
    _end(tools, page)
    tools.detach()


def _end(tools: CDPSession, page: Page) -> None:
    is_ended = Event()
    tools.on("Tracing.tracingComplete", lambda _: is_ended.set())
    tools.send("Tracing.end")
    while not is_ended.is_set():
        page.wait_for_timeout(20)


def extension_ms(events: list[Span], world: str) -> float:
    """Return the processor time of an extension's scripts in a page, milliseconds.

    Parameters
    ----------
    events : list of dict
        A trace with the categories `CATEGORIES`.
    world : str
        The extension's name, as the browser names the world its scripts live in.
    """
    spans = [event for event in events if event["ph"] == "X"]
    threads = Counter(_thread(event) for event in spans if _is_script(event))
    if not threads:
        return 0
    main = threads.most_common(1)[0][0]
    own = [e for e in spans if _thread(e) == main and _is_own(e, world)]
    # The browser leaves the duration out where it is none.
    return sum(event.get("tdur", 0) for event in _outermost(own)) / 1000


def _thread(event: Span) -> tuple[int, int]:
    return event["pid"], event["tid"]


def _is_script(event: Span) -> bool:
    """Return whether a content script was compiled and run."""
    url = str(event["args"].get("data", {}).get("url", ""))
    return event["name"] == "EvaluateScript" and url.startswith("chrome-extension://")


def _is_own(event: Span, world: str) -> bool:
    """Return whether an event is one of the extension's: scripts, calls, messages."""
    args = event["args"]
    if event["name"] == "v8.callFunction":
        return bool(args.get("worldName") == world)
    info = args.get("chrome_mojo_event_info", {})
    is_message = info.get("mojo_interface_tag", "").startswith("extensions.")
    return is_message or _is_script(event)


def _outermost(events: list[Span]) -> Iterator[Span]:
    """Yield events of one thread that lie in no other of them."""
    end = 0
    for event in sorted(events, key=lambda e: (e["ts"], -e.get("dur", 0))):
        if event["ts"] >= end:
            yield event
            end = event["ts"] + event.get("dur", 0)
