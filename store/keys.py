"""Keys of risk cards: how a product on any shop's page finds its card.

`extension/lib/card-key.js` computes the same; `tests/store/card_keys.json` holds
both to it. An address is taken apart by one expression here and there, because
the parsers of the two languages disagree on dots, ports and foreign letters.
"""

import hashlib
import unicodedata
from urllib.parse import parse_qsl, unquote, urlencode

import idna
import regex

# What tells products apart on shops that keep the id in the query; all else there
# (campaigns, sizes, sessions) is dropped.
PRODUCT_PARAMETERS = frozenset({"id", "item", "itemid", "pid", "product_id", "sku"})
_ADDRESS = regex.compile(
    r"https?://(?:[^/?#@]*@)?([^/?#:@\[\]\s]+)(?::([0-9]{0,5}))?"
    r"(/[^?#]*)?(?:\?([^#]*))?(?:#.*)?",
    regex.IGNORECASE | regex.DOTALL | regex.ASCII,
)
_NOT_WORD = regex.compile(r"[^\p{L}\p{M}\p{N}]+")
_LONE_SURROGATE = regex.compile(r"\p{Cs}")


def card_keys(
    url: str | None = None,
    gtin: str | None = None,
    brand: str | None = None,
    title: str | None = None,
) -> list[str]:
    """Return the keys of a product, surest first: GTIN, URL, brand and title.

    Returns
    -------
    list of str
        SHA-256 in hex; one for each thing that is known.
    """
    names = [
        canonical_gtin(gtin or ""),
        canonical_url(url or ""),
        normal_name(brand, title) if title else "",
    ]
    return [hashlib.sha256(n.encode()).hexdigest() for n in names if n]


def canonical_gtin(gtin: str) -> str:
    """Return a GTIN as 14 digits, or ``""`` if it is none.

    >>> canonical_gtin("4006381333931"), canonical_gtin("4006381333932")
    ('04006381333931', '')
    """
    digits = regex.sub(r"[ \t\r\n\u00a0-]", "", gtin)
    if not regex.fullmatch(r"[0-9]{8}|[0-9]{12,14}", digits):
        return ""
    padded = digits.zfill(14)
    weighted = (int(d) * (3 if i % 2 == 0 else 1) for i, d in enumerate(padded))
    return padded if sum(weighted) % 10 == 0 else ""


def canonical_url(url: str) -> str:
    """Return host, path and product parameters of a page's address.

    >>> canonical_url("https://www.Shop.com/p/leggings/?utm_source=tiktok&id=7#top")
    'shop.com/p/leggings?id=7'
    """
    found = _ADDRESS.fullmatch(_LONE_SURROGATE.sub("\ufffd", url.strip(" \t\r\n")))
    host = _plain_host(found[1]) if found else ""
    if not found or not host:
        return ""
    number = int(found[2] or 0)
    port = f":{number}" if number not in {0, 80, 443} else ""
    query = sorted(
        urlencode([(name.lower(), value)])
        for name, value in parse_qsl(found[4] or "")
        if name.lower() in PRODUCT_PARAMETERS
    )
    tail = f"?{'&'.join(query)}" if query else ""
    return f"{host}{port}{unquote(found[3] or '').rstrip('/')}{tail}"


def normal_name(brand: str | None, title: str) -> str:
    """Return brand and title as lower-case words; the brand is not said twice.

    >>> normal_name("Acme", "ACME Ribbed-Leggings  (Black)")
    'acme ribbed leggings black'
    """
    maker, name = _plain(brand or ""), _plain(title)
    if not maker or f"{name} ".startswith(f"{maker} "):
        return name
    return f"{maker} {name}"


def _plain_host(host: str) -> str:
    if host.isascii():
        return host.lower().removeprefix("www.")
    try:
        return idna.encode(host, uts46=True).decode().removeprefix("www.")
    except idna.IDNAError:
        return ""


def _plain(text: str) -> str:
    return _NOT_WORD.sub(" ", unicodedata.normalize("NFKC", text).lower()).strip()
