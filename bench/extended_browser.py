"""A Chromium with the extension, with an empty one like it, or with none."""

import json
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, Playwright

from bench.card_server import LOCAL
from scrapers.browser import browser_launch_options
from store.settings import Settings

EXTENSION = Path(__file__).parents[1] / "extension"
MANIFEST = json.loads((EXTENSION / "manifest.json").read_text("utf-8"))
SCRIPTS: list[str] = MANIFEST["content_scripts"][0]["js"]
# As the browser names the world of its content scripts.
WORLD = "TrendGuard"


@contextmanager
def browsing(
    playwright: Playwright, extension: Path | None
) -> Iterator[BrowserContext]:
    """Open a Chromium with or without an extension, to which no host can be found."""
    options = browser_launch_options(Settings())
    loaded = [
        f"--disable-extensions-except={extension}",
        f"--load-extension={extension}",
    ]
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        context = playwright.chromium.launch_persistent_context(
            profile,
            executable_path=options.get("executable_path"),
            args=[
                *options["args"],
                "--headless=new",
                *(loaded if extension else []),
                f"--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE {LOCAL}",
            ],
            ignore_default_args=["--disable-extensions"],
        )
        yield context
        context.close()


@contextmanager
def emptied() -> Iterator[Path]:
    """Give a copy of the extension whose content scripts are empty files."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "extension"
        shutil.copytree(EXTENSION, copy)
        for name in SCRIPTS:
            (copy / name).write_text("", "utf-8")
        yield copy


def agree(context: BrowserContext, port: int) -> None:
    """Choose this server and agree, as on the first page."""
    workers = context.service_workers
    worker = workers[0] if workers else context.wait_for_event("serviceworker")
    settings = {
        "server": f"http://{LOCAL}:{port}",
        "agreed": True,
        "enabled": True,
        "ageBand": "",
        "offSites": [],
    }
    worker.evaluate("(settings) => chrome.storage.local.set({ settings })", settings)


def address(url: str) -> str:
    """Return where a page is shown: at its own address, if the extension runs there."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    matches = [m for s in MANIFEST["content_scripts"] for m in s["matches"]]
    named = [m.split("/")[2].removeprefix("*.") for m in matches if m.startswith("*")]
    if any(host == name or host.endswith(f".{name}") for name in named):
        return url
    return parts._replace(scheme="http", netloc=LOCAL).geturl()
