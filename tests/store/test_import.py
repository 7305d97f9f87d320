import csv
import gzip
from pathlib import Path

import duckdb
import pytest
from sqlmodel import func, select

from store.errors import BadFileError
from store.importing import import_folder
from store.tables import (
    HashtagSnapshot,
    Listing,
    Order,
    Product,
    ProductHashtag,
    Return,
    Review,
    Video,
)

FILES = {
    "products": """product_id,title,brand,category,list_price,currency,url,gtin,hashtags
p1,Ribbed Leggings,Acme,fashion,49.90,USD,https://shop.example/p/1,4006381333931,#RibbedLeggings;tiktokleggings
p2,Blush,,beauty,3858,JPY,,,
""",
    "orders": """order_id,customer_id,product_id,purchased_at,unit_price,currency,quantity,customer_age,zip,channel
o1,alice@example.org,p1,2026-03-01T12:00:00+02:00,39.95,USD,1,23,94027,web
o2,bob,p2,2026-03-02,3858,JPY,2,61.0,2139,app
o3,bob,p1,2026-03-03T00:00:00Z,0,,,,,
""",
    "returns": """order_id,returned_at,reason
o1,2026-03-09T08:00:00Z,Changed mind
o2,2026-03-10T08:00:00Z,
""",
    "hashtag_metrics": """hashtag,observed_at,view_count,video_count
#RibbedLeggings,2026-02-01T10:00:00Z,1000,3
ribbedleggings,2026-02-02T10:00:00Z,2500,
""",
    "videos": """video_id,hashtag,created_at,views,likes,comments,shares,observed_at
7608826249200356630,ribbedleggings,2026-02-01T00:00:00Z,900,80,4,2,2026-02-02T00:00:00Z
""",
    "resale_listings": """listing_id,site,product_id,query,title,price,shipping,currency,condition,status,listed_at,sold_at,observed_at
155888203360,eBay,p1,,Leggings,21.99,4.5,USD,New,Sold,2026-02-01,2026-02-03,2026-02-04
5f,poshmark,,ribbed leggings,Leggings,12,,USD,,,,,2026-02-04
""",
    "reviews": """product_id,reviewed_at,rating,text
p1,2026-02-20T00:00:00Z,2,"Thin fabric,
but a nice colour"
""",
}

# What most tests do with: each file more takes its time.
SALES = {name: FILES[name] for name in ("products", "orders", "returns")}


