"""What granian loads in each worker process."""

import threading
from contextlib import suppress
from multiprocessing.util import Finalize

from server.app import create_app
from server.state import State
from store.database import Database
from store.errors import TrendGuardError
from store.logs import set_up_logs
from store.settings import get_settings


def warm_up(state: State) -> None:
    """Load the model before anybody waits for it; without one there is nothing to."""
    with suppress(TrendGuardError):
        state.scorer.current(state.catalogue)


set_up_logs(get_settings())
database = Database(get_settings())
app = create_app(get_settings(), database)
# granian's workers are children of multiprocessing, which leave without `atexit`.
Finalize(None, database.close, exitpriority=0)
threading.Thread(
    target=warm_up, args=(app.extensions["trendguard"],), daemon=True
).start()
