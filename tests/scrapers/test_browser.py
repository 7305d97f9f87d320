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
