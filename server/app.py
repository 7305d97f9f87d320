"""The Flask app: its parts put together, nothing else."""

from importlib.metadata import version

from flask import redirect
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.info import Info
from flask_openapi3.models.security_scheme import SecurityScheme
from flask_openapi3.openapi import OpenAPI
from flask_openapi3_swagger.plugins import (  # type: ignore[import-untyped]
    RegisterPlugin,
)
from werkzeug.wrappers import Response

from server.api import (
    admin_crawls,
    admin_models,
    admin_watches,
    cards,
    config,
    health,
    models,
    risk,
    trends,
)
from server.metrics import register_metrics
from server.problems import Problem, invalid, register_problems
from server.security import register_security
from server.state import register_state
from store.database import Database
from store.settings import Settings

RESOURCES: tuple[APIBlueprint, ...] = (
    config.blueprint,
    cards.blueprint,
    risk.blueprint,
    trends.blueprint,
    models.blueprint,
    admin_crawls.blueprint,
    admin_models.blueprint,
    admin_watches.blueprint,
    health.blueprint,
)


def create_app(settings: Settings, database: Database | None = None) -> OpenAPI:
    """Return the app.

    Parameters
    ----------
    database : Database, optional
        Opened here by default: each worker has its own connections.
    """
    app = OpenAPI(
        "trendguard",
        info=Info(title="TrendGuard", version=version("trendguard")),
        security_schemes={"token": SecurityScheme(type="http", scheme="bearer")},
        validation_error_model=Problem,
        validation_error_callback=invalid,
        doc_ui=False,
        static_folder=None,
    )
    app.json.sort_keys = False  # type: ignore[attr-defined]
    register_state(app, settings, database or Database(settings))
    register_metrics(app)
    register_security(app, settings)
    register_problems(app)
    for blueprint in RESOURCES:
        app.register_api(blueprint)
    _register_docs(app)
    return app


def _register_docs(app: OpenAPI) -> None:
    app.config["SWAGGER_CONFIG"] = {"validatorUrl": None}  # it would ask a far host
    app.register_blueprint(
        RegisterPlugin.register("../openapi.json"), url_prefix="/docs"
    )
    app.add_url_rule("/openapi.json", "openapi", lambda: app.api_doc)
    app.add_url_rule("/docs", "docs", _to_docs)


def _to_docs() -> Response:
    return redirect("/docs/swagger")
