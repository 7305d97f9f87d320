"""Hand-written sentences: which way does the regret score point?

The first 44 were looked at while the prior words were chosen; the 30 of `UNSEEN` were
written before the last fit and looked at once, afterwards: 25 of them came out right
(TextBlob's polarity: 15), which is the honest share for sentences like these.
"""

from math import exp, log

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ml.sentiment.regret_words import (
    INTERCEPT,
    RegretWords,
    read_regret_words,
    regret_score,
    shipped_regret_words,
)

PLAIN = {
    "regrets": [
        "Waste of money.",
        "I regret buying this.",
        "It broke after two days.",
        "Sent it back, the quality is awful.",
        "Stopped working after a week.",
        "It just sits in a drawer now.",
        "Cheap and flimsy, a big disappointment.",
    ],
    "does not": [
        "I love it, I use it every day.",
        "Best thing I have bought all year.",
        "Great quality and it arrived on time.",
        "Fits perfectly and looks even better than in the photos.",
        "Worth every penny.",
    ],
}
NEGATION = {
    "regrets": [
        "Not worth it.",
        "I wouldn't buy it again.",
        "I was not impressed.",
        "It doesn't work.",
        "I can't recommend this to anyone.",
        "It isn't as good as they say.",
        "Never buying from here again.",
        "Nothing special and not comfortable.",
        "Don't buy this.",
    ],
    "does not": [
        "I do not regret it.",
        "Can't fault it.",
        "It's not bad at all.",
        "No regrets, it's lovely.",
        "I couldn't be more pleased.",
        "You won't be disappointed.",
        "I have never been happier with a purchase.",
        "I don't understand the bad reviews, it works well.",
        "There is nothing to complain about.",
    ],
}
SARCASM = {
    "regrets": [
        "Great, fell apart after one wash. Thanks for nothing.",
        "Oh wonderful, another one broken.",
        "Brilliant, it leaked all over my bag on day one.",
        "Love how the handle came off in my hand.",
        "Wow, what a great way to waste forty dollars.",
        "Works perfectly, if you never switch it on.",
        "Thank you for the lovely rash.",
        "Five stars for the box, it is the only thing that didn't break.",
    ],
    "does not": [],
}
HYPE = {
    "regrets": [
        "Only bought it because of the hype and I should have waited.",
        "Don't believe the videos, it looks nothing like that.",
        "Overrated and overpriced.",
    ],
    "does not": [
        "For once the hype is true.",
        "Saw it on TikTok and it really is that good.",
        "My whole family wants one now.",
    ],
}
UNSEEN = {
    "regrets": [
        "It came in pieces and nobody replied to my mails.",
        "Should have listened to the one star reviews.",
        "I wouldn't wish this blender on my worst enemy.",
        "The hinge cracked on the third day.",
        "It isn't comfortable.",
        "Fantastic, now I own an expensive paperweight.",
        "Well done, the screen was dead on arrival.",
        "What a joke.",
        "Thanks, I always wanted a leaking bottle.",
        "Everyone raves about it and I have no idea why.",
        "Looks nothing like the picture.",
        "Returned. Color was off and it smelled of glue.",
        "I don't think it is worth the money.",
        "Yeah right, waterproof. It died in the rain.",
        "It's no good.",
        "Money down the drain.",
        "So impressed that I threw it out after a week.",
    ],
    "does not": [
        "I'd order it again without thinking twice.",
        "Not a single complaint after six months.",
        "My sister was so jealous she ordered two.",
        "Never had a problem with it.",
        "I can't put it down.",
        "Don't hesitate, get one.",
        "Could not be happier with this choice.",
        "It does exactly what it promises.",
        "Solid, simple, reliable.",
        "A gift for mum, she was thrilled.",
        "Just what I needed, lovely and warm.",
        "I have no regrets at all about this one.",
        "Not only pretty but sturdy too.",
    ],
}


def wrong(sentences: dict[str, list[str]]) -> set[str]:
    regrets = {t for t in sentences["regrets"] if regret_score(t) <= 0.5}
    return regrets | {t for t in sentences["does not"] if regret_score(t) >= 0.5}


@pytest.mark.parametrize("sentences", [PLAIN, NEGATION], ids=["plain", "negation"])
def test_plain_and_negated_sentences_point_the_right_way(sentences):
    assert wrong(sentences) == set()


def test_sarcasm_that_names_a_fault_is_seen_through():
    # Scorn without a fault is beyond a table of words.
    assert wrong(SARCASM) <= {
        "Works perfectly, if you never switch it on.",
        "Five stars for the box, it is the only thing that didn't break.",
    }


def test_hype_is_told_from_praise():
    assert wrong(HYPE) <= {"For once the hype is true."}


def test_most_sentences_never_looked_at_point_the_right_way():
    total = sum(map(len, UNSEEN.values()))
    assert total == 30
    assert len(wrong(UNSEEN)) <= 5


@pytest.mark.parametrize(
    ("better", "worse"),
    [
        ("worth it", "not worth it"),
        ("I would buy it again", "I would not buy it again"),
        ("I do not regret it", "I regret it"),
        ("I can't fault it", "I found a fault"),
        ("no complaints", "complaints"),
        ("It works", "It doesn't work"),
        ("I was impressed", "I was not impressed"),
        ("Great", "Great, fell apart after one wash"),
    ],
)
def test_a_negation_or_a_fault_turns_the_sentence(better, worse):
    assert regret_score(better) < 0.5 < regret_score(worse)


def test_a_probability_by_hand():
    words = RegretWords(-1.0, {"bad": (2.0, 3.0), "very bad": (1.0, 0.5)})
    # "bad" 2 and "very bad" 1, divided by the length of (2, 1).
    log_odds = -1 + (2 * 3 + 1 * 0.5) / 5**0.5
    assert words.probability("very bad") == pytest.approx(1 / (1 + exp(-log_odds)))
    assert words.probability("unheard of") == pytest.approx(1 / (1 + exp(1)))


def test_a_word_said_again_counts_by_its_logarithm():
    words = RegretWords(0.0, {"bad": (1.0, 3.0), "fine": (1.0, -1.0)})
    again = 1 + log(2)
    expected = (again * 3 - 1) / (again**2 + 1) ** 0.5
    assert words.log_odds("bad. bad. fine") == pytest.approx(expected)


def test_a_table_is_read_back_with_its_remarks_left_out():
    lines = ["# learned", "ngram,idf,weight", f"{INTERCEPT},0,-1", "not bad,2,-3"]
    words = read_regret_words(lines)
    assert words == RegretWords(-1.0, {"not bad": (2.0, -3.0)})
    assert words.words() == set()


def test_the_shipped_table_is_small_plain_and_says_where_it_is_from():
    words = shipped_regret_words()
    assert 1_000 < len(words.table) < 12_000
    assert {"regret", "leaked", "works"} <= words.words()


@given(st.text())
def test_any_text_has_a_probability(text):
    assert 0 < regret_score(text) < 1


@given(st.lists(st.sampled_from(["awful", "nice", "zip"]), min_size=1))
def test_the_order_of_sentences_does_not_matter(words):
    forward = regret_score(". ".join(words))
    assert regret_score(". ".join(reversed(words))) == pytest.approx(forward)