def write(folder: Path, **files: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    return folder


def run(database, folder):
    return import_folder(database, database.settings, folder).files


def count(database, table) -> int:
    with database.reading() as session:
        return session.exec(select(func.count()).select_from(table)).one()


def rejects(database, name) -> list[tuple[int, str]]:
    file = database.settings.data_dir / "rejects" / f"{name}.csv"
    with file.open(encoding="utf-8", newline="") as lines:
        return [(int(r["line"]), r["reason"]) for r in csv.DictReader(lines)]


def test_every_kind_of_file_arrives(database, tmp_path):
    report = run(database, write(tmp_path / "in", **FILES))
    assert {name: (f.added, f.rejected) for name, f in report.items()} == {
        "products": (2, 0),
        "orders": (3, 0),
        "returns": (2, 0),
        "hashtag_metrics": (2, 0),
        "videos": (1, 0),
        "resale_listings": (2, 0),
        "reviews": (1, 0),
    }
    with database.reading() as session:
        order = session.get(Order, "o1")
        assert order.purchased_at.isoformat() == "2026-03-01T10:00:00+00:00"
        assert (order.unit_price_minor, order.currency) == (3995, "USD")
        assert (order.age_band, order.income_decile) == ("20-24", 10)
        assert session.get(Order, "o2").unit_price_minor == 3858
        assert session.get(Order, "o2").age_band == "60-64"
        assert session.get(Order, "o3").quantity == 1
        assert session.get(Return, "o2").reason is None
        assert session.get(Product, "p1").list_price_minor == 4990
        tags = session.exec(select(ProductHashtag.hashtag)).all()
        assert sorted(tags) == ["ribbedleggings", "tiktokleggings"]
        listing = session.exec(select(Listing).where(Listing.site == "ebay")).one()
        assert (listing.status, listing.shipping_minor) == ("sold", 450)
        assert "\n" in session.exec(select(Review)).one().text
        assert session.exec(select(Video)).one().video_id == "7608826249200356630"
    assert count(database, HashtagSnapshot) == 2


def test_the_second_import_changes_nothing(database, tmp_path):
    folder = write(tmp_path / "in", **FILES)
    run(database, folder)
    with database.reading() as session:
        before = session.get(Order, "o1").model_dump()
    again = run(database, folder)
    assert all(f.unchanged == f.read for f in again.values())
    assert all(f.added == f.updated == f.rejected == 0 for f in again.values())
    with database.reading() as session:
        assert session.get(Order, "o1").model_dump() == before


def test_changed_content_is_an_update(database, tmp_path):
    folder = write(tmp_path / "in", **SALES)
    run(database, folder)
    changed = FILES["products"].replace("49.90", "44.90").replace("#Ribbed", "#Other")
    report = run(database, write(folder, products=changed))
    assert (report["products"].updated, report["products"].unchanged) == (1, 1)
    with database.reading() as session:
        assert session.get(Product, "p1").list_price_minor == 4490
        tags = session.exec(select(ProductHashtag.hashtag)).all()
    assert sorted(tags) == ["otherleggings", "tiktokleggings"]


BAD_ROWS = [
    ("o20,c,p1,01/02/2026,5,USD,1,30,94027,web", "purchased_at: not an ISO 8601"),
    ("o21,c,p1,2026-02-30,5,USD,1,30,94027,web", "purchased_at: not an ISO 8601"),
    ("o22,c,p1,1026-02-03,5,USD,1,30,94027,web", "from 2000 on"),
    ("o23,c,p1,2026-02-03,-5,USD,1,30,94027,web", "unit_price: not a price"),
    ("o24,c,p1,2026-02-03,$5,USD,1,30,94027,web", "unit_price: not a price"),
    ("o25,c,p1,2026-02-03,NaN,USD,1,30,94027,web", "unit_price: not a price"),
    ("o26,c,p1,2026-02-03,5,XXQ,1,30,94027,web", "currency: not an ISO 4217"),
    ("o27,c,p1,2026-02-03,5,USD,0,30,94027,web", "quantity: not a whole number"),
    ("o28,c,p1,2026-02-03,5,USD,1.5,30,94027,web", "quantity: not a whole number"),
    ("o29,c,p1,2026-02-03,5,USD,1,-3,94027,web", "customer_age: not a whole number"),
    ("o30,c,p7,2026-02-03,5,USD,1,30,94027,web", "unknown product"),
    ("o31,,p1,2026-02-03,5,USD,1,30,94027,web", "customer_id is empty"),
    ("o1,c,p1,2026-02-03,5,USD,1,30,94027,web", "other content"),
    ("o32,c,p1,2026-02-03,5,USD,1,30", "8 columns"),
]


def test_a_bad_row_is_told_with_its_line_and_loses_nothing_else(database, tmp_path):
    rows = [row for row, _ in BAD_ROWS] + ["o10,c,p1,2026-02-03,5,USD,1,30,94027,web"]
    orders = FILES["orders"] + "\n".join(rows) + "\n"
    report = run(database, write(tmp_path / "in", **SALES | {"orders": orders}))
    assert (report["orders"].added, report["orders"].rejected) == (4, len(BAD_ROWS))
    found = rejects(database, "orders")
    assert [line for line, _ in found] == list(range(5, 5 + len(BAD_ROWS)))
    for (row, reason), (_, told) in zip(BAD_ROWS, found, strict=True):
        assert reason in told, row
    with database.reading() as session:
        ids = session.exec(select(Order.order_id)).all()
        assert sorted(ids) == ["o1", "o10", "o2", "o3"]
        assert session.get(Order, "o1").unit_price_minor == 3995


def test_lines_are_counted_in_the_file_not_in_records(database, tmp_path):
    reviews = FILES["reviews"] + '\np1,yesterday,2,"two\nlines"\np8,2026-01-01,1,x\n'
    run(database, write(tmp_path / "in", **SALES | {"reviews": reviews}))
    found = rejects(database, "reviews")
    assert [line for line, _ in found] == [5, 7]
    assert "unknown product" in found[1][1]


def test_rejects_never_repeat_what_a_person_said(database, tmp_path):
    rows = (
        "o9,mallory@example.org,p1,2026-02-03,-5,USD,1,130,99999-x,web\n"
        "o9,p1,mallory@example.org,mallory@example.org,5,USD,1,130,99999-x,web\n"
    )
    run(database, write(tmp_path / "in", **SALES | {"orders": FILES["orders"] + rows}))
    text = (database.settings.data_dir / "rejects/orders.csv").read_text()
    assert "mallory" not in text
    assert "130" not in text


def test_rejects_of_an_earlier_import_do_not_linger(database, tmp_path):
    bad = FILES["orders"] + "o9,c,p7,2026-02-03,5,USD,1,30,94027,web\n"
    run(database, write(tmp_path / "in", **SALES | {"orders": bad}))
    run(database, write(tmp_path / "other", products=FILES["products"]))
    assert not (database.settings.data_dir / "rejects/orders.csv").exists()


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("returns", b"order_id,when\no1,2026-03-09\n", "required column missing: returned_at"),
        ("returns", b"", "it is empty"),
        ("returns", b"\x7fELF\x00\x00\x01\x02", "binary"),
        ("returns", "order_id,returned_at,reason\no1,2026-03-09,zu groß\n".encode("cp1252"), "UTF-8"),
        ("returns", b"order_id,order_id,returned_at\no1,o1,2026-03-09\n", "twice"),
    ],
)  # fmt: skip
def test_a_bad_file_changes_nothing(database, tmp_path, name, content, said):
    folder = write(tmp_path / "in", **SALES)
    (folder / f"{name}.csv").write_bytes(content)
    with pytest.raises(BadFileError, match=said):
        run(database, folder)
    assert count(database, Product) == count(database, Order) == 0
    assert not (database.settings.data_dir / "rejects").exists()


