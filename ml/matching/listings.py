"""Second-hand listings in the store: which product each is one of, judged once."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import select
from sqlmodel import Session

from ml.matching.offers import (
    LEAST_CONFIDENCE,
    REFUSED_CONFIDENCE,
    OfferJudge,
    with_price,
)
from ml.matching.refusals import BROKEN_CONDITIONS
from store.bulk import merge_rows, sql_table
from store.reading import read_rows
from store.tables import Listing, Product

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Texts = npt.NDArray[np.object_]
KEYS = ("site", "listing_id", "observed_at")
READ = (*KEYS, "product_id", "query", "title", "condition", "price_minor", "currency")
# Candidates this close to the best may as well be the one.
TIE = 0.02


@dataclass(frozen=True)
class Judged:
    """One entry a listing.

    Attributes
    ----------
    product : array of int
        Position of its product in the catalogue, -1 where none was found.
    confidence : array
        Probability that it is one of that product; NaN where there is none.
    reason : array of str
        Why it is refused; ``""`` where it is not.
    """

    product: Ints
    confidence: Floats
    reason: Texts


def link_listings(session: Session) -> int:
    """Judge the listings that were not judged yet; return how many.

    A listing whose product is known is held against that one, any other against those
    that its search may have meant. What was judged stays as it is.
    """
    table = sql_table(Listing)
    query = select(*(table.c[name] for name in READ)).where(
        table.c.same_confidence.is_(None), table.c.refused_for.is_(None)
    )
    rows = read_rows(session, query)
    if not rows.num_rows:
        return 0
    products = read_rows(session, select(sql_table(Product)))
    judged = judge_listings(rows, products)
    ids = np.array([*products["product_id"].to_pylist(), None], dtype=object)
    same = judged.reason == ""
    merge_rows(
        session,
        Listing,
        pa.table(
            {name: rows[name] for name in KEYS}
            | {
                "same_product_id": pa.array(
                    ids[judged.product], pa.string(), mask=~same
                ),
                "same_confidence": pa.array(
                    judged.confidence, mask=np.isnan(judged.confidence)
                ),
                "refused_for": pa.array(judged.reason, pa.string(), mask=same),
            }
        ),
    )
    return int(rows.num_rows)


def judge_listings(rows: pa.Table, products: pa.Table) -> Judged:
    """Judge listings by their titles, conditions and prices.

    Parameters
    ----------
    rows : pyarrow.Table
        Columns as `READ` names them.
    products : pyarrow.Table
        The catalogue, as stored.
    """
    # The same title comes again with every look at a listing.
    keys = pc.binary_join_element_wise(
        *(pc.fill_null(rows[n], "") for n in ("product_id", "query", "title")), "\n"
    ).combine_chunks()
    codes = keys.dictionary_encode().indices.to_numpy()
    _, first = np.unique(codes, return_index=True)
    once = _by_title(rows.take(first), products)
    product, confidence = once.product[codes], once.confidence[codes]
    reason = once.reason[codes]
    rate = _price_rate(rows, products, product)
    confidence = np.round(with_price(confidence, rate), 3)
    condition = pc.utf8_lower(pc.fill_null(rows["condition"], ""))
    broken = pc.match_substring_regex(condition, BROKEN_CONDITIONS).to_numpy()
    reason[broken & (reason == "")] = "broken"
    confidence[broken] = np.minimum(confidence[broken], REFUSED_CONFIDENCE)
    reason[(reason == "") & (confidence < LEAST_CONFIDENCE)] = "other_product"
    return Judged(product, confidence, reason)


def _by_title(rows: pa.Table, products: pa.Table) -> Judged:
    """Judge by titles alone; `rows` have each title but once."""
    titles = rows["title"].to_pylist()
    brands = pc.fill_null(products["brand"], "").to_pylist()
    judge = OfferJudge(products["title"].to_pylist(), brands)
    listing, product = _candidates(rows, products, judge)
    verdict = judge.verdict(product, [titles[at] for at in listing])
    other = np.isin(verdict.reason, ("other_model", "other_brand"))
    # The likeliest of each listing's candidates comes first.
    order = np.lexsort((-verdict.likeness, other, listing))
    listing, score = listing[order], (verdict.likeness - other)[order]
    at, heads, count = np.unique(listing, return_index=True, return_counts=True)
    close = score > np.repeat(score[heads], count) - TIE
    ties = np.bincount(np.repeat(np.arange(len(at)), count), close, len(at))
    judged = Judged(
        np.full(len(titles), -1),
        np.full(len(titles), np.nan),
        np.full(len(titles), "no_product", dtype=object),
    )
    chosen = order[heads]
    judged.product[at] = product[chosen]
    judged.confidence[at] = verdict.confidence[chosen] / ties
    judged.reason[at] = verdict.reason[chosen]
    return judged


def _candidates(
    rows: pa.Table, products: pa.Table, judge: OfferJudge
) -> tuple[Ints, Ints]:
    """Return pairs of positions: a listing, a product that it may be one of."""
    ids = products["product_id"].combine_chunks()
    known = pc.index_in(rows["product_id"], ids).to_numpy(zero_copy_only=False)
    told = ~np.isnan(known.astype(float))
    listing, product = np.flatnonzero(told), known[told].astype(np.int64)
    rest = np.flatnonzero(~told)
    if not len(rest):
        return listing, product
    asked = pc.coalesce(rows["query"], rows["title"]).take(rest).combine_chunks()
    asked = asked.dictionary_encode()
    near = judge.nearest(asked.dictionary.to_pylist())
    found = [near[code] for code in asked.indices.to_pylist()]
    return (
        np.concatenate([listing, np.repeat(rest, [len(f) for f in found])]),
        np.concatenate([product, *found]),
    )


def _price_rate(rows: pa.Table, products: pa.Table, product: Ints) -> Floats:
    """Return price over list price; NaN where unknown or in another currency."""
    catalogue: list[dict[str, Any]] = products.select(
        ["list_price_minor", "currency"]
    ).to_pylist()
    price = np.array([*(p["list_price_minor"] or np.nan for p in catalogue), np.nan])
    currency = np.array([*(p["currency"] for p in catalogue), None], dtype=object)
    same = currency[product] == rows["currency"].to_numpy()
    asked = rows["price_minor"].to_numpy().astype(float)
    rate: Floats = np.where(same, asked / price[product], np.nan)
    return rate
