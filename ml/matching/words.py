"""The words of titles and hashtags in one plain form, and how rare each one is."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from functools import cache, lru_cache
from math import log1p
from pathlib import Path

import numpy as np
import numpy.typing as npt
import regex
import wordsegment

Floats = npt.NDArray[np.float64]

# Sellers abroad translate the colour and whom it is for, and nothing else.
_SAME = """
black noir noire nero negro schwarz zwart preto sort svart czarny
white blanc blanche bianco blanco weiss wit hvid vit branco bialy
red rouge rosso rojo rot rood rod vermelho
blue bleu blu azul blau blauw bla
green vert verde grun groen gron
yellow jaune giallo amarillo gelb geel
pink rose rosa roze
grey gray gris grigio grau grijs cinza
orange arancione naranja arancio oranje
purple violet viola morado lila paars purpura lilla
brown marron marrone braun bruin
gold dorado
silver argent argento plateado silber zilver
carbon carbone carbonio carbono
men man mens homme uomo hombre herren heren
women woman womens femme femmes donna mujer damen dames wmns
kids kid child children junior enfant enfants bambino nino kinder youth
"""
SYNONYMS = {
    word: line.split()[0] for line in _SAME.splitlines() for word in line.split()
}
# Scripts without spaces between words: pairs of neighbouring letters stand for words.
_UNSPACED = regex.compile(r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}ー]+")
_TOKEN = re.compile(r"\d+(?:[.,]\d+)+|[^\W_]+")
_LANGUAGE = re.compile(r"\"?@[a-z]{2}(?:-[a-z]{2})?\b", re.IGNORECASE)
_MARKS = regex.compile(r"\p{Mn}")
# How many titles' worth of general English stands beside the catalogue's own.
ENGLISH_TITLES = 100
TITLE_LENGTH = 10
ENGLISH_TOTAL = 1_024_908_267_229


def fold(text: str) -> str:
    """Return a text in lower case, without accents and full-width forms.

    >>> fold("Crème Brûlée"), fold("Fußball")
    ('creme brulee', 'fussball')
    """
    if text.isascii():
        return text.lower()
    parts = unicodedata.normalize("NFKD", text.casefold())
    # Japanese voicing marks are letters of their own: put them back.
    return unicodedata.normalize("NFC", _MARKS.sub(_unless_voicing, parts))


def words(text: str) -> list[str]:
    """Return the words of a title, stemmed, colours in English.

    >>> words("Acme Ribbed Leggings, noir")
    ['acme', 'ribbed', 'legging', 'black']
    """
    tokens = _TOKEN.findall(fold(_without_language(text)))
    if text.isascii():
        return [_one_form(token) for token in tokens]
    return [part for token in tokens for part in _parts(token)]


def stem(word: str) -> str:
    """Return what singular and plural share.

    >>> stem("leggings"), stem("dress"), stem("dresses"), stem("candies")
    ('legging', 'dress', 'dress', 'candy')
    """
    if len(word) <= 3 or not word.endswith("s") or word.endswith(("ss", "us", "is")):
        return word
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("sses", "shes", "ches", "xes", "zes")):
        return word[:-2]
    return word[:-1]


def codes(text: str) -> frozenset[str]:
    """Return what may be a model number: digits with letters, or four digits on.

    >>> sorted(codes("Belkin Cushtop F8N044-SLV 12 inch"))
    ['f8n044slv']
    """
    plain = (squash(token) for token in _without_language(text).split())
    return frozenset(token for token in plain if _is_code(token))


def squash(text: str) -> str:
    """Return the letters and digits of a text, nothing between them.

    >>> squash("ATC-2000 Pro")
    'atc2000pro'
    """
    return "".join(filter(str.isalnum, fold(text)))


class Rarity:
    """How much it says that two things share a word.

    The catalogue's titles count, and general English beside them, so that a catalogue
    of one product knows rare words too. What is observed later plays no part: it must
    not change the past.

    Parameters
    ----------
    titles : iterable of sequence of str
        The words of each title.

    Examples
    --------
    >>> rarity = Rarity([["black", "legging"], ["white", "legging"]])
    >>> rarity("lumenza") > rarity("black") > 0
    True
    """

    def __init__(self, titles: Iterable[Iterable[str]]) -> None:
        sets = [set(title) for title in titles]
        self.count = Counter(word for title in sets for word in title)
        self.title_count = len(sets)

    def __call__(self, word: str) -> float:
        """Return minus the logarithm of the share of titles that hold it, above 0."""
        seen = self.count[word] + ENGLISH_TITLES * title_share(word) + 0.5
        return log1p((self.title_count + ENGLISH_TITLES + 1) / seen - 1)


@cache
def english_counts() -> dict[str, str]:
    """Return how often each word stands in a trillion words of the web, as a text: few
    of them are asked for.
    """
    # Single words only: its pairs are not used. Its own reader takes longer: it makes
    # numbers of all.
    file = Path(wordsegment.Segmenter.UNIGRAMS_FILENAME)
    parts = iter(file.read_text(encoding="utf-8").split())
    return dict(zip(parts, parts, strict=True))


def title_share(word: str) -> float:
    """Return the share of titles in general English that hold a word, 0-1."""
    counts = english_counts()
    count = int(counts.get(word, 0)) + int(counts.get(word + "s", 0))
    return min(1.0, TITLE_LENGTH * count / ENGLISH_TOTAL)


def _without_language(text: str) -> str:
    """Return a text without the marks of its language, as web data has them."""
    return _LANGUAGE.sub(" ", text) if "@" in text else text


@lru_cache(maxsize=200_000)
def _one_form(token: str) -> str:
    return SYNONYMS.get(token) or stem(token)


def _parts(token: str) -> list[str]:
    return [_one_form(token)] if token.isascii() else _unspaced(token)


def _is_code(token: str) -> bool:
    if len(token) < 3 or not any(map(str.isdigit, token)):
        return False
    return len(token) > 3 or any(map(str.isalpha, token))


def _unspaced(token: str) -> list[str]:
    found, end = [], 0
    for run in _UNSPACED.finditer(token):
        found += [rest] if (rest := token[end : run.start()]) else []
        text = run.group()
        found += [text[i : i + 2] for i in range(max(1, len(text) - 1))]
        end = run.end()
    return found + ([token[end:]] if token[end:] else [])


def _unless_voicing(mark: regex.Match[str]) -> str:
    return mark.group() if mark.group() in "\u3099\u309a" else ""
