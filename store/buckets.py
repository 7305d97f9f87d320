"""Cards cut into buckets, in the transaction that writes the cards.

What is made here is made of `risk_card` alone, whose keys are spread evenly.
"""

from collections.abc import Iterator
from itertools import groupby, product
from statistics import median_high
from typing import Any

from sqlalchemy import Text, cast, delete, func, insert, select
from sqlmodel import Session, col

from store.packing import bucket_json, etag_of, pack
from store.tables import CardBucket, CardCatalogue, RiskCard

# One hex digit at the least: an address is never the whole catalogue. Eight at the
# most: nine would leave a shopper alone in the largest catalogue there is.
PREFIX_MIN, PREFIX_MAX = 1, 8
DIGITS = "0123456789abcdef"
# So many cards are in memory at once, besides those of one bucket.
BATCH_CARDS = 500
BATCH_BUCKETS = 200


def build_buckets(session: Session, wanted: int) -> CardCatalogue:
    """Cut all cards that the session sees into buckets, and say how.

    Buckets that stay as they were are not written again.

    Parameters
    ----------
    wanted : int
        Cards each bucket is to hold: prefixes are as long as that allows.

    Returns
    -------
    CardCatalogue
        As it is stored now.
    """
    length = choose_length(session, wanted)
    stored = select(col(CardBucket.prefix), col(CardBucket.etag))
    known = dict(session.execute(stored).all())
    changed = []
    for prefix, payloads in _buckets(session, length):
        text = bucket_json(payloads)
        if known.get(prefix) != etag_of(text):
            row = {"prefix": prefix, "card_count": len(payloads)}
            changed.append(row | vars(pack(text)))
        if len(changed) == BATCH_BUCKETS:
            _write(session, changed)
            changed = []
    _write(session, changed)
    another_length = func.length(col(CardBucket.prefix)) != length
    session.execute(delete(CardBucket).where(another_length))
    return _describe(session, length, wanted)


def choose_length(session: Session, wanted: int) -> int:
    """Return the longest prefix whose every bucket holds `wanted` cards.

    Where even one digit makes smaller buckets, one digit it is.
    """
    count = session.execute(select(func.count()).select_from(RiskCard)).scalar_one()
    length = PREFIX_MIN
    for longer in range(PREFIX_MIN + 1, PREFIX_MAX + 1):
        if count < wanted * 16**longer or _smallest(session, longer) < wanted:
            break
        length = longer
    return length


def payloads_under(session: Session, prefix: str) -> list[str]:
    """Return the cards of a prefix as the JSON they are stored as, by key."""
    after = prefix[:-1] + (DIGITS + "g")[DIGITS.index(prefix[-1]) + 1]
    query = (
        select(cast(RiskCard.payload, Text))
        .where(col(RiskCard.key) >= prefix, col(RiskCard.key) < after)
        .order_by(col(RiskCard.key))
    )
    return list(session.execute(query).scalars())


def _smallest(session: Session, length: int) -> int:
    prefix = func.substr(RiskCard.key, 1, length)
    sizes = (
        select(func.count().label("n"))
        .select_from(RiskCard)
        .group_by(prefix)
        .subquery()
    )
    count, least = session.execute(
        select(func.count(), func.min(sizes.c.n)).select_from(sizes)
    ).one()
    return int(least) if count == 16**length else 0


def _buckets(session: Session, length: int) -> Iterator[tuple[str, list[str]]]:
    """Yield every bucket there can be, and the cards in it."""
    query = (
        select(col(RiskCard.key), cast(RiskCard.payload, Text))
        .order_by(col(RiskCard.key))
        .execution_options(yield_per=BATCH_CARDS)
    )
    cards = groupby(session.execute(query), key=lambda card: card[0][:length])
    found = next(cards, None)
    for digits in product(DIGITS, repeat=length):
        prefix = "".join(digits)
        if found is None or found[0] != prefix:
            yield prefix, []
        else:
            yield prefix, [payload for _, payload in found[1]]
            found = next(cards, None)


def _write(session: Session, buckets: list[dict[str, Any]]) -> None:
    if not buckets:
        return
    prefixes = [bucket["prefix"] for bucket in buckets]
    old = delete(CardBucket).where(col(CardBucket.prefix).in_(prefixes))
    # No bucket is an object of the session, which need not go through those it has.
    session.execute(old, execution_options={"synchronize_session": False})
    session.execute(insert(CardBucket), buckets)


def _describe(session: Session, length: int, wanted: int) -> CardCatalogue:
    buckets = session.execute(
        select(
            col(CardBucket.etag),
            col(CardBucket.card_count),
            col(CardBucket.json_bytes),
            func.length(CardBucket.body),
        ).order_by(col(CardBucket.prefix))
    )
    etags, counts, texts, bodies = zip(*buckets, strict=True)
    session.execute(delete(CardCatalogue))
    newest = session.execute(select(func.max(RiskCard.computed_at))).scalar_one()
    made = CardCatalogue(
        catalogue_id=1,
        etag=etag_of("".join(etags).encode()),
        prefix_length=length,
        wanted=wanted,
        card_count=sum(counts),
        smallest=min(counts),
        median=median_high(counts),
        largest_body_bytes=max(bodies),
        largest_json_bytes=max(texts),
        computed_at=newest,
    )
    session.add(made)
    session.flush()
    return made
