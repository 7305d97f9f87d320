"""The semantic model in Power BI's text form (TMDL): tables, measures, relationships.

References
----------
Tabular Model Definition Language, learn.microsoft.com/analysis-services/tmdl.
"""

import uuid
from collections.abc import Iterable
from pathlib import Path

from reporting.figures.measures import MEASURES, Measure
from reporting.powerbi.star import (
    DATE,
    RELATIONSHIPS,
    STAR,
    Column,
    StarTable,
)

COMPATIBILITY_LEVEL = 1601
# Measures live in a table of their own, so that they are found.
MEASURE_TABLE = "Figures"
FOLDER = "DataFolder"
FORMATS = {"count": "#,0", "usd": "\\$#,0", "share": "0.0%"}
KIND_FORMATS = {"int64": "#,0", "dateTime": "yyyy-mm-dd"}
# Power Query's names of the kinds.
TYPES = {
    "string": "type text",
    "int64": "Int64.Type",
    "double": "type number",
    "boolean": "type logical",
    "dateTime": "type date",
}
# The dimension's own column is the one to pick by.
FOREIGN_KEYS = {(link.many, link.many_column) for link in RELATIONSHIPS}
# Names that are told apart by what they name stay the same from export to export.
NAMESPACE = uuid.UUID("5f3c3c1e-6a0b-4d7a-9a53-74726e646764")


def write_model(folder: Path, data_folder: str) -> None:
    """Write the files of ``definition/`` into `folder`.

    Parameters
    ----------
    data_folder : str
        Where the Parquet files are, with a slash at its end; a parameter of the model,
        to be changed when they are moved.
    """
    tables = folder / "tables"
    tables.mkdir(parents=True)
    _write(folder / "database.tmdl", _database())
    _write(folder / "model.tmdl", _model())
    _write(folder / "expressions.tmdl", _expressions(data_folder))
    _write(folder / "relationships.tmdl", _relationships())
    _write(tables / f"{MEASURE_TABLE}.tmdl", _measure_table(MEASURES))
    for table in STAR:
        _write(tables / f"{table.name}.tmdl", _table(table))


def quoted(name: str) -> str:
    """Return a name as TMDL has it.

    >>> quoted("Return rate"), quoted("sales_day")
    ("'Return rate'", 'sales_day')
    """
    plain = name.replace("_", "").isalnum()
    return name if plain else "'" + name.replace("'", "''") + "'"


def _database() -> Iterable[str]:
    yield "database"
    yield f"\tcompatibilityLevel: {COMPATIBILITY_LEVEL}"


def _model() -> Iterable[str]:
    yield "model Model"
    yield "\tculture: en-US"
    yield "\tdefaultPowerBIDataSourceVersion: powerBI_V3"
    yield "\tdiscourageImplicitMeasures"
    yield ""
    for name in (MEASURE_TABLE, *(table.name for table in STAR)):
        yield f"ref table {quoted(name)}"


def _expressions(data_folder: str) -> Iterable[str]:
    yield "/// Where the Parquet files are."
    meta = 'meta [IsParameterQuery=true, Type="Text", IsParameterQueryRequired=true]'
    path = data_folder.replace('"', '""')
    yield f'expression {FOLDER} = "{path}" {meta}'


def _relationships() -> Iterable[str]:
    for link in RELATIONSHIPS:
        yield f"relationship {_id(link.many, link.many_column)}"
        if link.filters_back:
            yield "\tcrossFilteringBehavior: bothDirections"
        yield f"\tfromColumn: {quoted(link.many)}.{quoted(link.many_column)}"
        yield f"\ttoColumn: {quoted(link.one)}.{quoted(link.one_column)}"
        yield ""


def _measure_table(measures: Iterable[Measure]) -> Iterable[str]:
    yield "/// Every figure, as the dashboard has it."
    yield f"table {quoted(MEASURE_TABLE)}"
    for measure in measures:
        yield ""
        yield f"\t/// {measure.words}"
        yield f"\tmeasure {quoted(measure.title)} = {measure.formula.dax()}"
        yield f"\t\tformatString: {FORMATS[measure.unit]}"
        yield f"\t\tlineageTag: {_id('measure', measure.name)}"
    yield ""
    # A table has to have a column; this one is hidden.
    yield "\tcolumn nothing"
    yield "\t\tdataType: string"
    yield "\t\tisHidden"
    yield "\t\tsummarizeBy: none"
    yield "\t\tsourceColumn: nothing"
    yield ""
    yield f"\tpartition {quoted(MEASURE_TABLE)} = m"
    yield "\t\tmode: import"
    yield "\t\tsource = #table(type table [nothing = text], {})"


def _table(table: StarTable) -> Iterable[str]:
    yield f"/// {table.words}"
    yield f"table {quoted(table.name)}"
    if table is DATE:
        yield "\tdataCategory: Time"
    for column in table.columns:
        yield ""
        yield from _column(table, column)
    yield ""
    yield from _partition(table)


def _column(table: StarTable, column: Column) -> Iterable[str]:
    yield f"\t/// {column.words}"
    yield f"\tcolumn {quoted(column.name)}"
    yield f"\t\tdataType: {column.kind}"
    if column.name == table.key:
        yield "\t\tisKey"
    elif (table.name, column.name) in FOREIGN_KEYS:
        yield "\t\tisHidden"
    if column.kind in KIND_FORMATS:
        yield f"\t\tformatString: {KIND_FORMATS[column.kind]}"
    yield f"\t\tlineageTag: {_id(table.name, column.name)}"
    yield "\t\tsummarizeBy: none"
    yield f"\t\tsourceColumn: {column.name}"


def _partition(table: StarTable) -> Iterable[str]:
    types = ", ".join(f'{{"{c.name}", {TYPES[c.kind]}}}' for c in table.columns)
    file = f'File.Contents({FOLDER} & "{table.name}.parquet")'
    yield f"\tpartition {quoted(table.name)} = m"
    yield "\t\tmode: import"
    yield "\t\tsource ="
    yield "\t\t\tlet"
    yield f"\t\t\t\tSource = Parquet.Document({file}),"
    yield f"\t\t\t\tTyped = Table.TransformColumnTypes(Source, {{{types}}})"
    yield "\t\t\tin"
    yield "\t\t\t\tTyped"


def _id(*names: str) -> uuid.UUID:
    return uuid.uuid5(NAMESPACE, "/".join(names))


def _write(file: Path, lines: Iterable[str]) -> None:
    file.write_text("\n".join(lines).rstrip("\n") + "\n", encoding="utf-8")
