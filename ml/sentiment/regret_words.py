"""Regret language: how likely the writer of a review would not recommend the thing.

The model is a table of words and word pairs with a weight each, `regret_words.csv`:
plain numbers that `scripts/fit_regret_words.py` learned from the Women's E-Commerce
Clothing Reviews (CC0). What it was learned from and how good it was on texts about
items it had not seen stands at the top of that file. The probability is calibrated on
those reviews, of which 17 % do not recommend; where regret is rarer or more common, or
the texts speak of other things than clothes, it still ranks reviews, but its level is
off: compare it with itself, or calibrate it again.
"""

import csv
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from math import exp, log, sqrt
from pathlib import Path

from ml.sentiment.ngrams import ngrams

SHIPPED = Path(__file__).with_name("regret_words.csv")
INTERCEPT = "(intercept)"


@dataclass(frozen=True)
class RegretWords:
    """A logistic model over TF-IDF of n-grams, as plain numbers.

    Parameters
    ----------
    intercept : float
        Log-odds of a text with no n-gram of the table.
    table : mapping of str to (float, float)
        N-gram to its inverse document frequency and its weight in log-odds.
    """

    intercept: float
    table: Mapping[str, tuple[float, float]]

    def log_odds(self, text: str) -> float:
        """Return the log-odds that the writer would not recommend the thing."""
        score = square = 0.0
        for ngram, count in Counter(ngrams(text)).items():
            known = self.table.get(ngram)
            if known is not None:
                value = (1 + log(count)) * known[0]
                score += value * known[1]
                square += value * value
        return self.intercept + (score / sqrt(square) if square else 0.0)

    def probability(self, text: str) -> float:
        """Return the probability that the writer would not recommend the thing."""
        return 1 / (1 + exp(-self.log_odds(text)))

    def words(self) -> frozenset[str]:
        """Return the single words of the table, without negated ones."""
        return frozenset(n for n in self.table if n.isalpha())


def read_regret_words(lines: Iterable[str]) -> RegretWords:
    """Read the table from CSV lines: ``ngram,idf,weight``, ``#`` before remarks."""
    rows = csv.DictReader(line for line in lines if not line.startswith("#"))
    table = {row["ngram"]: (float(row["idf"]), float(row["weight"])) for row in rows}
    _, intercept = table.pop(INTERCEPT)
    return RegretWords(intercept, table)


@cache
def shipped_regret_words() -> RegretWords:
    """Return the table that comes with the product, read once."""
    with SHIPPED.open(encoding="utf-8", newline="") as lines:
        return read_regret_words(lines)


def regret_score(text: str) -> float:
    """Return how likely the writer of an English text would not recommend it, 0-1.

    >>> regret_score("not worth it") > 0.5 > regret_score("I do not regret it")
    True
    """
    return shipped_regret_words().probability(text)
