import pytest
from hypothesis import given
from hypothesis import strategies as st

from ml.sentiment.ngrams import NEGATIONS, SCOPE_WORDS, ngrams


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Worth it", ["worth", "it", "worth it"]),
        ("not worth it", ["not", "not_worth", "not worth", "it", "worth it"]),
        ("can't fault", ["can", "not", "can not", "not_fault", "not fault"]),
        ("cant fault", ["can", "not", "can not", "not_fault", "not fault"]),
        ("won\u2019t break", ["will", "not", "will not", "not_break", "not break"]),
        ("no. fault", ["no", "fault"]),
        ("not cheap but good", None),
    ],
)
def test_words_pairs_and_what_is_negated(text, expected):
    found = ngrams(text)
    if expected is None:
        assert "not_cheap" in found
        assert "good" in found
    else:
        assert found == expected


def test_a_negation_reaches_over_little_words_to_three_that_matter():
    found = ngrams("never had such a good big red bag")
    assert {"not_such", "not_good", "not_big", "red", "bag"} <= set(found)


@given(st.text())
def test_any_text_is_read(text):
    found = ngrams(text)
    assert all(n == n.lower() and n.isascii() for n in found)
    negations = sum(n in NEGATIONS for n in found)
    negated = sum(n.startswith("not_") for n in found)
    assert negated <= SCOPE_WORDS * negations


@given(st.lists(st.sampled_from(["fit", "not", "good", "a"]), max_size=8))
def test_there_is_a_pair_for_each_two_neighbours(words):
    found = ngrams(" ".join(words))
    assert len(found) == max(0, 2 * len(words) - 1)
