"""The state that a Poshmark page was rendered from."""

import json
import re
from typing import Any

from parsel import Selector

from store.errors import ChangedError

ASSIGNMENT = re.compile(r"window\.__INITIAL_STATE__\s*=\s*")


def initial_state(selector: Selector) -> dict[str, Any] | None:
    """Return ``window.__INITIAL_STATE__``, or None where the page has none.

    Raises
    ------
    ChangedError
        If it is there, but is not JSON.
    """
    for script in selector.css("script::text").getall():
        if not (found := ASSIGNMENT.search(script)):
            continue
        try:
            # Code follows the object, so only its first value is decoded.
            state, _ = json.JSONDecoder().raw_decode(script, found.end())
        except ValueError as error:
            raise ChangedError(f"the page's state is not JSON: {error}") from error
        return state if isinstance(state, dict) else None
    return None
