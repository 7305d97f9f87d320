"""Names are looked up here for spiders that fetch what they are told: public ones only.

The look-up is the last thing before a connection, so neither a redirect nor a name that
points elsewhere the second time gets past it.
"""

from collections.abc import Sequence
from ipaddress import ip_address
from typing import Any

from scrapy.crawler import Crawler
from scrapy.resolver import CachingThreadedResolver
from twisted.internet.base import ReactorBase
from twisted.internet.defer import Deferred
from twisted.internet.error import DNSLookupError


class PublicResolver(CachingThreadedResolver):
    """Finds no address that is not public, but that of the setting ``OWN_HOST``."""

    own_host: str | None = None

    @classmethod
    def from_crawler(cls, crawler: Crawler, reactor: ReactorBase) -> "PublicResolver":
        """Make the resolver, and tell it which host may be anywhere."""
        resolver = super().from_crawler(crawler, reactor)
        resolver.own_host = crawler.settings.get("OWN_HOST")
        return resolver

    def getHostByName(  # noqa: N802 - Twisted's name
        self, name: str, timeout: Sequence[int] = ()
    ) -> "Deferred[str]":
        """Look a name up; fails for what is not public."""
        found = super().getHostByName(name, timeout)
        return found.addCallback(self._refuse_private, name)

    def _refuse_private(self, address: Any, name: str) -> str:
        if name != self.own_host and not is_public(str(address)):
            raise DNSLookupError(f"{name} is no public address")
        return str(address)


def is_public(address: str) -> bool:
    """Tell whether an IP address is one of the internet's.

    >>> is_public("93.184.215.14"), is_public("10.0.0.7"), is_public("169.254.169.254")
    (True, False, False)
    """
    found = ip_address(address)
    return found.is_global and not found.is_multicast
