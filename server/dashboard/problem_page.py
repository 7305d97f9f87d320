"""Problems as pages: the words that the API says as JSON, for people."""

import json

from flask import Flask, Response, redirect, render_template, request, url_for

from server.dashboard.shell import HTML
from server.problems import MEDIA_TYPE


def register_problem_page(app: Flask) -> None:
    """Make a page of every problem of the dashboard; who is not known is let log in."""
    app.after_request(_as_page)


def _as_page(answer: Response) -> Response:
    if not request.path.startswith("/dashboard") or answer.mimetype != MEDIA_TYPE:
        return answer
    if answer.status_code == 401:
        wanted = request.full_path.rstrip("?") if request.method == "GET" else None
        address = url_for("dashboard_session.get_log_in", next=wanted)
        return redirect(address, 303, Response=Response)  # type: ignore[return-value]
    found = json.loads(answer.get_data())
    text = render_template("problem.html", title=found["title"], detail=found["detail"])
    answer.set_data(text)
    answer.content_type = f"{HTML}; charset=utf-8"
    return answer
