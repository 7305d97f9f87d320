"""The words and word pairs of an English text, negation carried to what it negates."""

import re
from collections.abc import Iterator

TOKEN = re.compile(r"[a-z]+(?:'[a-z]+)*|[.,;:!?()]")


def _words_of(text: str) -> frozenset[str]:
    return frozenset(text.split())


NEGATIONS = _words_of(
    "not never no nothing without hardly barely nobody neither nor none"
)
# People leave the apostrophe out; "wont" and "cant" are words nobody else uses.
WITHOUT_APOSTROPHE = _words_of(
    "dont doesnt didnt wont cant wouldnt couldnt isnt wasnt arent werent shouldnt "
    "havent hasnt"
)
STEMS = {"ca": "can", "wo": "will", "sha": "shall"}
# "not worth it" negates "worth"; "not what I wanted but lovely" leaves "lovely" alone.
SCOPE_WORDS = 3
SCOPE_ENDS = _words_of("but because though although however if and or more")
# Such words neither carry a meaning that can be negated nor use up the scope.
TRANSPARENT = _words_of(
    "a an the is it be been being to of at all so very that this i was as too have had "
    "with any really in for my me you by from on here there ever"
)


def ngrams(text: str) -> list[str]:
    """Return the words and pairs of a text in order, with repetitions.

    A pair never spans punctuation. A word after a negation becomes ``not_word``; in
    pairs words stand as they were written.

    >>> ngrams("Wouldn't buy again, lovely colour")
    ['would', 'not', 'would not', 'not_buy', 'not buy', 'not_again', 'buy again', \
'lovely', 'colour', 'lovely colour']
    """
    found: list[str] = []
    before, left = "", 0
    for word in _words(text):
        if not word[0].isalpha():
            before, left = "", 0
            continue
        left = 0 if word in SCOPE_ENDS else left
        negated = left > 0 and word not in TRANSPARENT and word not in NEGATIONS
        found.append(f"not_{word}" if negated else word)
        if before:
            found.append(f"{before} {word}")
        left = SCOPE_WORDS if word in NEGATIONS else left - negated
        before = word
    return found


def _words(text: str) -> Iterator[str]:
    for word in TOKEN.findall(text.lower().replace("\u2019", "'")):
        if word == "cannot":
            yield from ("can", "not")
        elif word.endswith("n't") or word in WITHOUT_APOSTROPHE:
            stem = word.replace("'", "")[:-2]
            yield STEMS.get(stem, stem)
            yield "not"
        else:
            yield word
