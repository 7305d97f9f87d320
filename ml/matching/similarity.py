"""How alike two descriptions are, in many respects; not whether they are the same."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import log, nan
from typing import Any

import numpy as np
import numpy.typing as npt
from rapidfuzz import fuzz, process
from rapidfuzz.distance import JaroWinkler, Prefix
from sklearn.feature_extraction.text import TfidfVectorizer

from ml.matching.words import Rarity, codes, fold, squash, words

Floats = npt.NDArray[np.float64]
RATIOS: tuple[Callable[..., float], ...] = (
    fuzz.ratio,
    fuzz.token_sort_ratio,
    fuzz.token_set_ratio,
    fuzz.partial_ratio,
    fuzz.partial_token_sort_ratio,
    JaroWinkler.similarity,
)
# Two words at least this alike may be one word, misspelt or in another form.
ALIKE = 75


@dataclass(frozen=True)
class Description:
    """What a page says of a thing; its words are worked out once.

    Parameters
    ----------
    title, brand, text : str
        ``""`` where not given.
    price : float
        In any one currency; NaN where not given.
    """

    title: str
    brand: str = ""
    text: str = ""
    price: float = nan

    @cached_property
    def words(self) -> list[str]:
        """Words of the title, in order."""
        return words(self.title)

    @cached_property
    def word_set(self) -> frozenset[str]:
        """Words of the title."""
        return frozenset(self.words)

    @cached_property
    def codes(self) -> frozenset[str]:
        """Model numbers of the title."""
        return codes(self.title)

    @cached_property
    def all_codes(self) -> frozenset[str]:
        """Model numbers of title and text."""
        return self.codes | codes(self.text)

    @cached_property
    def numbers(self) -> frozenset[str]:
        """Plain numbers of the title."""
        return frozenset(
            w for w in self.word_set if w[0].isdigit() and not w.isalnum()
        ) | {w for w in self.word_set if w.isdigit()}

    @cached_property
    def plain(self) -> str:
        """Letters and digits of the title."""
        return squash(self.title)

    @cached_property
    def all_plain(self) -> str:
        """Letters and digits of title and text."""
        return squash(f"{self.title} {self.text}")


class Similarity:
    """Rows of similarities of pairs, by rarities learned from descriptions.

    Parameters
    ----------
    descriptions : iterable of Description
        The things that are to be told apart; no labels are used.
    """

    def __init__(self, descriptions: Iterable[Description]) -> None:
        known = list(dict.fromkeys(descriptions))
        titles = {d.title: d for d in known}
        self.rarity = Rarity(d.words for d in titles.values())
        self._vectors = {
            "word": _tfidf(list(titles), analyzer=words),
            "letters": _tfidf(list(titles), analyzer="char_wb", ngram_range=(2, 4)),
            "all": _tfidf([_all(d) for d in known], analyzer=words),
        }

    def __call__(
        self, left: Sequence[Description], right: Sequence[Description]
    ) -> Floats:
        """Return the similarities of each pair.

        Returns
        -------
        array (n_pairs, n_similarities)
            NaN where a side does not say.
        """
        pairs = [self._pair(a, b) for a, b in zip(left, right, strict=True)]
        columns: list[Any] = [*_ratios(left, right), *self._cosines(left, right)]
        return np.column_stack([np.array(pairs, dtype=float), *columns])

    def _pair(self, a: Description, b: Description) -> list[float]:
        return [
            *self._masses(a, b),
            *self._codes(a, b),
            *_numbers(a, b),
            *_prices(a, b),
            *_brands(a, b),
        ]

    def _masses(self, a: Description, b: Description) -> list[float]:
        """Return how much of each title, by rarity, is in the other."""
        shared = a.word_set & b.word_set
        # One side may write as one word what the other writes as two.
        glued = [
            {w for w in one.word_set - shared if len(w) > 3 and w in other.plain}
            for one, other in ((a, b), (b, a))
        ]
        rest = [d.word_set - shared - g for d, g in zip((a, b), glued, strict=True)]
        soft = self._soft(*rest)
        whole = [self._mass(d.word_set) + 1e-6 for d in (a, b)]
        common = self._mass(shared)
        literal = [common / w for w in whole]
        close = [
            (common + self._mass(g) + s) / w
            for g, s, w in zip(glued, soft, whole, strict=True)
        ]
        return [
            *literal, *close, min(close), max(close), common, self._top(shared),
            *map(self._mass, rest), *map(self._top, rest),
            *(self._top(w for w in r if w.isalpha()) for r in rest),
            len(shared), *map(len, rest), len(a.word_set), len(b.word_set),
            len(shared) / max(1, len(a.word_set | b.word_set)),
        ]  # fmt: skip

    def _soft(self, a: frozenset[str], b: frozenset[str]) -> tuple[float, float]:
        if not a or not b:
            return 0.0, 0.0
        left, right = sorted(a), sorted(b)
        alike = process.cdist(left, right, scorer=fuzz.ratio, score_cutoff=ALIKE) / 100
        mass = [np.array([self.rarity(w) for w in side]) for side in (left, right)]
        return float(mass[0] @ alike.max(1)), float(mass[1] @ alike.max(0))

    def _codes(self, a: Description, b: Description) -> list[float]:
        """Return what the model numbers say; a shop may cut off their end."""
        shared = a.codes & b.codes
        both = [(x, y) for x in a.codes for y in b.codes]
        alike = max((fuzz.ratio(x, y) for x, y in both), default=-1)
        start = max((_shared_start(x, y) for x, y in both), default=-1)
        held = (
            max((len(code) for code in one.codes if code in other.all_plain), default=0)
            for one, other in ((a, b), (b, a))
        )
        return [
            len(shared), self._top(shared), alike, start, *held,
            len(a.codes), len(b.codes), len(a.all_codes & b.all_codes),
            float(bool(both) and not shared),
        ]  # fmt: skip

    def _cosines(
        self, left: Sequence[Description], right: Sequence[Description]
    ) -> list[Floats]:
        titles = [d.title for d in left], [d.title for d in right]
        texts = [_all(d) for d in left], [_all(d) for d in right]
        return [
            _cosine(self._vectors[name], a, b)
            for name, a, b in (
                ("word", *titles),
                ("letters", *titles),
                ("all", *texts),
                ("all", titles[0], texts[1]),
                ("all", texts[0], titles[1]),
            )
        ]

    def _mass(self, found: Iterable[str]) -> float:
        return sum(map(self.rarity, found))

    def _top(self, found: Iterable[str]) -> float:
        return max(map(self.rarity, found), default=0.0)


def _numbers(a: Description, b: Description) -> list[float]:
    only_a, only_b = a.numbers - b.numbers, b.numbers - a.numbers
    differ = float(bool(only_a) and bool(only_b))
    return [len(a.numbers & b.numbers), len(only_a), len(only_b), differ]


def _prices(a: Description, b: Description) -> list[float]:
    if not (a.price > 0 and b.price > 0):
        return [nan, nan]
    change = log(a.price) - log(b.price)
    return [abs(change), change]


def _brands(a: Description, b: Description) -> list[float]:
    said = fuzz.ratio(fold(a.brand), fold(b.brand)) if a.brand and b.brand else nan
    brand = set(words(a.brand))
    return [
        float(a.words[:1] == b.words[:1]),
        float(a.words[:1] != [] and a.words[0] in b.word_set),
        float(b.words[:1] != [] and b.words[0] in a.word_set),
        float(a.words[-1:] == b.words[-1:]),
        said,
        len(brand & b.word_set) / len(brand) if brand else nan,
    ]


def _ratios(
    left: Sequence[Description], right: Sequence[Description]
) -> list[npt.NDArray[np.float32]]:
    a, b = ([" ".join(d.words) for d in side] for side in (left, right))
    squashed = [d.plain for d in left], [d.plain for d in right]
    return [
        *(process.cpdist(a, b, scorer=ratio) for ratio in RATIOS),
        process.cpdist(*squashed, scorer=fuzz.ratio),
    ]


def _tfidf(texts: list[str], **options: object) -> TfidfVectorizer:
    return TfidfVectorizer(sublinear_tf=True, **options).fit(texts)


def _cosine(vector: TfidfVectorizer, a: list[str], b: list[str]) -> Floats:
    product = vector.transform(a).multiply(vector.transform(b))
    return np.asarray(product.sum(axis=1), dtype=float).ravel()


def _all(description: Description) -> str:
    return f"{description.title} {description.text}"


def _shared_start(a: str, b: str) -> float:
    return Prefix.normalized_similarity(a, b)
