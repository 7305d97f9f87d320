"""Which Chromium is used, and how it is started; run it to ask whether there is one."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import playwright
from playwright.async_api import Request

from store.errors import SettingsError
from store.settings import Settings, get_settings

QUIET = (
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-quic",
)
BALLAST = {"image", "media", "font"}
# Chrome comes last: it crawls, but loads no unpacked extension.
SYSTEM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
CACHES = {
    "darwin": Path.home() / "Library/Caches/ms-playwright",
    "win32": Path.home() / "AppData/Local/ms-playwright",
}
START_SECONDS = 20
EXECUTABLES = (
    "chrome-linux*/chrome",
    "chrome-mac*/*.app/Contents/MacOS/*",
    "chrome-win*/chrome.exe",
)


def browser_launch_options(settings: Settings) -> dict[str, Any]:
    """Return the arguments of Playwright's ``launch`` for the Chromium to use.

    Returns
    -------
    dict
        ``executable_path`` and ``args``; headless is Playwright's default.

    Raises
    ------
    SettingsError
        If there is no Chromium, with what to do about it.
    """
    found = _configured(settings) or _playwrights_own() or _systems()
    if found is None:
        raise SettingsError(
            "no Chromium was found: run `playwright install chromium`, install your "
            "system's chromium package, or set TRENDGUARD_BROWSER_PATH"
        )
    # Chromium's sandbox refuses to run as root, as in containers.
    as_root = hasattr(os, "geteuid") and os.geteuid() == 0
    args = [*QUIET, "--no-sandbox"] if as_root else list(QUIET)
    return {"executable_path": str(found), "args": args}


def started_browser(settings: Settings) -> str:
    """Return the path of the Chromium to use, having started it once.

    Raises
    ------
    SettingsError
        If there is none, or the one that goes first does not start.
    """
    path: str = browser_launch_options(settings)["executable_path"]
    try:
        done = subprocess.run(
            [path, "--version"],
            timeout=START_SECONDS,
            capture_output=True,
            text=True,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise SettingsError(f"{path} does not start: {error}") from error
    if done.returncode:
        raise SettingsError(f"{path} does not start: {done.stderr.strip()}")
    return path


def _configured(settings: Settings) -> Path | None:
    if not settings.browser_path:
        return None
    path = Path(settings.browser_path)
    if not path.is_file():
        raise SettingsError(f"TRENDGUARD_BROWSER_PATH: there is no file {path}")
    return path


def is_ballast(request: Request) -> bool:
    """Whether a page can be read without this: pictures, films and fonts."""
    return request.resource_type in BALLAST


def playwright_revision() -> str:
    """Return the Chromium revision that the installed Playwright was made for."""
    folder = Path(playwright.__file__).parent / "driver" / "package"
    text = (folder / "browsers.json").read_text(encoding="utf-8")
    browsers = json.loads(text)["browsers"]
    return str(next(b["revision"] for b in browsers if b["name"] == "chromium"))


def _playwrights_own() -> Path | None:
    default = CACHES.get(sys.platform, Path.home() / ".cache/ms-playwright")
    cache = Path(os.environ.get("PLAYWRIGHT_BROWSERS_PATH") or default)
    folder = cache / f"chromium-{playwright_revision()}"
    found = (path for pattern in EXECUTABLES for path in folder.glob(pattern))
    return next(found, None)


def _systems() -> Path | None:
    paths = (shutil.which(name) for name in SYSTEM_NAMES)
    return next((Path(path) for path in paths if path), None)


if __name__ == "__main__":
    try:
        sys.stdout.write(started_browser(get_settings()) + "\n")
    except SettingsError as error:
        sys.exit(f"error: {error}")
