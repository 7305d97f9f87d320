import pytest

from ml.sentiment.language import language

ENGLISH = """
Love it!|Great|ok|Not good|Meh|I returned it|Too small|perfect fit|awesome product|Nice|
worth every penny|cheap junk|so cute|soooo good|broke after 2 days|good value|thx|
Very comfortable, runs true to size|obsessed|Do not buy!|it's okay i guess|It is fine|
LOVE LOVE LOVE|amazing!!!|Excellent quality and fast delivery, thank you.|no|yes
"""
OTHERS = {
    "es": "muy bonito|Me encanta este vestido|excelente producto|no me gusta|perfecto|"
    "La calidad es muy mala, no lo recomiendo",
    "de": "sehr gut|schlecht verarbeitet|Das Kleid ist sehr schön und sitzt gut",
    "fr": "très bien|J'adore cette robe|mauvaise qualité|parfait|"
    "Je ne recommande pas ce produit",
    "it": "molto bello|ottima qualità|non mi piace|consigliato a tutti",
    "pt": "muito bom|adorei o produto|péssima qualidade",
    "nl": "heel mooi|goede kwaliteit",
    "ru": "Очень красиво",
    "ja": "とても可愛いです",
    "ko": "너무 예뻐요",
    "zh": "质量很好",
    "ar": "جميل جدا",
    "hi": "बहुत अच्छा",
}


@pytest.mark.parametrize("text", [t.strip() for t in ENGLISH.split("|")])
def test_short_english_is_english(text):
    assert language(text) == "en"


@pytest.mark.parametrize(
    ("text", "code"), [(t, c) for c, texts in OTHERS.items() for t in texts.split("|")]
)
def test_other_languages_are_recognised(text, code):
    assert language(text) == code


@pytest.mark.parametrize("text", ["", "  ", "5/5", "...", "\U0001f44d\U0001f44d", "❤️"])
def test_what_has_no_words_has_no_language(text):
    assert language(text) == "und"


def test_short_words_that_are_not_english_are_not_called_english():
    assert language("brzt grmpf") != "en"


def test_a_long_text_with_unknown_words_is_english_by_its_letters():
    text = "Firmware updates bricked my router twice, chipset overheats constantly"
    assert language(text) == "en"
