"""Bodies in UTF-8: from the charset the answer declares, or not at all."""

import codecs
import re

from store.errors import FailedError

# Of one answer.
LARGEST_BYTES = 16 * 2**20
BYTE_ORDER_MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
DECLARED = re.compile(rb"<meta[^>]+charset=[\"']?\s*([\w-]+)", re.I)


def utf8_body(body: bytes, charset: str | None = None) -> bytes:
    """Return a body in UTF-8, from the charset it declares, else as it is.

    Raises
    ------
    FailedError
        If it is binary, or not in that charset: a garbled title is worse than none.
    """
    for mark, name in BYTE_ORDER_MARKS.items():
        if body.startswith(mark):
            return _decoded(body, name).encode()
    if b"\0" in body:
        raise FailedError("the body is binary, or in a charset it does not declare")
    declared = DECLARED.search(body[:4096])
    name = charset or (declared.group(1).decode() if declared else "utf-8")
    text = _decoded(body, name)
    return body if codecs.lookup(name).name == "utf-8" else text.encode()


def _decoded(body: bytes, charset: str) -> str:
    try:
        return body.decode(charset)
    except (UnicodeDecodeError, LookupError) as error:
        raise FailedError(f"the body is not {charset}, as it should be") from error
