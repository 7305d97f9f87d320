import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.signals.matching import FOLDER, read_pairs
from ml.matching.pairs import PairMatcher, best_threshold
from ml.matching.similarity import Description, Similarity
from sample.catalogue import BRANDS, KINDS, STYLES

TEXTS = st.text(max_size=20)
DESCRIPTIONS = st.builds(
    Description,
    title=TEXTS,
    brand=TEXTS,
    text=TEXTS,
    price=st.one_of(st.floats(0, 1e6), st.just(math.nan)),
)


def made_up(rng, count):
    """Return pairs of two shops' titles; every other pair is of one thing."""
    nouns = [noun for _, found in KINDS.values() for noun in found]
    left, right, y = [], [], []
    for number in range(count):
        brand, style, noun = (str(rng.choice(w)) for w in (BRANDS, STYLES, nouns))
        code = f"{brand[:2]}{rng.integers(100, 999)}"
        same = number % 2
        other = code if same else f"{brand[:2]}{rng.integers(100, 999)}x"
        left.append(Description(f"{brand} {style} {noun} {code}", brand))
        right.append(Description(f"{noun.lower()} {style} by {brand} {other.upper()}"))
        y.append(same)
    return left, right, np.array(y)


def test_it_learns_what_makes_two_titles_one_thing():
    rng = np.random.default_rng(1)
    matcher = PairMatcher().fit(*made_up(rng, 300))
    left, right, y = made_up(rng, 200)
    assert (matcher.predict(left, right) == y).mean() > 0.95
    probability = matcher.predict_proba(left, right)
    assert abs(probability.mean() - y.mean()) < 0.05


def test_the_threshold_is_where_f1_is_highest():
    y = np.array([0, 0, 0, 1, 0, 1, 1, 1])
    probability = np.arange(8) / 10
    # All positives and one negative: F1 is 8/9 there and lower elsewhere.
    assert best_threshold(y, probability) == pytest.approx(0.3)


def test_more_alike_is_more_alike_in_every_ratio():
    known = [
        Description("Sony cyber-shot DSC-W150 red", "Sony", price=150.0),
        Description("sony cybershot camera dscw150 red", price=140.0),
        Description("Canon FS100 camcorder", "Canon", price=300.0),
    ]
    near, far = Similarity(known)([known[0]] * 2, known[1:])
    differs = ~np.isclose(near, far, equal_nan=True)
    assert differs.sum() > 30
    # The last dozen columns are ratios and cosines: the higher, the more alike.
    assert (near[-12:] >= far[-12:]).all()


def test_a_code_is_the_same_however_it_is_written():
    known = [Description("Belkin F8N044-SLV"), Description("belkin cushtop f8n044slv")]
    assert known[0].codes == known[1].codes == {"f8n044slv"}


@settings(max_examples=25)
@given(DESCRIPTIONS, DESCRIPTIONS)
def test_any_two_descriptions_have_similarities(a, b):
    known = [a, b, Description("Acme Tote")]
    row = Similarity(known)([a], [b])
    assert row.shape[0] == 1
    assert not np.isinf(row).any()


@pytest.mark.slow
@pytest.mark.skipif(not FOLDER.is_dir(), reason="public pairs are not here")
def test_public_pairs_it_has_not_seen():
    seen = read_pairs(FOLDER, "Textual_Abt-Buy_train")
    left, right, y = read_pairs(FOLDER, "Textual_Abt-Buy_valid")
    matcher = PairMatcher().fit(*(column[::2] for column in seen))
    said = matcher.predict(left, right)
    f1 = 2 * (said & (y == 1)).sum() / (said.sum() + y.sum())
    assert f1 > 0.85
