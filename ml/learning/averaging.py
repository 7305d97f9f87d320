"""Several boosters as one, whose raw score is a mean of theirs.

In LightGBM's text format a booster is a head, its trees and a tail: trees of one can
stand beside those of another. So a mean is a booster like any, with exact TreeSHAP.
"""

import re
from collections.abc import Sequence

import lightgbm as lgb

TREE = re.compile(r"^Tree=\d+$", re.MULTILINE)
SIZES = re.compile(r"^tree_sizes=.*$", re.MULTILINE)
# What a tree adds to a score: at its leaves, and on the way to them.
VALUES = re.compile(r"^(leaf_value|internal_value|leaf_const)=(.*)$", re.MULTILINE)
END = "end of trees\n"


def averaged(boosters: Sequence[lgb.Booster], shares: Sequence[float]) -> lgb.Booster:
    """Return the booster whose raw scores are the weighted mean of those of `boosters`.

    Parameters
    ----------
    boosters : sequence of lightgbm.Booster
        Of the same features, as far as each was stopped; head and tail are the last's.
    shares : sequence of float
        The weight of each, 1 in all.

    References
    ----------
    Breiman, Machine Learning 24(2), 1996 (bagging).
    """
    texts = [booster.model_to_string() for booster in boosters]
    weighted = zip(texts, shares, strict=True)
    trees = [tree for text, share in weighted for tree in _trees(text, share)]
    numbered = [f"Tree={number}{tree}" for number, tree in enumerate(trees)]
    sizes = " ".join(str(len(tree.encode())) for tree in numbered)
    head = SIZES.sub(f"tree_sizes={sizes}", TREE.split(texts[-1], maxsplit=1)[0])
    tail = texts[-1][texts[-1].index(END) :]
    return lgb.Booster(model_str="".join([head, *numbered, tail]))


def _trees(text: str, share: float) -> list[str]:
    """Return a booster's trees without their numbers, what they add times `share`."""

    def scaled(line: re.Match[str]) -> str:
        values = " ".join(repr(float(value) * share) for value in line[2].split())
        return f"{line[1]}={values}"

    trees = text[: text.index(END)]
    return [VALUES.sub(scaled, tree) for tree in TREE.split(trees)[1:]]
