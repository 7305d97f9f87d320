"""Compression of the few answers that are long and the same for everyone.

Only of those: where an answer holds what the caller sent beside what the caller may
not know, its compressed length tells of the one by the other (BREACH). Buckets of
cards come compressed, all to one length.
"""

from flask import Flask
from flask_compress import Compress

MEDIA_TYPES = ["application/json", "text/markdown"]

_compress = Compress()
compressed = _compress.compressed


def register_compression(app: Flask) -> None:
    """Let ``@compressed()`` views of this app be compressed, and no others."""
    app.config["COMPRESS_REGISTER"] = False
    app.config["COMPRESS_MIMETYPES"] = MEDIA_TYPES
    _compress.init_app(app)
