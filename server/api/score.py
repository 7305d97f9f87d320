"""POST /v1/score: checkout scoring for a retailer: one order, an array, or NDJSON."""

import logging
from collections.abc import Iterator
from typing import Any, Literal

from flask import Response, request
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag
from pydantic import BaseModel, ConfigDict, RootModel, SkipValidation
from werkzeug.exceptions import RequestEntityTooLarge

from ml.card import Evidence, Target
from ml.order_score import OrderScore
from server.access import require
from server.bodies import NDJSON, check_json
from server.checkout import checkout
from server.orders import (
    BadLine,
    Found,
    OrderToScore,
    bounded_lines,
    read_order,
    score_each,
    score_lines,
)
from server.problems import described, problem
from server.spool import Spool
from server.state import state
from store.tables import ModelVersion

logger = logging.getLogger("trendguard.server")

blueprint = APIBlueprint(
    "score",
    __name__,
    url_prefix="/v1",
    abp_tags=[Tag(name="retailers")],
    abp_security=[{"token": []}],
    abp_responses=described(401, 403, 503),
)


class _Part(BaseModel):
    model_config = ConfigDict(
        use_attribute_docstrings=True, extra="forbid", protected_namespaces=()
    )


class ScoredOrder(_Part):
    """What the checkout model says of an order."""

    order_id: str
    """The retailer's id."""

    regret_risk: float | None
    """Calibrated probability of what ``target`` names; none without evidence."""

    risk_low: float | None
    """Lower end of its 90 % interval."""

    risk_high: float | None
    """Upper end of it."""

    evidence: Evidence
    """``enough``, ``thin`` or ``none``."""

    reasons: list[str]
    """What moved the risk, in words, the strongest first."""

    target: Target
    """What the risk is of: ``regret``, or any return (``returned``)."""

    model_version: str
    """Which model said so."""

    trained_on: Literal["retailer", "sample"]
    """``sample``: learned from made-up orders, not to be acted on."""


class RejectedOrder(_Part):
    """An order that can't be scored."""

    line: int
    """Its number, from 1; 0 where it is not about one order."""

    reason: str
    """Why; never what stood in it."""


class ScoredBatch(_Part):
    """The answer to an array, in its order."""

    scores: list[ScoredOrder]
    """Orders that could be scored."""

    rejected: list[RejectedOrder]
    """Orders that could not."""


class OrdersToScore(RootModel[SkipValidation[OrderToScore | list[OrderToScore | Any]]]):
    """One order, or an array of them; what of an array is none is answered as such."""


class ScoreAnswer(RootModel[ScoredOrder | ScoredBatch]):
    """A score, or those of an array."""


@blueprint.before_request
def _let_in() -> Response | None:
    require("score")
    return _score_stream() if request.mimetype == NDJSON else check_json()


@blueprint.post("/score", responses={200: ScoreAnswer, **described(400, 413, 415, 422)})
def post_score(body: OrdersToScore) -> Response:
    """The risk of orders while they are placed. Many are best sent as
    `application/x-ndjson`: they are answered line by line, a bad line with its number
    and the reason.
    """
    if isinstance(body.root, list):
        return _score_batch(body.root)
    order = read_order(body.root)
    if isinstance(order, str):
        return problem(422, "Not valid", order)
    scorer = checkout().current()
    (score,) = scorer.score([order])
    if isinstance(score, str):
        return problem(422, "Not valid", score)
    return _json(_scored(score, scorer.version))


def _score_batch(values: list[Any]) -> Response:
    most = state().settings.score_batch_orders
    if len(values) > most:
        return problem(
            422, "Not valid", f"an array holds {most} orders at most; send NDJSON"
        )
    scorer = checkout().current()
    found = list(score_each(scorer, map(read_order, values)))
    return _json(
        ScoredBatch(
            scores=[
                _scored(each, scorer.version)
                for each in found
                if isinstance(each, OrderScore)
            ],
            rejected=[
                RejectedOrder(**vars(each))
                for each in found
                if isinstance(each, BadLine)
            ],
        )
    )


def _score_stream() -> Response:
    scorer = checkout().current()
    lines = bounded_lines(request.stream)
    answer = _answer_lines(score_lines(scorer, lines), scorer.version)
    # Only answers lie in that folder; orders stay in memory, some at a time.
    return Response(iter(Spool(answer, state().settings.data_dir)), mimetype=NDJSON)


def _answer_lines(found: Iterator[Found], version: ModelVersion) -> Iterator[bytes]:
    """Yield the answer's lines. It has begun when something fails, so the last line
    says what.
    """
    try:
        for each in found:
            yield _line(each, version)
    except RequestEntityTooLarge:
        yield _line(BadLine(0, "the body is too large; the rest was not read"), version)
    except Exception as error:
        logger.error("scoring of a batch stopped: %s", type(error).__name__)
        yield _line(BadLine(0, "stopped by an error; send the rest again"), version)


def _line(found: Found, version: ModelVersion) -> bytes:
    said: BaseModel
    if isinstance(found, BadLine):
        said = RejectedOrder(**vars(found))
    else:
        said = _scored(found, version)
    return said.model_dump_json().encode() + b"\n"


def _scored(score: OrderScore, version: ModelVersion) -> ScoredOrder:
    return ScoredOrder(
        **vars(score) | {"reasons": list(score.reasons)},
        target=version.target,
        model_version=version.version,
        trained_on=version.trained_on,
    )


def _json(model: BaseModel) -> Response:
    return Response(model.model_dump_json(), mimetype="application/json")
