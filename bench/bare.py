"""The peer of the server on the same granian: a Flask app that answers "ok", or as many
bytes as one is asked for.
"""

import os
import sys
from functools import cache

from flask import Flask, Response

from server.run import granian
from store.settings import Settings

app = Flask(__name__)


@app.route("/", methods=["GET", "POST"])
def ok() -> str:
    """Answer."""
    return "ok"


@app.get("/<int:count>")
def as_many_bytes(count: int) -> Response:
    """Answer with so many bytes, the same each time."""
    return Response(bytes_of(count))


@cache
def bytes_of(count: int) -> bytes:
    """Return bytes that were made before."""
    return os.urandom(count)


if __name__ == "__main__":
    granian("bench.bare:app", Settings(), int(sys.argv[1])).serve()
