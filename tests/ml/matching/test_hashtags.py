from datetime import UTC, datetime

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import event
from sqlmodel import select

from ml.matching import HashtagIndex, link_products, linking, links
from ml.matching.hashtags import LEAST_CONFIDENCE, _thing_words, confidences
from sample.world import Market
from store.bulk import merge_rows, sql_table
from store.tables import HashtagSnapshot, Product, ProductHashtag

AT = datetime(2026, 1, 1, tzinfo=UTC)
TAGS = [
    "ribbedleggings",
    "tiktokleggings",
    "ribbedleggingstok",
    "cloudpillow",
    "lumenzablush",
    "lumenza",
    "velvet",
    "butterchicken",
    "tiktokmademebuyit",
    "ribbedleggingsdupe",
    "リブレギンス",
]
CATALOGUE = [
    "Lumenza Velvet Blush",
    *(f"Kattara Cotton Leggings No. {n}" for n in range(30)),
    *(f"Lumenza Matte Lipstick No. {n}" for n in range(30)),
]
INDEX = HashtagIndex(TAGS, CATALOGUE)


def matched(title: str, index: HashtagIndex = INDEX) -> list[str]:
    return [tag for tag, _ in index.match(title)]


@pytest.mark.parametrize(
    ("title", "found"),
    [
        ("Acme Ribbed Leggings, black", ["ribbedleggings", "ribbedleggingstok"]),
        ("Ribbed legging", ["ribbedleggings", "ribbedleggingstok"]),
        ("RÎBBED LEGGINGS", ["ribbedleggings", "ribbedleggingstok"]),
        ("Acme velvet leggings", []),
        ("Memory foam pillow", []),
        ("Butter Blush", []),
        ("Lumenza Velvet Blush", ["lumenzablush"]),
        ("Blush by Fennrow", []),
        ("リブレギンス 黒", ["リブレギンス"]),
        ("Zapatillas Nike negras", []),
        ("", []),
    ],
)
def test_every_word_has_to_be_in_the_title(title, found):
    assert matched(title) == found


def test_a_word_of_many_titles_is_no_match():
    assert matched("Kattara Cotton Leggings No. 3") == []
    assert matched("Lumenza Matte Lipstick No. 9") == []


def test_a_brand_or_name_that_only_one_product_has_is_surer_with_more_titles():
    few, many = (
        HashtagIndex(
            ["lumenzablush"],
            ["Lumenza Velvet Blush", *(f"Norvelle Tote {n}" for n in range(count))],
        )
        for count in (1, 2_000)
    )
    title = "Lumenza Velvet Blush"
    assert few.match(title)[0][1] < many.match(title)[0][1]


@pytest.mark.parametrize(
    "hashtag",
    ["velvetmniiwaffleiron", "velvetminiwafleiron", "velvetminiwaffleirons"],
)
def test_one_slip_of_spelling_is_forgiven(hashtag):
    titles = ["Brisko Velvet Mini Waffle Iron", "Hollin Glossy Neon Sign"]
    index = HashtagIndex([hashtag], titles)
    assert matched(titles[0], index) == [hashtag]
    assert matched(titles[1], index) == []


def test_a_short_word_is_another_word_with_another_letter():
    index = HashtagIndex(["redtoze"], ["Acme Red Tote"])
    assert matched("Acme Red Tote", index) == []


@given(st.text(), st.lists(st.text(alphabet="abcdeéリブ0 _", max_size=12), max_size=5))
def test_confidence_is_a_probability(title, tags):
    index = HashtagIndex(tags, [title, "ribbed leggings"])
    assert all(0.5 <= sure <= 1 for _, sure in index.match(title))


def test_confidence_is_calibrated_on_a_market_it_was_not_fitted_on():
    market = Market(seed=3, order_count=20_000, day_count=120)
    index = HashtagIndex(market.hashtags, [p.title for p in market.products])
    true = {(p, h) for h, ids in market.links.items() for p in ids}
    found = {
        (p.product_id, tag): sure
        for p in market.products
        for tag, sure in index.match(p.title)
    }
    right = [pair in true for pair in found]
    assert abs(sum(right) / len(right) - sum(found.values()) / len(found)) < 0.05
    assert len(true & set(found)) > 0.95 * len(true)


