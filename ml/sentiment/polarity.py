"""Polarity of a review: how positive its adjectives are, as TextBlob has it."""

import sys
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType
from typing import Any

PACKAGE = "textblob"


def polarity(text: str) -> float:
    """Return TextBlob's polarity of an English text, -1 to 1.

    >>> polarity("I love it") > 0 > polarity("awful, it broke")
    True
    """
    return float(_english().sentiment(text)[0])


@cache
def _english() -> Any:
    """Return the module ``textblob.en``.

    Its package imports all of NLTK first, which takes half a second and is not used
    here: an empty package stands in its place meanwhile.
    """
    if PACKAGE in sys.modules:
        return import_module(f"{PACKAGE}.en")
    found = find_spec(PACKAGE)
    empty = ModuleType(PACKAGE)
    empty.__path__ = list(found.submodule_search_locations or ()) if found else []
    sys.modules[PACKAGE] = empty
    try:
        return import_module(f"{PACKAGE}.en")
    finally:
        for name in [n for n in sys.modules if n.partition(".")[0] == PACKAGE]:
            del sys.modules[name]
