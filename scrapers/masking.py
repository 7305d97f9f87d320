"""Addresses and log lines without what lets anybody in."""

import re

NAMES = (
    r"[\w.-]*(?:token|secret|signature|password|passwd|session|bogus|csrf|nonce)[\w-]*"
    r"|[\w-]*(?:api|client|access)[_-]?key|key|sig|auth|code|sid"
)
IN_QUERY = re.compile(rf"(?i)([?&;](?:{NAMES})=)[^&#\s\"'<>)\]]+")
IN_FIELD = re.compile(rf"(?i)([\"'](?:{NAMES})[\"']\s*:\s*[\"'])[^\"']+")
IN_HEADER = re.compile(r"(?i)\b(authorization|(?:set-)?cookie)(['\"]?\s*[:=]\s*).+")
BEARER = re.compile(r"(?i)\b(bearer|basic)\s+[\w.~+/=-]{8,}")
OF_USER = re.compile(r"(://)[^/@\s]+@")


def masked(text: str) -> str:
    """Return a text with secrets in addresses, headers and fields made unreadable.

    >>> masked("GET https://a.example/search?q=lamp&msToken=x1&page=2")
    'GET https://a.example/search?q=lamp&msToken=***&page=2'
    """
    text = IN_QUERY.sub(r"\1***", text)
    text = IN_FIELD.sub(r"\1***", text)
    text = IN_HEADER.sub(r"\1\2***", text)
    text = BEARER.sub(r"\1 ***", text)
    return OF_USER.sub(r"\1***@", text)
