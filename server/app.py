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

from server.access import register_throttle
from server.api import (
    admin_audit,
    admin_crawls,
    admin_models,
    admin_samples,
    admin_session,
    admin_sources,
    admin_tokens,
    admin_users,
    admin_watches,
    cards,
    cart,
    config,
    health,
    models,
    outcomes,
    risk,
    score,
    trends,
    unsubscribe,
)
from server.bodies import register_bodies
from server.checkout import register_checkout
from server.compression import register_compression
from server.dashboard import PAGES, register_dashboard
from server.front import register_front
from server.limits import register_limits
from server.metrics import register_metrics
from server.problems import Problem, described, invalid, register_problems
from server.security import register_proxies, register_security
from server.state import register_state
from server.tallies import register_tallies
from store.database import Database
from store.settings import Settings

RESOURCES: tuple[APIBlueprint, ...] = (
    config.blueprint,
    cards.blueprint,
    risk.blueprint,
    cart.blueprint,
    outcomes.blueprint,
    score.blueprint,
    unsubscribe.blueprint,
    trends.blueprint,
    models.blueprint,
    admin_crawls.blueprint,
    admin_samples.blueprint,
    admin_sources.blueprint,
    admin_models.blueprint,
    admin_watches.blueprint,
    admin_session.blueprint,
    admin_users.blueprint,
    admin_tokens.blueprint,
    admin_audit.blueprint,
    health.blueprint,
)


def create_app(settings: Settings, database: Database) -> OpenAPI:
    """Return the app.

    Parameters
    ----------
    database : Database
        This worker's own; when it is closed, what the app has counted is written first.
    """
    app = OpenAPI(
        "trendguard",
        info=Info(title="TrendGuard", version=version("trendguard")),
        security_schemes={
            "token": SecurityScheme(type="http", scheme="bearer"),
            "session": SecurityScheme(
                type="apiKey",
                name="__Host-trendguard",
                security_scheme_in="cookie",
                description="From POST /v1/admin/session; a change needs X-CSRF-Token.",
            ),
        },
        responses=described(429),
        validation_error_model=Problem,
        validation_error_callback=invalid,
        doc_ui=False,
        static_folder=None,
    )
    app.json.sort_keys = False  # type: ignore[attr-defined]
    register_state(app, settings, database)
    register_throttle(app, settings)
    register_tallies(app, settings, database)
    register_checkout(app, settings, database)
    register_compression(app)
    register_metrics(app)
    register_security(app, settings)
    register_problems(app)
    for blueprint in RESOURCES:
        app.register_api(blueprint)
    register_dashboard(app)
    limits = register_limits(app, settings, (*RESOURCES, *PAGES))
    register_bodies(app, settings)
    register_front(app, limits)
    register_proxies(app, settings)
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
