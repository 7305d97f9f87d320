"""Fit the numbers of `ml/matching/weights.json`.

Hashtags: on made-up markets of several sizes, their titles made longer with what shops
put into titles. Offers: on public pairs of titles that are or are not of one product,
``python scripts/fit_matching.py ../shared/data/matching``; without that folder the
offers' numbers stay.
"""

import gzip
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.linear_model import LogisticRegression

from ml.matching import hashtags, offers
from ml.matching.hashtags import HashtagIndex
from ml.matching.weights import FILE
from sample.world import Market

Floats = npt.NDArray[np.float64]
FIELD = re.compile(r"COL (\w+) VAL (.*?)(?= COL |$)")
SIZES = (1_000, 20_000, 50_000, 200_000, 750_000)
FILLERS = (
    "Women's", "High Waist", "Black", "with Pockets", "for Gift", "Extra Soft", "Men",
    "Plus Size", "Portable", "Set", "Beige", "2 Pack", "Lightweight", "New Season",
)  # fmt: skip


def main() -> None:
    """Fit and write."""
    stored = json.loads(FILE.read_text(encoding="utf-8"))
    stored["hashtags"] = _fit(*_hashtag_rows(), list(hashtags.FEATURES))
    if len(sys.argv) > 1:
        stored["offers"] = _fit(*_offer_rows(Path(sys.argv[1])), list(offers.FEATURES))
    FILE.write_text(json.dumps(stored, indent=2) + "\n", encoding="utf-8")
    sys.stdout.write(json.dumps(stored, indent=2) + "\n")


def _fit(
    rows: Floats, y: Floats, sample_weight: Floats, names: list[str]
) -> dict[str, Any]:
    model = LogisticRegression(C=1.0, max_iter=1_000).fit(rows, y, sample_weight)
    return {
        "features": names,
        "weight": [round(float(w), 3) for w in model.coef_[0]],
        "intercept": round(float(model.intercept_[0]), 3),
    }


def _hashtag_rows() -> tuple[Floats, Floats, Floats]:
    parts = list(_hashtag_markets())
    # A large market has more pairs, and says no more than a small one.
    weight = [np.full(len(y), 1_000 / max(1, len(y))) for _, y in parts]
    return (
        np.concatenate([X for X, _ in parts]),
        np.concatenate([y for _, y in parts]),
        np.concatenate(weight),
    )


def _hashtag_markets() -> Iterator[tuple[Floats, Floats]]:
    rng = np.random.default_rng(11)
    for seed, size in enumerate(SIZES * 2, start=100):
        market = Market(seed=seed, order_count=size, day_count=120)
        titles = [_longer(rng, p.title, int(rng.integers(5))) for p in market.products]
        index = HashtagIndex(market.hashtags, titles)
        found = index.candidates(titles)
        true = {(p, h) for h, ids in market.links.items() for p in ids}
        yield (
            found.X,
            np.array(
                [
                    (market.products[title].product_id, index.hashtags[tag]) in true
                    for title, tag in zip(found.title, found.hashtag, strict=True)
                ],
                dtype=float,
            ),
        )


def _longer(rng: np.random.Generator, title: str, count: int) -> str:
    return " ".join([title, *rng.choice(FILLERS, count, replace=False)])


def _offer_rows(folder: Path) -> tuple[Floats, Floats, Floats]:
    parts = [_offer_part(path) for path in sorted(folder.glob("*train*.txt.gz"))]
    # What a search for a product finds is the product about as often as not.
    weight = [np.where(y > 0, 1 / y.sum(), 1 / (1 - y).sum()) * 1_000 for _, y in parts]
    return (
        np.concatenate([X for X, _ in parts]),
        np.concatenate([y for _, y in parts]),
        np.concatenate(weight),
    )


def _offer_part(path: Path) -> tuple[Floats, Floats]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        rows = [line.rstrip("\n").split("\t") for line in lines]
    sides = [[dict(FIELD.findall(row[at])) for row in rows] for at in (0, 1)]
    titles = [[(d.get("title") or d["name"]).strip() for d in side] for side in sides]
    brands = [
        given.get("manufacturer", "").strip() or title.split(" ")[0]
        for given, title in zip(sides[0], titles[0], strict=True)
    ]
    judge = offers.OfferJudge(titles[0], brands)
    X = judge.similarities(np.arange(len(rows)), titles[1])  # noqa: N806
    return X, np.array([float(row[2]) for row in rows])


if __name__ == "__main__":
    main()
