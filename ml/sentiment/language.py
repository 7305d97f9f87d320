"""Which language a review is written in: offline, and without guessing on short texts.

A text of which `CLEAR_SHARE` of the words are English words is English. Any other is
asked of py3langid, among the languages that shoppers of the covered sites write. Where
that says English of fewer than `TELLING_WORDS` words, at least `HALF` of them have to
be English words, for letters alone tell little of "so cute"; else the language can't be
told, nor where there are no letters.
"""

import re
from functools import cache

from py3langid.langid import MODEL_FILE, LanguageIdentifier

from ml.sentiment.regret_words import shipped_regret_words

UNKNOWN = "und"
ENGLISH = "en"
# Of many millions of writers each, on eBay, Poshmark or TikTok Shop.
LANGUAGES = (
    *("ar", "bg", "bn", "ca", "cs", "da", "de", "el", "en", "es", "et", "fa", "fi"),
    *("fr", "he", "hi", "hr", "hu", "id", "it", "ja", "ko", "lt", "lv", "ms", "nl"),
    *("no", "pl", "pt", "ro", "ru", "sk", "sl", "sv", "ta", "te", "th", "tl", "tr"),
    *("uk", "ur", "vi", "zh"),
)
WORD = re.compile(r"[^\W\d_]+")
CLEAR_SHARE = 0.75
HALF = 0.5
TELLING_WORDS = 6
# Written in every chat, in no dictionary.
CHAT = frozenset(("ok", "okay", "thx", "omg", "lol", "meh", "yes", "yay", "wow", "xl"))
KANA = re.compile(r"[\u3040-\u30ff]")


def language(text: str) -> str:
    """Return the ISO 639-1 code of a text's language, ``und`` if it can't be told.

    >>> [language(t) for t in ("so cute", "muy bonito", "sehr gut", "5/5")]
    ['en', 'es', 'de', 'und']
    """
    words = [w for w in WORD.findall(text.lower().replace("n't", " not")) if len(w) > 1]
    if not words:
        return UNKNOWN
    share = sum(map(_is_english, words)) / len(words)
    if share >= CLEAR_SHARE:
        return ENGLISH
    found: str = _identifier().classify(text.lower())[0]
    if found == ENGLISH and len(words) < TELLING_WORDS and share < HALF:
        return UNKNOWN
    return found


def _is_english(word: str) -> bool:
    return word in _english_words()


@cache
def _english_words() -> frozenset[str]:
    """Return the words of the regret table: all learned from English."""
    return shipped_regret_words().words() | CHAT


@cache
def _identifier() -> LanguageIdentifier:
    identifier = LanguageIdentifier.from_model_file(MODEL_FILE)
    identifier.set_languages(LANGUAGES)
    return identifier
