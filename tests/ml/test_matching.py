import pytest

from ml.matching import hashtag_words, hashtags_by_word, match_title

TAGS = hashtags_by_word(
    [
        "ribbedleggings",
        "tiktokleggings",
        "ribbedleggingstok",
        "cloudpillow",
        "lumenzablush",
    ]
)


@pytest.mark.parametrize(
    ("hashtag", "words"),
    [
        ("tiktokmademebuyit", ()),
        ("ribbedleggingstok", ("ribbed", "leggings")),
        ("tiktokleggings", ("leggings",)),
    ],
)
def test_words_of_the_platform_are_dropped(hashtag, words):
    assert hashtag_words(hashtag) == words


@pytest.mark.parametrize(
    ("title", "found"),
    [
        ("Acme Ribbed Leggings, black", ["ribbedleggings", "ribbedleggingstok"]),
        ("Ribbed legging", ["ribbedleggings", "ribbedleggingstok"]),
        ("Acme velvet leggings", []),
        ("Memory foam pillow", []),
        ("", []),
    ],
)
def test_every_word_has_to_be_in_the_title(title, found):
    assert [tag for tag, _ in match_title(title, TAGS)] == found


def test_confidence_is_a_probability():
    assert all(0.5 <= c <= 1 for _, c in match_title("ribbed leggings", TAGS))
