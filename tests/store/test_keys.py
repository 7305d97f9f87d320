"""The card's keys, on the vectors that the extension is held to as well."""

import json
from pathlib import Path

import pytest

from store.keys import canonical_gtin, canonical_url, card_keys, normal_name

VECTORS = json.loads(Path(__file__).with_name("card_keys.json").read_text())


@pytest.mark.parametrize(("url", "canonical"), VECTORS["urls"])
def test_an_address_is_reduced_to_what_names_the_product(url, canonical):
    assert canonical_url(url) == canonical


@pytest.mark.parametrize(("gtin", "canonical"), VECTORS["gtins"])
def test_a_gtin_has_14_digits_and_a_right_check_digit(gtin, canonical):
    assert canonical_gtin(gtin) == canonical


@pytest.mark.parametrize(("brand", "title", "name"), VECTORS["names"])
def test_a_name_is_lower_case_words(brand, title, name):
    assert normal_name(brand, title) == name


@pytest.mark.parametrize(("product", "keys"), VECTORS["keys"])
def test_keys_come_surest_first(product, keys):
    assert card_keys(**product) == keys


def test_the_same_page_by_another_road_has_the_same_key():
    there = "https://shop.com/p/caf%C3%A9?utm_source=tiktok&id=7"
    back = "http://WWW.shop.com/p/café/?id=7#reviews"
    assert card_keys(url=there) == card_keys(url=back)


def test_products_told_apart_by_the_query_have_different_keys():
    first, second = "https://shop.com/view?id=7", "https://shop.com/view?id=8"
    assert card_keys(url=first) != card_keys(url=second)
