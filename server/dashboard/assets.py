"""Style sheets and scripts, kept by browsers for as long as they do not change."""

import hashlib
from functools import cache
from pathlib import Path
from types import MappingProxyType

from flask import Blueprint, Response, url_for

from reporting.charts import STYLE_SHEET
from store.errors import MissingError

FOLDER = Path(__file__).parent / "static"
FILES = MappingProxyType(
    {
        "dashboard.css": (FOLDER / "dashboard.css", "text/css"),
        "charts.css": (STYLE_SHEET, "text/css"),
        "live.js": (FOLDER / "live.js", "text/javascript"),
        "mark.svg": (FOLDER / "mark.svg", "image/svg+xml"),
    }
)
YEAR_SECONDS = 31_536_000

blueprint = Blueprint(
    "dashboard_assets",
    __name__,
    url_prefix="/dashboard/static",
    template_folder="templates",
)


@blueprint.get("/<digest>/<name>")
def get_asset(digest: str, name: str) -> Response:
    """A file as it was when its address was written."""
    if name not in FILES or _asset(name)[1] != digest:
        raise MissingError("there is no such file, or it has changed")
    answer = Response(_asset(name)[0], mimetype=FILES[name][1])
    answer.headers["Cache-Control"] = f"public, max-age={YEAR_SECONDS}, immutable"
    return answer


def asset_url(name: str) -> str:
    """Return a file's address, which changes with the file."""
    return url_for("dashboard_assets.get_asset", digest=_asset(name)[1], name=name)


def asset_text(name: str) -> str:
    """Return a file's text, for a page that fetches nothing."""
    return _asset(name)[0].decode()


@cache
def _asset(name: str) -> tuple[bytes, str]:
    body = FILES[name][0].read_bytes()
    return body, hashlib.sha256(body).hexdigest()[:16]
