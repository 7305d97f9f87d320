"""How Scrapy is set up for a crawl."""

from scrapy.extensions.closespider import CloseSpider
from scrapy.extensions.remote_control import RemoteControl
from scrapy.extensions.telnet import TelnetConsole
from scrapy.settings import Settings as ScrapySettings
from scrapy.utils.conf import build_component_list
from scrapy.utils.misc import load_object

from scrapers.scrapy_settings import scrapy_settings
from store.settings import Settings


def test_a_running_crawl_has_no_door():
    for in_browser in (False, True):
        chosen = ScrapySettings(
            scrapy_settings(
                Settings(browser_path=__file__),
                in_browser=in_browser,
                goes_anywhere=not in_browser,
            )
        )
        names = build_component_list(chosen.getwithbase("EXTENSIONS"))
        enabled = {load_object(name) for name in names}
        assert CloseSpider in enabled
        assert not enabled & {RemoteControl, TelnetConsole}
