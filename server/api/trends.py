"""GET /v1/trends/<hashtag>: where a trend stands, and how it came there."""

from datetime import date

from flask import Response
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag
from pydantic import BaseModel, ConfigDict, Field
from sqlmodel import col, select

from server.compression import compressed
from server.problems import described
from server.state import state
from store.errors import MissingError
from store.tables import HashtagDay, Retention

blueprint = APIBlueprint(
    "trends", __name__, url_prefix="/v1", abp_tags=[Tag(name="shoppers")]
)
MAX_AGE_SECONDS = 300
HASHTAG_CHARACTERS = 150


class _Part(BaseModel):
    model_config = ConfigDict(use_attribute_docstrings=True)


class TrendPath(_Part):
    """Which trend."""

    hashtag: str
    """Name, with or without ``#``."""


class TrendQuery(_Part):
    """How much of it."""

    model_config = ConfigDict(extra="forbid")

    days: int = Field(default=365, ge=1, le=3660)
    """Newest days of the series."""


class TrendDay(_Part):
    """One day, as it was known then."""

    day: date
    """The day, UTC."""

    daily_views: float
    """Views that day, without those that look bought."""

    level: float
    """The week's mean as a share of the highest so far, 0-1."""

    stage: str
    """Rising, Peak, Decline or Death."""


class KeptShare(_Part):
    """How many buyers of its products still had them after some days."""

    days: int
    """Days after the purchase: 30, 90 or 180."""

    share: float = Field(ge=0, le=1)
    """Kaplan-Meier estimate."""

    low: float = Field(ge=0, le=1)
    """Lower end of its 95 % interval."""

    high: float = Field(ge=0, le=1)
    """Upper end of its 95 % interval."""

    n: int = Field(ge=20)
    """Orders behind it."""


class Trend(_Part):
    """A hashtag's life so far."""

    hashtag: str
    """Name without ``#``."""

    as_of: date
    """The day this was known at the end of."""

    stage: str
    """Rising, Peak, Decline or Death."""

    peak_on: date
    """The highest day so far."""

    days_since_peak: int
    """Days since then."""

    trended_days: int
    """Days it has trended so far."""

    level: float
    """The week's mean as a share of the peak, 0-1."""

    velocity_rate: float
    """Change over the last week, relative."""

    bot_share: float
    """Share of its views that look bought, 0-1."""

    days: list[TrendDay]
    """The daily series, oldest first."""

    kept: list[KeptShare]
    """What buyers kept of the products linked to it; empty where too few can tell."""


@blueprint.get("/trends/<hashtag>", responses={200: Trend, **described(404, 422, 503)})
@compressed()
def get_trend(path: TrendPath, query: TrendQuery) -> Response:
    """Stage, peak and daily series of a hashtag, and what buyers kept."""
    name = path.hashtag.removeprefix("#").lower()
    days = _newest_days(name, query.days)
    if not days:
        raise MissingError("this hashtag has never been observed")
    body = _trend(days, _kept(name)).model_dump_json()
    answer = Response(body, mimetype="application/json")
    answer.headers["Cache-Control"] = f"public, max-age={MAX_AGE_SECONDS}"
    return answer


def _newest_days(name: str, count: int) -> list[HashtagDay]:
    if not name.isprintable() or len(name) > HASHTAG_CHARACTERS:
        return []
    newest = (
        select(HashtagDay)
        .where(HashtagDay.hashtag == name)
        .order_by(col(HashtagDay.day).desc())
        .limit(count)
    )
    with state().database.reading() as session:
        return list(reversed(session.exec(newest).all()))


def _kept(name: str) -> list[KeptShare]:
    query = (
        select(Retention)
        .where(Retention.scope == "hashtag", Retention.key == name)
        .order_by(col(Retention.days))
    )
    with state().database.reading() as session:
        rows = session.exec(query).all()
    return [
        KeptShare(days=r.days, share=r.share, low=r.low, high=r.high, n=r.n)
        for r in rows
    ]


def _trend(days: list[HashtagDay], kept: list[KeptShare]) -> Trend:
    last = days[-1]
    return Trend(
        hashtag=last.hashtag,
        as_of=last.day,
        stage=last.stage,
        peak_on=last.peak_on,
        days_since_peak=last.days_since_peak,
        trended_days=last.trended_days,
        level=last.level,
        velocity_rate=last.velocity_rate,
        bot_share=last.bot_share,
        days=[
            TrendDay(
                day=row.day,
                daily_views=row.real_daily_views,
                level=row.level,
                stage=row.stage,
            )
            for row in days
        ],
        kept=kept,
    )
