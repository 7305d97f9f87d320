"""The bytes of a bucket of cards: compressed once, padded whenever they are sent.

All answers of one catalogue have the same length, plain or compressed: who sees only
how much an encrypted connection carried learns nothing of which bucket it was.
"""

import hashlib
import struct
import zlib
from collections.abc import Iterable
from dataclasses import dataclass

# RFC 1952: deflate, with a file name, no time, no system; the name is filler.
_HEADER = bytes((0x1F, 0x8B, 8, 8, 0, 0, 0, 0, 0, 255))
_FILLER = b"-"
# RFC 1951: a stored block of nothing, of which a stream may hold any number; the last
# block; after it come checksum and length.
_NOTHING = b"\0\0\0\xff\xff"
_LAST = b"\3\0"
_TAIL = struct.Struct("<II")


@dataclass(frozen=True)
class Packed:
    """A bucket as it is stored.

    Attributes
    ----------
    etag : str
        BLAKE2b of the JSON, hex.
    json_bytes : int
        Length of the JSON.
    body : bytes
        The JSON as a deflate stream that is not ended yet, then checksum and length.
    """

    etag: str
    json_bytes: int
    body: bytes


def bucket_json(payloads: Iterable[str]) -> bytes:
    """Return a bucket of cards, themselves JSON, as JSON."""
    return f'{{"cards":[{",".join(payloads)}]}}'.encode()


def etag_of(text: bytes) -> str:
    """Return what names a bucket's content."""
    return hashlib.blake2b(text, digest_size=16).hexdigest()


def pack(text: bytes) -> Packed:
    """Compress a bucket's JSON."""
    deflate = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    # The flush ends on a whole byte: there the padding goes.
    stream = deflate.compress(text) + deflate.flush(zlib.Z_SYNC_FLUSH)
    tail = _TAIL.pack(zlib.crc32(text), len(text) % 2**32)
    return Packed(etag_of(text), len(text), stream + tail)


def as_gzip(body: bytes, largest: int) -> bytes:
    """Return a packed body as gzip, as long as one of `largest` bytes would be.

    A longer one is made as long as the next multiple. Nothing but empty blocks and a
    file name is added, which every reader of gzip skips.

    Examples
    --------
    >>> import gzip
    >>> small, large = (pack(text).body for text in (b"[]", b"[1, 2, 3]"))
    >>> len(as_gzip(small, len(large))) == len(as_gzip(large, len(large)))
    True
    >>> gzip.decompress(as_gzip(small, len(large)))
    b'[]'
    """
    blocks, letters = divmod(-len(body) % max(largest, 1), len(_NOTHING))
    return b"".join(
        (
            _HEADER,
            _FILLER * letters,
            b"\0",
            memoryview(body)[: -_TAIL.size],
            _NOTHING * blocks,
            _LAST,
            memoryview(body)[-_TAIL.size :],
        )
    )


def as_json(body: bytes, largest: int) -> bytes:
    """Return a packed body's JSON, with blanks after it up to `largest` bytes.

    A longer one is filled up to the next multiple.

    >>> as_json(pack(b"[]").body, 4)
    b'[]  '
    """
    text = zlib.decompressobj(-zlib.MAX_WBITS).decompress(body[: -_TAIL.size])
    return text.ljust(-(-len(text) // max(largest, 1)) * largest)
