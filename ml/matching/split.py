"""#ribbedleggingstok into words, with the help of the words of the catalogue."""

from collections.abc import Iterable
from math import log

import regex

from ml.matching.words import ENGLISH_TOTAL, english_counts, fold, words

# Words of the platform, and of talking about a thing, say nothing about the thing.
_EMPTY = """
    tik tok tiktok tt tts made make makes me us buy buys bought it viral trend trends
    trending fyp fypage foryou foryoupage page find finds haul hauls shop shopping must
    have need needs musthave review reviews unboxing unbox check ootd grwm lover lovers
    love fan fans club fever season vibes inspo outfit outfits amazon reels video videos
    challenge again i the a an my your of for and with in on to is this so
"""
PLATFORM_WORDS = frozenset(_EMPTY.split())
# Hashtags with these words speak of imitations, or of making or cooking something.
_OTHERS = "dupe dupes replica replicas fake fakes lookalike diy recipe recipes meme"
OTHER_THINGS = frozenset(_OTHERS.split())
LONGEST = 24
YEAR = regex.compile(r"20\d\d")
# A word of the catalogue is as likely in a hashtag as one of these in English.
CATALOGUE_SHARE = 3e-5
PLATFORM_SHARE = 3e-4
NUMBER_SHARE = 1e-6


class Splitter:
    """Finds the likeliest words that make up a hashtag.

    Parameters
    ----------
    titles : iterable of str
        Titles and brands; their words are expected in hashtags.

    Examples
    --------
    >>> Splitter(["Lumenza Ribbed Leggings"])("#lumenzaleggingstok")
    ['lumenza', 'leggings', 'tok']
    """

    def __init__(self, titles: Iterable[str] = ()) -> None:
        self._costs: dict[str, float] = {}
        self._english = english_counts()
        found = {token for title in titles for token in _tokens(title)}
        plurals = {word + "s" for word in found if not word.endswith("s")}
        for word in found | plurals:
            if len(word) > 2:
                self._expect(word, CATALOGUE_SHARE)
        for word in PLATFORM_WORDS | OTHER_THINGS:
            if len(word) > 2:
                self._expect(word, PLATFORM_SHARE)

    def __call__(self, hashtag: str) -> list[str]:
        """Return the words of a hashtag, in order."""
        text = "".join(_tokens(hashtag))
        best, start = [0.0], [0]
        for end in range(1, len(text) + 1):
            cost, at = min(
                (best[i] + self._cost(text[i:end]), i)
                for i in range(max(0, end - LONGEST), end)
            )
            best.append(cost)
            start.append(at)
        found, end = [], len(text)
        while end:
            found.append(text[start[end] : end])
            end = start[end]
        return found[::-1]

    def _expect(self, word: str, share: float) -> None:
        english = int(self._english.get(word, 0)) / ENGLISH_TOTAL
        self._costs[word] = -log(max(share, english))

    def _cost(self, word: str) -> float:
        if (known := self._costs.get(word)) is not None:
            return known
        if count := self._english.get(word):
            return log(ENGLISH_TOTAL / int(count))
        if word.isdigit():
            return -log(NUMBER_SHARE)
        # The longer an unknown word, the less likely: as `wordsegment` has it.
        return log(ENGLISH_TOTAL / 10) + len(word) * log(10)


def telling(parts: Iterable[str]) -> list[str]:
    """Return the words that speak of a thing, stemmed; none if it is another's.

    >>> telling(["tiktok", "ribbed", "leggings", "2026"]), telling(["norvelle", "dupe"])
    (['ribbed', 'legging'], [])
    """
    given = list(parts)
    if not OTHER_THINGS.isdisjoint(given):
        return []
    kept = (p for p in given if p not in PLATFORM_WORDS and not YEAR.fullmatch(p))
    return [word for part in kept for word in words(part)]


def _tokens(text: str) -> list[str]:
    return regex.findall(r"[^\W_]+", fold(text))
