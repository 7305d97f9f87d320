"""The exported project: its files fit together, and it says what the dashboard says."""

import json
from datetime import timedelta

import duckdb
import jsonschema_rs
import pytest
from sqlmodel import select
from tmdlparser import TMLDParser

from reporting.figures.at_risk import risk_total
from reporting.figures.filters import asked_filter
from reporting.figures.measures import MEASURES
from reporting.figures.sums import sales_total
from reporting.powerbi import export
from reporting.powerbi.export import export_powerbi
from reporting.powerbi.report import HEIGHT, WIDTH
from reporting.powerbi.star import RELATIONSHIPS, STAR
from store.errors import BadFileError, MissingError
from store.tables import Order, ProductHashtag
from tests.reporting.powerbi.dax import Model
from tests.reporting.powerbi.schemas import SCHEMAS

KINDS = {
    "string": "VARCHAR",
    "int64": "BIGINT",
    "double": "DOUBLE",
    "boolean": "BOOLEAN",
    "dateTime": "DATE",
}


@pytest.fixture(scope="module")
def exported(shop, tmp_path_factory):
    """The folder of an export."""
    folder = tmp_path_factory.mktemp("powerbi")
    counts = export_powerbi(shop, shop.settings, folder)
    assert counts["project"] == str(folder / "TrendGuard.pbip")
    assert all(counts["tables"].values()), counts
    return folder


@pytest.fixture(scope="module")
def model(exported):
    """The model's tables as another reader of the format has them: name -> parts."""
    found = TMLDParser(str(exported / "TrendGuard.pbip")).parse_all_tables()
    tables = [table for (table,) in found.values()]
    return {
        table.element.split(" ", 1)[1].strip("'"): table.properties for table in tables
    }


def parts(table, kind):
    """Return name -> part, of a table's columns or measures."""
    named = (part.element.split(" ", 1) for part in table)
    return {
        name.split(" = ")[0].strip("'"): part
        for (what, name), part in zip(named, table, strict=True)
        if what == kind
    }


def told(part) -> dict[str, str]:
    """Return the properties of a part."""
    lines = (line.strip().partition(": ") for line in part.properties)
    return {name: value for name, _, value in lines}


def read(exported):
    duck = duckdb.connect()
    for file in (exported / "data").glob("*.parquet"):
        duck.execute(f"CREATE VIEW {file.stem} AS FROM '{file}'")
    return duck


def test_files_hold_what_the_model_says_they_hold(exported, model):
    duck = read(exported)
    assert set(model) == {table.name for table in STAR} | {"Figures"}
    for table in STAR:
        described = duck.execute(f"DESCRIBE {table.name}").fetchall()
        found = {name: kind for name, kind, *_ in described}
        columns = parts(model[table.name], "column")
        assert {n: KINDS[told(c)["dataType"]] for n, c in columns.items()} == found
        assert all(told(c)["sourceColumn"] == name for name, c in columns.items())
        (source,) = parts(model[table.name], "partition").values()
        assert f'DataFolder & "{table.name}.parquet"' in str(source)


def test_every_row_finds_its_row_in_each_dimension(exported):
    duck = read(exported)
    for table in STAR:
        if table.key:
            query = f"SELECT count(*), count(DISTINCT {table.key}) FROM {table.name}"
            ((rows, keys),) = duck.execute(query).fetchall()
            assert rows == keys > 0
    for link in RELATIONSHIPS:
        ((lost,),) = duck.execute(
            f"SELECT count(*) FROM {link.many} WHERE {link.many_column} NOT IN "
            f"(SELECT {link.one_column} FROM {link.one}) OR {link.many_column} IS NULL"
        ).fetchall()
        assert lost == 0, link


def test_relationships_name_columns_that_are_there(exported, model):
    text = (
        exported / "TrendGuard.SemanticModel/definition/relationships.tmdl"
    ).read_text()
    ends = [
        line.split(": ")[1].split(".")
        for line in text.splitlines()
        if line.strip().startswith(("fromColumn", "toColumn"))
    ]
    assert len(ends) == 2 * len(RELATIONSHIPS)
    for table, column in ends:
        assert column in parts(model[table], "column")
    assert text.count("bothDirections") == 1


def test_json_files_keep_to_the_published_schemas(exported):
    seen = set()
    files = [exported / "TrendGuard.pbip", *exported.rglob("definition.pbi*")]
    for file in (*files, *exported.rglob("*.json")):
        body = json.loads(file.read_text())
        jsonschema_rs.validate(SCHEMAS[body["$schema"]], body)
        seen.add(body["$schema"])
    assert seen == set(SCHEMAS)
    pbir = json.loads((exported / "TrendGuard.Report/definition.pbir").read_text())
    path = pbir["datasetReference"]["byPath"]["path"]
    assert (exported / "TrendGuard.Report" / path / "definition.pbism").is_file()


