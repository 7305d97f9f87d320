"""Which hashtags speak of which product, by the words of its title, and how surely."""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np
import numpy.typing as npt
from rapidfuzz import process
from rapidfuzz.distance import OSA
from scipy import sparse

from ml.matching.split import Splitter, telling
from ml.matching.weights import weights
from ml.matching.words import ENGLISH_TITLES, Rarity, squash, title_share, words

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
LEAST_CONFIDENCE = 0.5
# With less of a hashtag than this in the title, it speaks of something else.
LEAST_SHARE = 0.6
# A shorter name with one slip may well be another word.
SHORTEST_SLIP = 8
FEATURES = ("telling", "missing", "single", "covered", "slip")


@dataclass(frozen=True)
class Candidates:
    """Pairs of a title and a hashtag that share words.

    Attributes
    ----------
    title, hashtag : array (n_pairs,)
        Positions in what was asked.
    X : array (n_pairs, n_features)
        As `FEATURES` names them: how few titles of the catalogue hold all its words,
        the rarity of the words that the title lacks, whether it is but one word, the
        share of the title that is in the hashtag, whether it was misspelt.
    """

    title: Ints
    hashtag: Ints
    X: Floats


class HashtagIndex:
    """Hashtags split into words, to be asked which of them speak of a title.

    Parameters
    ----------
    hashtags : iterable of str
        Without ``#``.
    titles : iterable of str
        The catalogue's, brand included: they help to split hashtags and say which
        words are rare. What people are seen to use plays no part in it.

    Examples
    --------
    >>> index = HashtagIndex(["ribbedleggingstok", "leggings", "fyp"])
    >>> index.match("Acme Ribbed Leggings")[0][0]
    'ribbedleggingstok'
    """

    def __init__(self, hashtags: Iterable[str], titles: Iterable[str] = ()) -> None:
        self.hashtags = sorted(set(hashtags))
        catalogue = list(titles)
        known = [frozenset(_thing_words(title)) for title in catalogue]
        self.rarity = Rarity(known)
        self._words, self._slip = _hashtag_words(self.hashtags, catalogue, self.rarity)
        self._column = {
            word: number
            for number, word in enumerate(sorted({w for t in self._words for w in t}))
        }
        self._rarities = np.array([self.rarity(word) for word in self._column])
        self._tags = self._matrix(self._words)
        self._mass = self._tags @ self._rarities
        self._single = np.array([len(found) == 1 for found in self._words])
        self._holders = self._tags.tocsc()
        self._telling = self._how_telling(known)

    def match(self, title: str) -> list[tuple[str, float]]:
        """Return the hashtags that speak of a title, surest first."""
        found = self._candidates_of(frozenset(_thing_words(title)))
        sure = [
            (self.hashtags[tag], float(confidence))
            for tag, confidence in zip(found.hashtag, confidences(found), strict=True)
            if confidence >= LEAST_CONFIDENCE
        ]
        return sorted(sure, key=lambda pair: (-pair[1], pair[0]))

    def candidates(self, titles: Sequence[str]) -> Candidates:
        """Return the pairs worth judging."""
        found = [frozenset(_thing_words(title)) for title in titles]
        held = self._matrix(found)
        shared = ((held @ sparse.diags_array(self._rarities)) @ self._tags.T).tocoo()
        title, tag = (axis.astype(np.int64) for axis in shared.coords)
        own = np.array([sum(map(self.rarity, words_)) for words_ in found])
        return self._worth_judging(title, tag, shared.data, own)

    def _candidates_of(self, found: frozenset[str]) -> Candidates:
        """Return the same for the words of one title, without a matrix of it."""
        column = [self._column[word] for word in found if word in self._column]
        ends = self._holders.indptr
        parts = [self._holders.indices[ends[c] : ends[c + 1]] for c in column]
        every = np.concatenate([np.empty(0, dtype=np.int64), *parts])
        rarity = np.repeat(self._rarities[column], [len(part) for part in parts])
        tag, place = np.unique(every, return_inverse=True)
        own = np.array([sum(map(self.rarity, found))])
        return self._worth_judging(
            np.zeros(len(tag), dtype=np.int64),
            tag,
            np.bincount(place, rarity, len(tag)).astype(float),
            own,
        )

    def _worth_judging(
        self, title: Ints, tag: Ints, mass: Floats, own: Floats
    ) -> Candidates:
        """Return the pairs of which enough is shared; `mass` says how much."""
        keep = mass >= LEAST_SHARE * self._mass[tag]
        title, tag, mass = title[keep], tag[keep], mass[keep]
        return Candidates(
            title,
            tag,
            np.column_stack(
                [
                    self._telling[tag],
                    self._mass[tag] - mass,
                    self._single[tag],
                    mass / np.maximum(own[title], 1e-6),
                    self._slip[tag],
                ]
            ),
        )

    def _how_telling(self, known: list[frozenset[str]]) -> Floats:
        """Return minus the logarithm of the share of the catalogue it speaks of."""
        shared = (self._matrix(known) @ self._tags.T).tocoo()
        tag = shared.coords[1]
        whole = shared.data >= self._tags.sum(axis=1)[tag]
        count = np.bincount(tag[whole], minlength=len(self.hashtags))
        # General English stands beside the catalogue, which may be small.
        english = [prod(map(title_share, found)) for found in self._words]
        # The title that is asked about holds them too.
        seen = np.maximum(count, 1) + ENGLISH_TITLES * np.array(english) + 0.5
        found: Floats = np.log((len(known) + ENGLISH_TITLES + 1) / seen)
        return found

    def _matrix(self, rows: Sequence[Iterable[str]]) -> sparse.csr_array:
        column = self._column
        held = [[column[w] for w in set(row) if w in column] for row in rows]
        ends = np.cumsum([0, *map(len, held)])
        flat = np.array([c for row in held for c in row], dtype=np.int64)
        shape = (len(held), len(column))
        return sparse.csr_array((np.ones(len(flat)), flat, ends), shape=shape)


