"""What one worker keeps between requests: its database, catalogue and model."""

import logging
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import Flask, current_app

from server.buckets import BucketView
from server.catalogue import CatalogueView
from store.database import Database
from store.errors import NoModelError, TrendGuardError
from store.settings import Settings

if TYPE_CHECKING:
    from ml.serving import Scorer

logger = logging.getLogger("trendguard.server")
_NAME = "trendguard"


class ScorerView:
    """Loads the served model once, and again when there is another or newer data."""

    def __init__(self, database: Database, settings: Settings) -> None:
        self._database = database
        self._settings = settings
        self._lock = threading.Lock()
        self._scorer: Scorer | None = None
        self._loaded: object = None

    def current(self, catalogue: CatalogueView) -> "Scorer":
        """Return the scorer of the newest model.

        Raises
        ------
        NoModelError
            If nothing was trained yet.
        """
        found = catalogue.current()
        if found.model is None:
            raise NoModelError("nothing was trained yet: run `trendguard train`")
        wanted = (found.model.version, found.computed_at)
        with self._lock:
            if self._scorer is None or wanted != self._loaded:
                self._scorer = self._load()
                self._loaded = wanted
            return self._scorer

    def _load(self) -> "Scorer":
        from ml.serving import Scorer  # noqa: PLC0415 - only who scores needs LightGBM

        try:
            return Scorer.load(self._database, self._settings)
        except TrendGuardError as error:
            if self._scorer is None:
                raise
            logger.error("the new model is not used: %s", type(error).__name__)
            return self._scorer


@dataclass(frozen=True)
class State:
    """What a request needs besides itself."""

    settings: Settings
    """All settings."""

    database: Database
    """This worker's own connections."""

    catalogue: CatalogueView
    """How cards are cut, which model there is."""

    buckets: BucketView
    """The cards."""

    scorer: ScorerView
    """The model."""


def register_state(app: Flask, settings: Settings, database: Database) -> None:
    """Give an app its state."""
    catalogue = CatalogueView(database, settings.bucket_cards)
    app.extensions[_NAME] = State(
        settings,
        database,
        catalogue,
        BucketView(database, catalogue),
        ScorerView(database, settings),
    )


def state(app: Flask | None = None) -> State:
    """Return the state of an app, by default of the one that answers this request."""
    found: State = (app or current_app).extensions[_NAME]
    return found
