import numpy as np
import pytest

from ml.matching.models import numbers, other_model
from ml.matching.offers import OfferJudge, with_price
from ml.matching.refusals import refusals

CATALOGUE = {
    "Lumenza Ribbed Leggings No. 17": "Lumenza",
    "Kattara Ribbed Leggings No. 3": "Kattara",
    "Nintendo Switch OLED": "Nintendo",
    "Lenovo ThinkPad T480": "Lenovo",
    "Stanley Quencher Tumbler 40 oz": "Stanley",
    "Brisko Kids Velvet Hoodie": "Brisko",
    "Maribel & Oak Travel Backpack for Women": "Maribel & Oak",
    "Champion Reverse Weave Hoodie": "Champion",
    "Sony WH-1000XM4": "Sony",
}
JUDGE = OfferJudge(list(CATALOGUE), list(CATALOGUE.values()))
LEGGINGS, SWITCH, LAPTOP, TUMBLER = (
    "Lumenza Ribbed Leggings No. 17",
    "Nintendo Switch OLED",
    "Lenovo ThinkPad T480",
    "Stanley Quencher Tumbler 40 oz",
)


def reason(product: str, offer: str) -> str:
    at = list(CATALOGUE).index(product)
    return str(JUDGE.verdict([at], [offer]).reason[0])


@pytest.mark.parametrize(
    ("offer", "expected"),
    [
        ("Lumenza ribbed leggings no 17 NWT size M", ""),
        ("LUMENZA Ribbed legging No.17, noir, taille 38", ""),
        ("Lumenza Ribbed Leggings No. 17 new in box, only worn once", ""),
        ("Lumenza Ribbed Leggings No. 17 no box", ""),
        ("Lumenza Ribbed Leggings No. 17 - bundle to save!", ""),
        ("Lumenza Ribbed Leggings No. 17 for women, like new", ""),
        ("Lumenza Ribbed Leggings No. 17 baby blue", ""),
        ("not a dupe! Lumenza Ribbed Leggings No. 17", ""),
        ("Lumenza Ribbed Leggings No. 17 with dust bag and strap", ""),
        ("Lot of 3 Lumenza Ribbed Leggings No. 17", "lot"),
        ("2x Lumenza Ribbed Leggings No. 17", "lot"),
        ("Lote de 2 Lumenza Ribbed Leggings No. 17", "lot"),
        ("EMPTY BOX Lumenza Ribbed Leggings No. 17", "box_only"),
        ("Lumenza Ribbed Leggings No. 17 (box only)", "box_only"),
        ("Lumenza Ribbed Leggings No. 17 nur OVP", "box_only"),
        ("Lumenza Ribbed Leggings No. 17 replacement zipper", "part"),
        ("Lumenza Ribbed Leggings No. 17 strap only", "part"),
        ("Travel case for Lumenza Ribbed Leggings No. 17", "accessory"),
        ("Hülle für Lumenza Ribbed Leggings No. 17", "accessory"),
        ("Lumenza Ribbed Leggings No. 17 girls 10-12Y", "child_size"),
        ("Lumenza Ribbed Leggings No. 17 toddler 3T", "child_size"),
        ("Lumenza Ribbed Leggings No. 17 dupe", "replica"),
        ("inspired by Lumenza Ribbed Leggings No. 17", "replica"),
        ("Lumenza style Ribbed Leggings No. 17", "replica"),
        ("WTB Lumenza Ribbed Leggings No. 17", "wanted"),
        ("ISO: Lumenza Ribbed Leggings No. 17", "wanted"),
        ("Lumenza Ribbed Leggings No. 17 torn, for parts", "broken"),
        ("Lumenza Ribbed Leggings No. 17 defekt", "broken"),
        ("Lumenza Ribbed Leggings No. 18", "other_model"),
        ("Kattara Ribbed Leggings size M", "other_brand"),
        ("Memory foam pillow", "other_product"),
        ("", "other_product"),
    ],
)
def test_an_offer_is_the_thing_or_says_why_not(offer, expected):
    assert reason(LEGGINGS, offer) == expected


@pytest.mark.parametrize(
    ("product", "offer", "expected"),
    [
        (SWITCH, "Nintendo Switch キャリングケース", "accessory"),
        (SWITCH, "Nintendo Switch コンソールネオンブルーボックスのみ", "box_only"),
        (SWITCH, "Nintendo Switch OLED Splatoon 3 Dock ONLY", "part"),
        (SWITCH, "Nintendo Switch OLED Lite", "other_model"),
        (LAPTOP, "Portátil Lenovo Thinkpad T480 8 GB Ram", ""),
        (LAPTOP, "Lenovo ThinkPad T590 Intel i7, 16GB RAM", "other_model"),
        (TUMBLER, "Stanley quencher tumbler 40oz rose", ""),
        (TUMBLER, "Stanley quencher tumbler 30 oz rose", "other_model"),
        ("Sony WH-1000XM4", "Sony WH1000XM5 headphones", "other_model"),
        ("Sony WH-1000XM4", "Sony wh-1000xm4 black", ""),
        (
            "Champion Reverse Weave Hoodie",
            "Vintage Champion Hoodie Mens Large Blue Reverse Weave Pullover",
            "",
        ),
        (
            "Champion Reverse Weave Hoodie",
            "True Vintage 50s Running Man Champion College Sweatshirt",
            "other_product",
        ),
        # What the product says of itself can't be held against its offers.
        ("Brisko Kids Velvet Hoodie", "Brisko kids velvet hoodie size 8", ""),
        (
            "Maribel & Oak Travel Backpack for Women",
            "Maribel and Oak travel backpack",
            "",
        ),
    ],
)
def test_models_sizes_and_other_languages(product, offer, expected):
    assert reason(product, offer) == expected


@pytest.mark.parametrize("title", ["", "###", "リブ", "ß", "1", "box", "for for for"])
def test_no_title_is_too_odd(title):
    judge = OfferJudge([title, "Tote"], ["", ""])
    verdict = judge.verdict([0, 1], [title, title])
    assert ((verdict.confidence >= 0) & (verdict.confidence <= 1)).all()
    assert len(judge.nearest([title])[0]) <= 2


def test_a_refused_offer_is_hardly_the_thing():
    offers = ["Lumenza Ribbed Leggings No. 17", "Lumenza Ribbed Leggings No. 17 dupe"]
    sure, refused = JUDGE.verdict([0, 0], offers).confidence
    assert sure > 0.8
    assert refused <= 0.02


def test_more_words_of_the_title_make_surer():
    offers = ["leggings", "ribbed leggings", "Lumenza ribbed leggings"]
    confidence = JUDGE.verdict([0] * 3, offers).likeness
    assert list(confidence) == sorted(confidence)


def test_a_price_far_from_the_list_price_makes_less_sure():
    rates = np.array([0.02, 0.5, 5.0, np.nan])
    low, usual, high, unknown = with_price(np.full(4, 0.9), rates)
    assert low == high < usual == unknown
    assert usual == pytest.approx(0.9)


def test_sizes_are_no_model_numbers():
    assert numbers("Nike Dunk size 9.5 W32 12 x 10 in 256 pcs") == {}
    assert not other_model("Lumenza Tote No. 17", "Lumenza tote")
    assert other_model("iPhone 13", "iPhone 14")
    assert other_model("iPhone 13", "iPhone 13 Pro")


def test_many_titles_at_once_give_what_one_by_one_gives():
    titles = ["box only", "Tote", "WTB box only", "for parts tote"]
    assert refusals(titles).tolist() == [refusals([t])[0] for t in titles]