def confidences(found: Candidates) -> Floats:
    """Return the probability that each hashtag speaks of its title, in steps of 0.01.

    The steps keep what is stored from changing with every product that is added.
    """
    return np.round(weights("hashtags").probability(found.X), 2)


def _hashtag_words(
    hashtags: list[str], titles: list[str], rarity: Rarity
) -> tuple[list[frozenset[str]], Floats]:
    """Return the telling words of each hashtag, and where they were misspelt."""
    splitter, names = Splitter(titles), _names(titles)
    split = [
        # A shop may write as two words what English writes as one: face mask.
        frozenset().union(*(names.get(word, {word}) for word in telling(splitter(tag))))
        for tag in hashtags
    ]
    odd = [
        number
        for number, found in enumerate(split)
        if any(word not in rarity.count for word in found)
    ]
    slip = np.zeros(len(hashtags))
    for number, name in _nearest(odd, hashtags, names):
        split[number] = names[name]
        slip[number] = 1
    return split, slip


def _names(titles: Iterable[str]) -> dict[str, frozenset[str]]:
    """Return neighbouring words of titles as people glue them together."""
    found = {}
    for title in dict.fromkeys(titles):
        row = re.findall(r"[^\W\d_]+", title)
        for length in (2, 3, 4):
            for start in range(len(row) - length + 1):
                run = row[start : start + length]
                found[squash("".join(run))] = frozenset(words(" ".join(run)))
    return found


def _nearest(
    odd: list[int], hashtags: list[str], names: dict[str, frozenset[str]]
) -> list[tuple[int, str]]:
    """Return the name that each odd hashtag is but one slip away from, if any is."""
    by_length: dict[int, list[str]] = defaultdict(list)
    for name in names:
        by_length[len(name)].append(name)
    asked: dict[int, list[int]] = defaultdict(list)
    for number in odd:
        asked[len(hashtags[number])].append(number)
    found = []
    for length, numbers in asked.items():
        near = [n for at in (length - 1, length, length + 1) for n in by_length[at]]
        if length < SHORTEST_SLIP or not near:
            continue
        tags = [hashtags[number] for number in numbers]
        far = process.cdist(
            tags, near, scorer=OSA.distance, score_cutoff=1, dtype=np.uint8, workers=-1
        )
        best = far.argmin(axis=1)
        found += [
            (number, near[at])
            for number, at, row in zip(numbers, best, far, strict=True)
            if row[at] <= 1
        ]
    return found


def _thing_words(title: str) -> list[str]:
    # The number of a model is not in its hashtags.
    return [word for word in words(title) if not word.isdigit()]


def as_rows(
    found: Candidates, product_ids: list[str], hashtags: list[str]
) -> list[dict[str, Any]]:
    """Return the pairs that are sure enough as rows of ``product_hashtag``."""
    confidence = confidences(found)
    return [
        {
            "product_id": product_ids[title],
            "hashtag": hashtags[tag],
            "confidence": float(sure),
            "method": "title",
        }
        for title, tag, sure in zip(found.title, found.hashtag, confidence, strict=True)
        if sure >= LEAST_CONFIDENCE
    ]
