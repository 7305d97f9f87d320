"""The checkout model of one worker, loaded once, and again when there is another."""

import threading
from typing import TYPE_CHECKING

from flask import Flask, current_app

from ml.registry.versions import champion_row
from store.database import Database
from store.errors import NoModelError
from store.settings import Settings

if TYPE_CHECKING:
    from ml.checkout import CheckoutScorer

_NAME = "trendguard.checkout"


class CheckoutView:
    """Keeps the served checkout model."""

    def __init__(self, database: Database, settings: Settings) -> None:
        self._database = database
        self._settings = settings
        self._lock = threading.Lock()
        self._scorer: CheckoutScorer | None = None

    def current(self) -> "CheckoutScorer":
        """Return the scorer of the model that is served.

        Raises
        ------
        NoModelError
            If nothing was trained yet.
        """
        from ml.checkout import CheckoutScorer  # noqa: PLC0415 - it brings LightGBM

        row = champion_row(self._database, "checkout")
        if row is None:
            raise NoModelError("nothing was trained yet: run `trendguard train`")
        with self._lock:
            if self._scorer is None or self._scorer.version.version != row.version:
                self._scorer = CheckoutScorer.load(self._database, self._settings)
            return self._scorer


def register_checkout(app: Flask, settings: Settings, database: Database) -> None:
    """Give an app its checkout model."""
    app.extensions[_NAME] = CheckoutView(database, settings)


def checkout() -> CheckoutView:
    """Return the checkout model of the app that answers this request."""
    found: CheckoutView = current_app.extensions[_NAME]
    return found
