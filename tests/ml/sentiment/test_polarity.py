"""Polarity is TextBlob's own, without all that TextBlob imports."""

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textblob import TextBlob

from ml.sentiment import polarity

TEXT = (
    "not never n't no very extremely hardly good bad terrible terribly great lovely "
    "U.S. :-) :( ! ? , . but love hate 100% quality GREAT café it's the"
)
WORDS = st.sampled_from(TEXT.split())


@given(st.one_of(st.lists(WORDS, max_size=12).map(" ".join), st.text(max_size=80)))
def test_it_is_what_textblob_says(text):
    assert polarity(text) == TextBlob(text).sentiment.polarity


@pytest.mark.parametrize("text", ["", "I love it", "It was not very good :-("])
def test_it_is_the_same_of_a_few_plain_texts(text):
    assert polarity(text) == TextBlob(text).sentiment.polarity


def test_nothing_is_imported_for_it_that_it_does_not_use():
    code = (
        "import sys; from ml.sentiment import polarity; assert polarity('good') > 0; "
        "sys.exit('nltk' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
