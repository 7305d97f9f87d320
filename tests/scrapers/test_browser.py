import os
import subprocess
import sys

import pytest

from scrapers import browser
from scrapers.browser import browser_launch_options
from store.errors import SettingsError
from store.settings import Settings


@pytest.fixture
def _nothing_installed(monkeypatch, tmp_path):
    monkeypatch.setenv("PLAYWRIGHT_BROWSERS_PATH", str(tmp_path))
    monkeypatch.setenv("PATH", str(tmp_path))


def test_the_configured_browser_goes_first(tmp_path):
    path = tmp_path / "my-chromium"
    path.touch()
    options = browser_launch_options(Settings(browser_path=str(path)))
    assert options["executable_path"] == str(path)
    assert "--disable-sync" in options["args"]


def test_a_configured_browser_that_is_not_there_is_an_error(tmp_path):
    with pytest.raises(SettingsError, match="TRENDGUARD_BROWSER_PATH"):
        browser_launch_options(Settings(browser_path=str(tmp_path / "none")))


@pytest.mark.usefixtures("_nothing_installed")
def test_without_any_browser_the_message_says_what_to_do():
    with pytest.raises(SettingsError, match="playwright install chromium"):
        browser_launch_options(Settings())


@pytest.mark.usefixtures("_nothing_installed")
def test_playwrights_own_goes_before_the_systems(tmp_path):
    system = tmp_path / "chromium"
    system.touch(mode=0o755)
    assert browser_launch_options(Settings())["executable_path"] == str(system)
    folder = tmp_path / f"chromium-{browser.playwright_revision()}" / "chrome-linux64"
    folder.mkdir(parents=True)
    (folder / "chrome").touch()
    options = browser_launch_options(Settings())
    assert options["executable_path"] == str(folder / "chrome")


def asked(**environment) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, "-m", "scrapers.browser"],
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=False,
    )


def chromium(folder, *lines: str) -> str:
    path = folder / "a-chromium"
    path.write_text("\n".join(("#!/bin/sh", *lines, "")))
    path.chmod(0o755)
    return str(path)


def test_it_tells_setup_which_browser_starts(tmp_path):
    path = chromium(tmp_path, '[ "$*" = --version ]')
    told = asked(TRENDGUARD_BROWSER_PATH=path)
    assert (told.returncode, told.stdout, told.stderr) == (0, f"{path}\n", "")


def test_it_tells_setup_that_the_browser_does_not_start(tmp_path):
    path = chromium(tmp_path, "echo libnss3.so: no such file >&2", "exit 127")
    told = asked(TRENDGUARD_BROWSER_PATH=path)
    assert (told.returncode, told.stdout) == (1, "")
    assert told.stderr == f"error: {path} does not start: libnss3.so: no such file\n"


def test_a_browser_that_hangs_or_is_no_program_does_not_start(tmp_path, monkeypatch):
    monkeypatch.setattr(browser, "START_SECONDS", 0.2)
    path = chromium(tmp_path, "exec sleep 60")
    with pytest.raises(SettingsError, match="does not start: .*timed out"):
        browser.started_browser(Settings(browser_path=path))
    (tmp_path / "a-chromium").chmod(0o644)
    with pytest.raises(SettingsError, match="does not start: .*Permission"):
        browser.started_browser(Settings(browser_path=path))