def test_not_utf8_far_into_the_file_is_found(database, tmp_path):
    folder = write(tmp_path / "in", **SALES)
    many = b"".join(b"o1,2026-03-09T08:00:00Z,late %d\n" % n for n in range(9000))
    tail = "o2,2026-03-10,zu groß\n".encode("cp1252")
    (folder / "returns.csv").write_bytes(b"order_id,returned_at,reason\n" + many + tail)
    with pytest.raises(BadFileError, match="UTF-8"):
        run(database, folder)
    assert count(database, Order) == 0


def test_not_utf8_in_a_column_that_is_ignored_is_found(database, tmp_path):
    folder = write(tmp_path / "in", **SALES)
    many = b"".join(b"o1,late %d,2026-03-09T08:00:00Z\n" % n for n in range(9000))
    tail = "o2,zu groß,2026-03-10\n".encode("cp1252")
    (folder / "returns.csv").write_bytes(b"order_id,note,returned_at\n" + many + tail)
    with pytest.raises(BadFileError, match="UTF-8"):
        run(database, folder)
    assert count(database, Order) == 0


def test_columns_that_are_ignored_do_no_harm(database, tmp_path):
    returns = "order_id,note,returned_at,text_order_id\no1,a,2026-03-09,b\n"
    report = run(database, write(tmp_path / "in", **SALES | {"returns": returns}))
    assert (report["returns"].added, report["returns"].rejected) == (1, 0)


