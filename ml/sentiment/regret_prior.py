"""What general English says of a word's regret before any review is seen."""

import csv
from collections import defaultdict
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import textblob

PRIOR = Path(__file__).with_name("regret_prior.csv")
LEXICON = Path(textblob.__file__).parent / "en" / "en-sentiment.xml"
# Log-odds of a whole text made of one such word.
POLARITY_WEIGHT = 6.0
STRENGTH_WEIGHT = 4.0
# "not bad" is praise, but fainter than "bad" is blame.
NEGATED = -0.5


def prior_weights() -> dict[str, float]:
    """Return the log-odds that words have before any review is seen."""
    found = {word: -POLARITY_WEIGHT * p for word, p in _polarities().items()}
    with PRIOR.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(x for x in lines if not x.startswith("#")))
    given = {r["ngram"]: STRENGTH_WEIGHT * float(r["strength"]) for r in rows}
    found |= given
    negated = {f"not_{w}": NEGATED * v for w, v in found.items() if w.isalpha()}
    return found | negated | given


def _polarities() -> dict[str, float]:
    senses = defaultdict(list)
    root = ElementTree.parse(LEXICON).getroot()  # noqa: S314  a file of the package
    for word in root.iter("word"):
        senses[word.attrib["form"].lower()].append(float(word.attrib["polarity"]))
    means = {word: float(np.mean(found)) for word, found in senses.items()}
    return {w: p for w, p in means.items() if w.isascii() and w.isalpha() and p}