def test_visuals_show_what_is_in_the_model_and_stay_on_their_page(exported, model):
    shown = set()
    for file in exported.rglob("visual.json"):
        body = json.loads(file.read_text())
        assert body["name"] == file.parent.name
        place = body["position"]
        assert min(place["x"], place["y"]) >= 0
        assert place["x"] + place["width"] <= WIDTH
        assert place["y"] + place["height"] <= HEIGHT
        for role in body["visual"]["query"]["queryState"].values():
            for projection in role["projections"]:
                ((kind, field),) = projection["field"].items()
                table = field["Expression"]["SourceRef"]["Entity"]
                assert field["Property"] in parts(model[table], kind.lower())
                shown.add(field["Property"])
    assert {measure.title for measure in MEASURES} <= shown
    pages = json.loads(next(exported.rglob("pages.json")).read_text())["pageOrder"]
    folder = exported / "TrendGuard.Report/definition/pages"
    assert set(pages) == {p.name for p in folder.iterdir() if p.is_dir()}


@pytest.mark.parametrize("by", ["all", "days", "category", "hashtag", "both"])
def test_measures_are_the_dashboards(shop, span, exported, model, by):
    with shop.reading() as session:
        linked = session.exec(
            select(ProductHashtag.hashtag).where(ProductHashtag.confidence >= 0.5)
        ).first()
        category = duckdb.sql(
            f"SELECT category FROM '{exported}/data/product.parquet' ORDER BY 1 LIMIT 1"
        ).fetchall()[0][0]
        if by == "both":
            rows = duckdb.sql(
                f"SELECT category, hashtag FROM '{exported}/data/product.parquet' "
                f"JOIN '{exported}/data/product_hashtag.parquet' USING (product_id) "
                "ORDER BY product_id LIMIT 1"
            ).fetchall()
            ((category, linked),) = rows
        days = (span.first, span.last)
        if by == "days":
            days = (
                span.closed_through - timedelta(40),
                span.closed_through + timedelta(9),
            )
        picked = {
            "category": category if by in ("category", "both") else None,
            "hashtag": linked if by in ("hashtag", "both") else None,
        }
        asked = asked_filter(span, *days, **picked)
        dashboard = sales_total(session, asked, span) | risk_total(session, asked)
    report = Model(exported / "data", days, **picked)
    measures = parts(model["Figures"], "measure")
    assert len(measures) == len(MEASURES)
    for measure in MEASURES:
        formula = measures[measure.title].element.split(" = ", 1)[1]
        said, expected = report.value(formula), dashboard[measure.name].value
        assert expected, measure.name
        assert said == pytest.approx(expected, rel=1e-9), measure.name


def test_nobody_is_in_it(shop, exported):
    with shop.reading() as session:
        orders = session.exec(select(Order).limit(200)).all()
    words = {o.customer_pseudonym for o in orders} | {o.order_id for o in orders}
    duck = read(exported)
    for table in STAR:
        cells = duck.execute(f"SELECT * FROM {table.name}").fetchall()
        assert words.isdisjoint(str(cell) for row in cells for cell in row)


def test_a_second_export_takes_the_place_of_the_first(shop, exported):
    (exported / "notes.txt").write_text("mine")
    old = exported / "data/stale.parquet"
    old.write_bytes(b"")
    before = (exported / "TrendGuard.SemanticModel/definition/model.tmdl").read_text()
    export_powerbi(shop, shop.settings, exported)
    assert (exported / "notes.txt").read_text() == "mine"
    assert not old.exists()
    after = (exported / "TrendGuard.SemanticModel/definition/model.tmdl").read_text()
    assert after == before
    assert not [*exported.glob(".export-*")]


def test_what_fails_leaves_the_old_one_whole(shop, exported, monkeypatch):
    before = {f: f.read_bytes() for f in exported.rglob("*") if f.is_file()}

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(export, "write_report", full)
    with pytest.raises(BadFileError, match="No space left.*name another folder"):
        export_powerbi(shop, shop.settings, exported)
    assert {f: f.read_bytes() for f in exported.rglob("*") if f.is_file()} == before


def test_a_file_in_the_place_of_the_folder_is_named(shop, tmp_path):
    (tmp_path / "taken").write_text("")
    with pytest.raises(BadFileError, match="taken can't be written to"):
        export_powerbi(shop, shop.settings, tmp_path / "taken")


def test_nothing_is_exported_before_the_first_refresh(database, tmp_path):
    with pytest.raises(MissingError, match="trendguard refresh"):
        export_powerbi(database, database.settings, tmp_path / "out")
    assert not [*(tmp_path / "out").iterdir()]
