"""Same product or not: public pairs of titles, beside trees on ten similarities."""

import gzip
import re
from collections.abc import Sequence
from pathlib import Path

import lightgbm
import numpy as np
import numpy.typing as npt
from rapidfuzz import fuzz, process
from rapidfuzz.distance import JaroWinkler
from rich.console import Console
from rich.table import Table
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.metrics import f1_score
from sklearn.model_selection import cross_val_predict

from ml.matching.pairs import PairMatcher, best_threshold
from ml.matching.similarity import Description

FOLDER = Path(__file__).parents[2].parent / "shared" / "data" / "matching"
# Name, train part, part that is judged, F1 that others publish (test parts; Ditto).
SETS = {
    "Abt-Buy": ("Textual_Abt-Buy_train", "Textual_Abt-Buy_valid"),
    "Amazon-Google": (
        "Structured_Amazon-Google_train",
        "Structured_Amazon-Google_valid",
    ),
    "WDC shoes": ("wdc_shoes_train.medium", "wdc_shoes_valid.medium"),
}
FIELD = re.compile(r"COL (\w+) VAL (.*?)(?= COL |$)")
Floats = npt.NDArray[np.float64]
Pairs = tuple[list[Description], list[Description], npt.NDArray[np.int64]]


def run(folder: Path = FOLDER) -> Table | str:
    """Return F1 on each set, ours and the peer's, both trained on the train part."""
    if not folder.is_dir():
        return f"matching: skipped, {folder} is absent"
    table = Table(
        "pairs", "train", "judged", "precision", "recall", "F1", "F1, ten similarities",
        title="Same product or not, F1 on pairs not seen",
    )  # fmt: skip
    for name, (train, judged) in SETS.items():
        seen, other = read_pairs(folder, train), read_pairs(folder, judged)
        said = PairMatcher().fit(*seen).predict(*other[:2])
        right = (said & (other[2] == 1)).sum()
        table.add_row(
            name, f"{len(seen[2]):,}", f"{len(other[2]):,}",
            f"{right / said.sum():.3f}", f"{right / other[2].sum():.3f}",
            f"{f1_score(other[2], said):.3f}",
            f"{f1_score(other[2], ten_similarities(seen, other)):.3f}",
        )  # fmt: skip
    return table


def read_pairs(folder: Path, name: str) -> Pairs:
    """Return left, right and whether they are the same."""
    with gzip.open(folder / f"{name}.txt.gz", "rt", encoding="utf-8") as lines:
        rows = [line.rstrip("\n").split("\t") for line in lines]
    left, right = ([_description(row[side]) for row in rows] for side in (0, 1))
    return left, right, np.array([int(row[2]) for row in rows])


def ten_similarities(seen: Pairs, other: Pairs) -> npt.NDArray[np.bool_]:
    """Return what LightGBM on ten plain similarities says: the peer."""
    known = [*seen[0], *seen[1]]
    vectors = (
        TfidfVectorizer().fit([d.title for d in known]),
        TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 3)).fit(
            [d.title for d in known]
        ),
        TfidfVectorizer().fit([_text(d) for d in known]),
    )
    seen_x, other_x = (_ten(vectors, *pairs[:2]) for pairs in (seen, other))
    booster = lightgbm.LGBMClassifier(verbose=-1, random_state=0, n_jobs=1)
    held_out = cross_val_predict(booster, seen_x, seen[2], method="predict_proba")
    threshold = best_threshold(seen[2], held_out[:, 1])
    booster.fit(seen_x, seen[2])
    return np.asarray(booster.predict_proba(other_x)[:, 1] >= threshold)


def _ten(
    vectors: tuple[TfidfVectorizer, ...],
    left: Sequence[Description],
    right: Sequence[Description],
) -> Floats:
    a, b = ([d.title for d in side] for side in (left, right))
    texts = [_text(d) for d in left], [_text(d) for d in right]
    ratios = (
        fuzz.ratio, fuzz.partial_ratio, fuzz.token_sort_ratio, fuzz.token_set_ratio,
        fuzz.WRatio, JaroWinkler.similarity,
    )  # fmt: skip
    words, letters, everything = vectors
    return np.column_stack(
        [process.cpdist(a, b, scorer=ratio) for ratio in ratios]
        + [_cosine(words, a, b), _cosine(letters, a, b), _cosine(everything, *texts)]
        + [_jaccard(a, b)]
    )


def _cosine(vector: TfidfVectorizer, a: list[str], b: list[str]) -> Floats:
    product = vector.transform(a).multiply(vector.transform(b))
    return np.asarray(product.sum(axis=1), dtype=float).ravel()


def _jaccard(a: list[str], b: list[str]) -> Floats:
    sets = ((set(x.split()), set(y.split())) for x, y in zip(a, b, strict=True))
    return np.array([len(x & y) / max(1, len(x | y)) for x, y in sets])


def _text(description: Description) -> str:
    return f"{description.title} {description.brand} {description.text}"


def _description(said: str) -> Description:
    given = dict(FIELD.findall(said))
    price = re.sub(r"[^\d.]", "", given.get("price", ""))
    return Description(
        title=(given.get("title") or given.get("name") or "").strip(),
        brand=given.get("manufacturer", "").strip(),
        text=given.get("description", "").strip(),
        price=float(price) if price.strip(".") else float("nan"),
    )


if __name__ == "__main__":
    Console().print(run())
