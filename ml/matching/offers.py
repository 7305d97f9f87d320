"""Is a second-hand offer one of a product? A probability, or why it is not."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np
import numpy.typing as npt
from rapidfuzz import fuzz, process
from scipy import sparse
from scipy.special import expit, logit

from ml.matching.models import other_models
from ml.matching.refusals import reasons_of, refusals
from ml.matching.weights import weights
from ml.matching.words import Rarity, words

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Texts = npt.NDArray[np.object_]
FEATURES = ("covered", "missing", "rarest_missing", "extra", "ratio", "brand")
LEAST_CONFIDENCE = 0.5
# The chance that an offer is the thing although it says that it is not.
REFUSED_CONFIDENCE = 0.02
# Offers this far from the list price are rarely the thing; by judgement, not fitted.
PRICE_RANGE = (0.08, 3.0)
PRICE_ODDS = -1.5


@dataclass(frozen=True)
class Verdict:
    """What came of judging pairs of a product and an offer.

    Attributes
    ----------
    confidence : array (n_pairs,)
        Probability that the offer is one of the product, 0-1.
    reason : array (n_pairs,) of str
        Why it is not; ``""`` where it is.
    likeness : array (n_pairs,)
        The probability by the titles alone, whatever the offer says of itself.
    """

    confidence: Floats
    reason: Texts
    likeness: Floats


class OfferJudge:
    """Knows the products of a catalogue, to be asked about offers.

    Parameters
    ----------
    titles, brands : sequence of str
        One a product; ``""`` where the brand is not given.

    Examples
    --------
    >>> judge = OfferJudge(["Lumenza Glossy Tote No. 4"], ["Lumenza"])
    >>> offers = ["Lumenza glossy tote no 4 NWT", "Strap for Lumenza Glossy Tote No. 4"]
    >>> judge.verdict([0, 0], offers).reason.tolist()
    ['', 'accessory']
    """

    def __init__(self, titles: Sequence[str], brands: Sequence[str]) -> None:
        self.titles = list(titles)
        split = [words(title) for title in titles]
        self._plain = [" ".join(found) for found in split]
        found = [_thing_words(title) for title in split]
        self.rarity = Rarity(found)
        self._brands = [frozenset(words(brand)) for brand in brands]
        self._column = {
            word: number
            for number, word in enumerate(
                sorted(set().union(*found, *self._brands)) if found else ()
            )
        }
        self._rarities = np.array([self.rarity(word) for word in self._column])
        self._held = self._matrix(found)
        self._mass = self._held @ self._rarities
        self._brand = self._matrix(self._brands)

    def verdict(self, product: npt.ArrayLike, offers: Sequence[str]) -> Verdict:
        """Judge pairs.

        Parameters
        ----------
        product : array (n_pairs,) of int
            The product's position in the catalogue.
        offers : sequence of str
            The offers' titles.
        """
        which = np.asarray(product, dtype=np.int64)
        X, rivals = self._features(which, offers)  # noqa: N806
        likeness = weights("offers").probability(X)
        confidence = likeness.copy()
        reason = np.where(confidence < LEAST_CONFIDENCE, "other_product", "")
        reason = reason.astype(object)
        reason[rivals] = "other_brand"
        other = other_models(self.titles, which, offers)
        reason[other] = "other_model"
        said = self._said(which, offers)
        reason[said != ""] = said[said != ""]
        doubted = (reason != "") & (reason != "other_product")
        confidence[doubted] = np.minimum(confidence[doubted], REFUSED_CONFIDENCE)
        return Verdict(confidence, reason, likeness)

    def similarities(self, product: npt.ArrayLike, offers: Sequence[str]) -> Floats:
        """Return the columns of `FEATURES` for each pair."""
        return self._features(np.asarray(product, dtype=np.int64), offers)[0]

    def nearest(self, queries: Sequence[str], count: int = 5) -> list[Ints]:
        """Return the products whose titles are most like each query, best first."""
        asked = self._matrix(_thing_words(words(query)) for query in queries)
        shared = sparse.csr_array(asked * self._rarities[None, :] @ self._held.T)
        found = []
        for row in range(len(queries)):
            part = slice(shared.indptr[row], shared.indptr[row + 1])
            at, mass = shared.indices[part], shared.data[part]
            # A query that holds the whole of a short title means that one.
            fit = mass / np.maximum(self._mass[at], 1e-6) + mass
            found.append(at[np.argsort(-fit, kind="stable")[:count]].astype(np.int64))
        return found

    def _features(
        self, product: Ints, offers: Sequence[str]
    ) -> tuple[Floats, npt.NDArray[np.bool_]]:
        split = [words(offer) for offer in offers]
        offered = self._matrix(split)
        wanted = self._held[product]
        shared = wanted.multiply(offered).tocsr()
        lacking = (wanted - shared).multiply(self._rarities[None, :]).tocsr()
        mass = self._mass[product]
        common = shared @ self._rarities
        length = np.array([len(set(row)) for row in split])
        brand, rivals = self._brand_of(product, offered)
        ratio = process.cpdist(
            [self._plain[p] for p in product],
            [" ".join(row) for row in split],
            scorer=fuzz.token_set_ratio,
            workers=-1,
        )
        columns = [
            common / np.maximum(mass, 1e-6),
            np.minimum(mass - common, 15),
            lacking.max(axis=1).toarray().ravel(),
            (length - shared.sum(axis=1)) / np.maximum(length, 1),
            ratio / 100,
            brand,
        ]
        return np.column_stack(columns), rivals

    def _brand_of(
        self, product: Ints, offered: sparse.csr_array
    ) -> tuple[Floats, npt.NDArray[np.bool_]]:
        """Return how much of the brand is named, and whether another's is instead."""
        own = self._brand[product]
        size = own.sum(axis=1)
        named = own.multiply(offered).sum(axis=1)
        share = np.where(size > 0, named / np.maximum(size, 1), 0.5)
        # Words that are of brands only: "oak" may also be what a table is made of.
        only = (self._brand.sum(axis=0) > 0) & (self._generic == 0)
        others = offered @ only.astype(float) - own.multiply(offered) @ only.astype(
            float
        )
        return share, (size > 0) & (named == 0) & (others > 0)

    @cached_property
    def _generic(self) -> Floats:
        """How many titles hold each word without having it as their brand."""
        count: Floats = (self._held - self._held.multiply(self._brand)).sum(axis=0)
        return count

    def _said(self, product: Ints, offers: Sequence[str]) -> Texts:
        """Return the reasons that offers give, but for those that the product gives."""
        found = refusals(offers)
        for at in np.flatnonzero(found != "").tolist():
            title = self.titles[int(product[at])]
            if found[at] in self._own_reasons(title):
                found[at] = ""
        for at, offer in enumerate(offers):
            if not found[at] and self._in_the_style(int(product[at]), offer):
                found[at] = "replica"
        return found

    def _own_reasons(self, title: str) -> frozenset[str]:
        known = self.__dict__.setdefault("_reasons", {})
        if title not in known:
            known[title] = reasons_of(title)
        reasons: frozenset[str] = known[title]
        return reasons

    def _in_the_style(self, product: int, offer: str) -> bool:
        if "style" not in offer.lower():
            return False
        brand = self._brands[product]
        return any(a in brand and b == "style" for a, b in pairwise(words(offer)))

    def _matrix(self, rows: Iterable[Iterable[str]]) -> sparse.csr_array:
        column = self._column
        held = [{column[w] for w in row if w in column} for row in rows]
        ends = np.cumsum([0, *map(len, held)])
        flat = np.fromiter((c for row in held for c in row), np.int64, int(ends[-1]))
        shape = (len(held), len(column))
        return sparse.csr_array((np.ones(len(flat)), flat, ends), shape=shape)


def with_price(confidence: Floats, price_rate: Floats) -> Floats:
    """Return the probability when the price is known too.

    Parameters
    ----------
    price_rate : array (n_pairs,)
        Price over list price; NaN where one of them is not known.
    """
    low, high = PRICE_RANGE
    odd = (price_rate < low) | (price_rate > high)
    shifted: Floats = expit(logit(confidence) + np.where(odd, PRICE_ODDS, 0.0))
    return shifted


def _thing_words(split: list[str]) -> list[str]:
    return [word for word in split if not word.isdigit()]
