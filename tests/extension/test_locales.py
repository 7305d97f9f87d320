"""Twelve languages: every text in each, with the plural forms each one has."""

import json
import re

import pytest

from tests.extension.conftest import EXTENSION

LOCALES = EXTENSION / "_locales"
FORMS = {"zero", "one", "two", "few", "many", "other"}
CODES = ["ar", "de", "en", "es", "fr", "it", "ja", "ko", "nl", "pl", "pt_BR", "zh_CN"]
LONGEST_DESCRIPTION = 132  # the stores cut there


def texts_of(code: str) -> dict[str, str]:
    messages = json.loads((LOCALES / code / "messages.json").read_text("utf-8"))
    return {name: each["message"] for name, each in messages.items()}


ENGLISH = texts_of("en")


def base(name: str) -> str:
    start, _, form = name.rpartition("_")
    return start if form in FORMS else name


def plurals() -> set[str]:
    return {base(name) for name in ENGLISH if base(name) != name}


def holes(text: str) -> list[str]:
    return sorted(re.findall(r"\{(\w+)\}", text))


def test_all_twelve_are_there():
    assert sorted(p.name for p in LOCALES.iterdir()) == CODES
    listed = re.search(
        r"LANGUAGES = (\[.*?\])", (EXTENSION / "lib/texts.js").read_text()
    )
    assert sorted(code.replace("-", "_") for code in json.loads(listed[1])) == CODES


@pytest.mark.parametrize("code", CODES)
def test_every_text_is_in_every_language(code):
    texts = texts_of(code)
    assert {base(name) for name in texts} == {base(name) for name in ENGLISH}
    assert [name for name, text in texts.items() if not text.strip()] == []
    assert len(texts["description"]) <= LONGEST_DESCRIPTION


@pytest.mark.parametrize("code", CODES)
def test_every_text_has_the_same_holes(code):
    wanted = {base(name): holes(text) for name, text in ENGLISH.items()}
    wrong = [
        name
        for name, text in texts_of(code).items()
        if holes(text) != wanted[base(name)]
    ]
    assert wrong == []


@pytest.mark.parametrize("code", [code for code in CODES if code != "en"])
def test_it_is_not_english(code):
    long = {n: t for n, t in texts_of(code).items() if len(re.sub(r"{.*?}", "", t)) > 9}
    same = {n for n, t in long.items() if t == ENGLISH.get(n)}
    assert same == {"name", "nudgeLabel"}


@pytest.mark.browser
def test_every_plural_has_the_forms_of_its_language(plain_browser):
    page = plain_browser.new_page()
    for code in CODES:
        forms = page.evaluate(
            "(tag) => new Intl.PluralRules(tag).resolvedOptions().pluralCategories",
            code.replace("_", "-"),
        )
        wanted = {f"{name}_{form}" for name in plurals() for form in forms}
        assert wanted == {n for n in texts_of(code) if base(n) != n}, code
    page.close()


SPOKEN = {
    "pl": ["Trend trwał 1 dzień", "Trend trwał 3 dni", "Trend trwał 5 dni"],
    "de": ["War 1 Tag lang Trend", "War 3 Tage lang Trend", "War 5 Tage lang Trend"],
}
CART = {
    "pl": ["1 modny produkt", "3 modne produkty", "5 modnych produktów"],
    "ja": ["流行の商品1点", "流行の商品3点", "流行の商品5点"],
}


@pytest.mark.browser
def test_numbers_choose_their_form(own_page):
    page = own_page("welcome/welcome.html")

    def spoken(language, name):
        return page.evaluate(
            """async ([language, name]) => {
              const { loadTexts } = await import('/lib/texts.js');
              const { count } = await loadTexts(language);
              return [1, 3, 5].map((n) => count(name, n)) }""",
            [language, name],
        )

    assert {code: spoken(code, "trendedDays") for code in SPOKEN} == SPOKEN
    assert {code: spoken(code, "cartTrending") for code in CART} == CART


@pytest.mark.browser
def test_the_browsers_language_is_taken_or_its_nearest(own_page):
    page = own_page("welcome/welcome.html")
    nearest = page.evaluate(
        """async () => { const { loadTexts } = await import('/lib/texts.js');
          const spoken = [];
          for (const tag of ['de-AT', 'pt-PT', 'zh-TW', 'sv', 'ar-EG', 'nl']) {
            chrome.i18n.getUILanguage = () => tag;
            spoken.push((await loadTexts('')).language);
          }
          return spoken }"""
    )
    assert nearest == ["de", "pt-BR", "zh-CN", "en", "ar", "nl"]