def test_returns_may_come_later_than_their_orders(database, tmp_path):
    run(database, folder_without(write(tmp_path / "in", **SALES), "returns.csv"))
    returns = FILES["returns"] + "o3,2026-03-01,\no7,2026-03-09,\n"
    report = run(database, write(tmp_path / "later", returns=returns))
    assert (report["returns"].added, report["returns"].rejected) == (2, 2)
    assert [
        (line, told.split(";")[0]) for line, told in rejects(database, "returns")
    ] == [
        (4, "returned before it was purchased"),
        (5, "unknown order"),
    ]


def test_incomes_are_read_only_where_there_are_zips(database, tmp_path, monkeypatch):
    def read():
        raise AssertionError("no order has a ZIP code")

    monkeypatch.setattr("store.importing.references.census_incomes", read)
    orders = FILES["orders"].replace("94027", "").replace("2139", "")
    report = run(database, write(tmp_path / "in", **SALES | {"orders": orders}))
    assert report["orders"].added == 3


def test_zipped_and_parquet_files_are_the_same(database, tmp_path):
    folder = write(tmp_path / "in", **SALES)
    orders = folder / "orders.csv"
    with gzip.open(folder / "orders.csv.gz", "wt", encoding="utf-8") as zipped:
        zipped.write(orders.read_text(encoding="utf-8"))
    duckdb.sql(f"FROM '{folder}/returns.csv'").write_parquet(
        f"{folder}/returns.parquet"
    )
    run(database, folder_without(folder, "orders.csv", "returns.csv"))
    again = run(
        database,
        write(folder_without(folder, "orders.csv.gz", "returns.parquet"), **SALES),
    )
    assert again["orders"].unchanged == 3
    assert again["returns"].unchanged == 2


def folder_without(folder: Path, *names: str) -> Path:
    for name in names:
        (folder / name).unlink()
    return folder


def test_a_damaged_archive_is_a_bad_file(database, tmp_path):
    folder = write(tmp_path / "in", products=FILES["products"])
    (folder / "orders.csv.gz").write_bytes(gzip.compress(FILES["orders"].encode())[:60])
    with pytest.raises(BadFileError, match="orders.csv.gz"):
        run(database, folder)
    assert count(database, Product) == 0


def test_two_files_of_a_kind_and_none_at_all(database, tmp_path):
    folder = write(tmp_path / "in", **SALES)
    (folder / "orders.parquet").write_bytes(b"PAR1")
    with pytest.raises(BadFileError, match="both orders.csv and orders.parquet"):
        run(database, folder)
    with pytest.raises(BadFileError, match="holds none of"):
        run(database, write(tmp_path / "empty"))
    with pytest.raises(BadFileError, match="not a folder"):
        run(database, tmp_path / "nowhere")


def test_a_shops_own_incomes_come_before_the_census(database, tmp_path):
    incomes = "zip,median_income\n94027,10000\n02139,90000\n10001,50000\n"
    run(database, write(tmp_path / "in", **SALES, zip_income=incomes))
    with database.reading() as session:
        assert session.get(Order, "o1").income_decile < 5
        assert session.get(Order, "o2").income_decile == 10


def test_an_age_mix_speaks_of_five_year_bands(database, tmp_path):
    mix = "age_band,share\n20-24,0.5\n18-24,0.5\n80+,0.1\n"
    report = run(database, write(tmp_path / "in", **SALES, population=mix))
    assert (report["population"].added, report["population"].rejected) == (2, 1)
    assert rejects(database, "population")[0][0] == 3


def test_the_windows_mark_before_the_header_is_no_part_of_it(database, tmp_path):
    report = run(
        database, write(tmp_path / "in", products="\ufeff" + FILES["products"])
    )
    assert report["products"].added == 2
