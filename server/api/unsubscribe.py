"""/v1/unsubscribe: the link of every message; who has it may opt out, without log-in.

Looking changes nothing, for mail scanners follow every link: a person presses the
button, a mail program posts (RFC 8058). No key or cookie of the browser counts, so
there is nothing to forge.
"""

from flask import Response, render_template_string
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag
from pydantic import BaseModel, ConfigDict, Field

from interventions.channels.unsubscribing import UnsubscribeLinks
from server.problems import described
from server.state import state
from server.texts import PlainText

blueprint = APIBlueprint(
    "unsubscribe", __name__, url_prefix="/v1", abp_tags=[Tag(name="shoppers")]
)
LONGEST_TOKEN = 1000
NAMES = {"email": "e-mails", "sms": "text messages", "webhook": "offers"}
PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="robots" content="noindex">
<title>{{ title }}</title>
</head>
<body>
<h1>{{ title }}</h1>
{% if is_done %}
<p>You get no more {{ what }} like the one this link came from.</p>
{% else %}
<p>You will get no more {{ what }} like the one this link came from.</p>
<form method="post"><button type="submit">Unsubscribe</button></form>
{% endif %}
</body>
</html>
"""
HTML = {"content": {"text/html": {"schema": {"type": "string"}}}}


class UnsubscribePath(BaseModel):
    """A link's own part."""

    model_config = ConfigDict(use_attribute_docstrings=True)

    token: PlainText = Field(max_length=LONGEST_TOKEN)
    """Signed: whom and which channel it is about."""


@blueprint.get(
    "/unsubscribe/<token>", responses={200: HTML, **described(404, 422, 503)}
)
def get_unsubscribe(path: UnsubscribePath) -> Response:
    """A page with a button; nothing is changed."""
    channel = _links().channel(path.token)
    return _page("Unsubscribe?", channel, is_done=False)


@blueprint.post(
    "/unsubscribe/<token>", responses={200: HTML, **described(404, 413, 415, 422, 503)}
)
def post_unsubscribe(path: UnsubscribePath) -> Response:
    """Opt out, at once; again is no error."""
    with state().database.writing() as session:
        channel = _links().opt_out(session, path.token)
    return _page("Unsubscribed", channel, is_done=True)


def _links() -> UnsubscribeLinks:
    return UnsubscribeLinks(state().settings)


def _page(title: str, channel: str, *, is_done: bool) -> Response:
    what = NAMES.get(channel, "messages")
    page = render_template_string(PAGE, title=title, what=what, is_done=is_done)
    return Response(page, mimetype="text/html")
