"""/v1/admin/crawls/<run_id>/samples: what a crawl could not use, for operators."""

from datetime import datetime

from flask import Response
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag
from pydantic import BaseModel, ConfigDict

from server import crawls, samples
from server.access import only_who_may
from server.operating import operator
from server.problems import described

blueprint = APIBlueprint(
    "admin_samples",
    __name__,
    url_prefix="/v1/admin",
    abp_tags=[Tag(name="admin")],
    abp_security=[{"token": []}, {"session": []}],
    abp_responses=described(401, 403, 503),
)
FILE = {"schema": {"type": "string", "format": "binary"}}


class _Part(BaseModel):
    model_config = ConfigDict(
        use_attribute_docstrings=True, extra="forbid", from_attributes=True
    )


class Sample(_Part):
    """Something that was kept of a crawl."""

    sample_id: str
    """Random id."""

    kind: str
    """``page``, ``screenshot`` or ``drop``: an item that a gate refused."""

    reason: str
    """The outcome that a page stands for, or why items of it were dropped."""

    url: str
    """Where it came from, without secrets."""

    content_type: str
    """As the site declared it."""

    size_bytes: int
    """How large it was."""

    is_cut: bool
    """Only its first 2 MB were kept."""

    kept_at: datetime
    """When, UTC."""


class Samples(_Part):
    """What was kept of a crawl, the oldest first."""

    samples: list[Sample]
    """The samples."""


class RunPath(BaseModel):
    """Which run."""

    run_id: str


class SamplePath(RunPath):
    """Which sample of it."""

    sample_id: str


blueprint.before_request(only_who_may)


@blueprint.get("/crawls/<run_id>/samples", responses={200: Samples, **described(404)})
def get_samples(path: RunPath) -> Response:
    """Pages that were refused, pictures of them, items that were dropped."""
    by = operator()
    run = crawls.run_of(by, path.run_id)
    names = set(Sample.model_fields)
    found = [
        Sample.model_validate(row.model_dump(include=names))
        for row in samples.samples_of(by, run.run_id)
    ]
    text = Samples(samples=found).model_dump_json()
    return Response(text, mimetype="application/json")


@blueprint.get(
    "/crawls/<run_id>/samples/<sample_id>",
    responses={
        200: {"content": {"application/octet-stream": FILE, "image/png": FILE}},
        **described(404),
    },
)
def get_sample(path: SamplePath) -> Response:
    """One of them as a file to save; only a screenshot may be shown."""
    return samples.sample_answer(operator(), path.run_id, path.sample_id)
