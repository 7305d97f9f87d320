import pytest
from hypothesis import given
from hypothesis import strategies as st

from ml.matching.split import Splitter, telling
from ml.matching.words import Rarity, codes, fold, squash, stem, words

CATALOGUE = [
    "Lumenza Ribbed Leggings",
    "Maribel & Oak Face Mask",
    "Crème Rosé Blush",
]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Acme Ribbed Leggings, black", ["acme", "ribbed", "legging", "black"]),
        ("Zapatillas Nike - Negro/Blanco", ["zapatilla", "nike", "black", "white"]),
        ("Fußballschuhe SCHWARZ Größe 42", ["fussballschuhe", "black", "grosse", "42"]),
        ("Crème brûlée", ["creme", "brulee"]),
        ('"Nike Roshe - Bianco"@it', ["nike", "roshe", "white"]),
        ("リブ 黒", ["リブ", "黒"]),
        ("レギンスL", ["レギ", "ギン", "ンス", "l"]),
        ("ガム", ["ガム"]),
        ("v2.0", ["v2", "0"]),
        ("2.0 x", ["2.0", "x"]),
        ("", []),
    ],
)
def test_words_in_one_plain_form(text, found):
    assert words(text) == found


@given(st.text())
def test_any_text_has_words(text):
    assert all(words(text))
    assert words(text) == words(text.strip())
    assert telling(Splitter()(text)) is not None


@given(st.text(alphabet="abcdefgs", min_size=1))
def test_a_plural_has_its_singulars_stem(word):
    assert stem(word) == word or len(stem(word)) < len(word)


def test_model_numbers_are_found_however_they_are_written():
    assert codes("Belkin F8N044-SLV") & codes("belkin cushtop f8n044slv")
    assert not codes("size 42, 12 inch, No. 17")
    assert squash("ATC-2000") == "atc2000"


def test_voicing_marks_are_not_accents():
    assert fold("ガ") != fold("カ")
    assert fold("é") == "e"


def test_rare_words_say_more():
    rarity = Rarity([words(title) for title in CATALOGUE * 5])
    assert rarity("lumenza") < rarity("quaverly")
    # What the catalogue does not hold is as rare as it is in English.
    assert rarity("the") < rarity("quilt") < rarity("quaverly")


@pytest.mark.parametrize(
    ("hashtag", "found"),
    [
        ("tiktokmademebuyit", []),
        ("fyp", []),
        ("ribbedleggingstok", ["ribbed", "legging"]),
        ("tiktokleggings", ["legging"]),
        ("lumenzaleggings2026", ["lumenza", "legging"]),
        ("maribeloakreview", ["maribel", "oak"]),
        ("cremeroseblush", ["creme", "rose", "blush"]),
        ("crèmerosé", ["creme", "rose"]),
        ("lumenzadupe", []),
        ("diyfacemask", []),
    ],
)
def test_a_hashtag_is_split_into_telling_words(hashtag, found):
    # "rose" is a colour's other name.
    plain = ["pink" if word == "rose" else word for word in found]
    assert telling(Splitter(CATALOGUE)(hashtag)) == plain


def test_the_catalogue_helps_to_split():
    assert telling(Splitter()("lumenzaleggings"))[0] != "lumenza"
