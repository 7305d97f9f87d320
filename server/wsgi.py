"""What granian loads in each worker process."""

import logging
import threading
from contextlib import suppress

from server.app import create_app
from server.state import State
from store.errors import TrendGuardError
from store.settings import get_settings


def warm_up(state: State) -> None:
    """Load the model before anybody waits for it; without one there is nothing to."""
    with suppress(TrendGuardError):
        state.scorer.current(state.catalogue)


logging.basicConfig(level=get_settings().log_level)
app = create_app(get_settings())
threading.Thread(
    target=warm_up, args=(app.extensions["trendguard"],), daemon=True
).start()
