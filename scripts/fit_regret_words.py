"""Learns the table of regret language: ``fit_regret_words.py REVIEWS.csv.gz``.

The file is the Women's E-Commerce Clothing Reviews (CC0) or any with its columns. The
same file gives the same table. Figures are of texts about items that the fit did not
see; they and the origin are written at the top of the table.
"""

import sys
from pathlib import Path

from sklearn.metrics import roc_auc_score

from ml.quality.evaluation import expected_calibration_error
from ml.sentiment.regret_fit import (
    FOLDS,
    cross_validated,
    fit_regret_words,
    read_reviews,
)
from ml.sentiment.regret_words import INTERCEPT, SHIPPED, RegretWords


def main() -> None:
    """Fit, measure on items held out, and write the table."""
    if len(sys.argv) != 2:
        sys.exit("usage: fit_regret_words.py REVIEWS.csv.gz")
    reviews = read_reviews(Path(sys.argv[1]))
    held_out = cross_validated(reviews)
    remarks = (
        "Regret language: probability = 1 / (1 + exp(-(intercept + x . weight))), x = "
        "(1 + log count) * idf at length 1.",
        "Learned by scripts/fit_regret_words.py from Women's E-Commerce Clothing "
        "Reviews (CC0),",
        f"{len(reviews.texts):,} texts about {len(set(reviews.items)):,} items, "
        f"{reviews.y.mean():.1%} not recommended. On items held out ({FOLDS} folds):",
        f"AUC {roc_auc_score(reviews.y, held_out):.4f}, calibration error "
        f"{expected_calibration_error(reviews.y, held_out):.4f}.",
    )
    write_regret_words(fit_regret_words(reviews), remarks, SHIPPED)
    print("\n".join(remarks))  # noqa: T201


def write_regret_words(
    model: RegretWords, remarks: tuple[str, ...], path: Path
) -> None:
    """Write a table as CSV, four digits a number."""
    rows = [f"{INTERCEPT},0,{model.intercept:.4g}"]
    rows += [f"{n},{idf:.4g},{w:.4g}" for n, (idf, w) in sorted(model.table.items())]
    lines = [*(f"# {line}" for line in remarks), "ngram,idf,weight", *rows]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