def put(session, title: str) -> None:
    product = {"product_id": "p", "title": title}
    merge_rows(session, Product, pa.Table.from_pylist([product]))


def observe(session, *hashtags: str) -> None:
    rows = [
        {"hashtag": h, "observed_at": AT, "view_count": 1, "source": "import"}
        for h in hashtags
    ]
    merge_rows(session, HashtagSnapshot, pa.Table.from_pylist(rows))


def test_a_new_title_takes_its_old_links_with_it(database):
    with database.writing() as session:
        observe(session, "ribbedleggings")
        for title, count in (("Ribbed Leggings", 1), ("Velvet Hoodie", 0)):
            put(session, title)
            assert link_products(session) == count
            assert len(session.exec(select(ProductHashtag)).all()) == count


def test_only_differences_are_written(database, monkeypatch):
    with database.writing() as session:
        put(session, "Ribbed Leggings")
        observe(session, "ribbedleggings")
        link_products(session)
        monkeypatch.delattr("ml.matching.linking.insert_rows")
        said = []
        connection = session.connection()
        listen = (connection, "before_cursor_execute", lambda *a: said.append(a[2]))
        event.listen(*listen)
        observe(session, "fyp", "butterchicken")
        assert link_products(session) == 1
        event.remove(*listen)
        touched = [s for s in said if "product_hashtag" in s]
        assert all(s.lstrip().startswith("SELECT") for s in touched)


def test_nothing_is_done_where_nothing_is_new(database, tmp_path, monkeypatch):
    memory = tmp_path / "memory"
    built = []

    def index(*given):
        built.append(1)
        return HashtagIndex(*given)

    monkeypatch.setattr(linking, "HashtagIndex", index)

    def linked(session) -> tuple[int, int]:
        built.clear()
        return link_products(session, memory), len(built)

    with database.writing() as session:
        put(session, "Ribbed Leggings")
        observe(session, "ribbedleggings", "fyp", "ääh")
        assert linked(session) == (1, 1)
        assert linked(session) == (1, 0)
        observe(session, "ribbedleggingstok")
        assert linked(session) == (2, 1)
        put(session, "Velvet Hoodie")
        assert linked(session) == (0, 1)
        put(session, "Ribbed Leggings")
        assert linked(session) == (2, 1)
        session.execute(sql_table(ProductHashtag).delete())
        assert linked(session) == (2, 1)
        assert linked(session) == (2, 0)
        monkeypatch.setattr(linking, "HERE", tmp_path)  # other code, other links
        assert linked(session) == (2, 1)


def test_every_observed_hashtag_is_found(database):
    names = sorted({f"h{number % 37}" for number in range(90)} | {"Über", "a b", "z"})
    with database.writing() as session:
        assert linking._observed(session) == []
        observe(session, *names)
        assert sorted(linking._observed(session)) == names


def test_the_retailers_links_stay(database):
    given = {"product_id": "p", "hashtag": "ribbedleggings"}
    given |= {"confidence": 1.0, "method": "retailer"}
    with database.writing() as session:
        put(session, "Ribbed Leggings")
        observe(session, "ribbedleggings", "ribbedleggingstok")
        merge_rows(session, ProductHashtag, pa.Table.from_pylist([given]))
        assert link_products(session) == 1
    assert [row["method"] for row in links(database)] == ["retailer", "title"]


def test_two_words_of_the_shop_may_be_one_in_english():
    titles = ["Quaverly Quilted Face Mask", "Hollin Glossy Neon Sign"]
    index = HashtagIndex(["quiltedfacemasktok"], titles)
    assert matched(titles[0], index) == ["quiltedfacemasktok"]


@given(st.lists(st.sampled_from([*CATALOGUE, "Acme", "ribbed", "tiktok", "クラウド"])))
def test_one_title_is_matched_as_many_are(parts):
    title = " ".join(parts)
    found = INDEX.candidates([title])
    expected = {
        INDEX.hashtags[tag]: sure
        for tag, sure in zip(found.hashtag, confidences(found), strict=True)
        if sure >= LEAST_CONFIDENCE
    }
    assert dict(INDEX.match(title)) == expected
    alone = INDEX._candidates_of(frozenset(_thing_words(title)))
    order = found.hashtag.argsort()
    np.testing.assert_allclose(alone.X, found.X[order])
