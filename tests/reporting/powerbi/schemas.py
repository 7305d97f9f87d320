"""What the published schemas of a Power BI project demand of the files there are:
required and allowed names and types, restated from github.com/microsoft/json-schemas
(fabric/pbip, fabric/item). Parts that are not written are left out, so that writing one
fails until it is looked up.
"""

from typing import Any

ROOT = "https://developer.microsoft.com/json-schemas/fabric/"
TEXT, NUMBER, FLAG = {"type": "string"}, {"type": "number"}, {"type": "boolean"}


def record(required: dict[str, Any], **optional: Any) -> dict[str, Any]:
    """Return the schema of an object with these names and no others."""
    return {
        "type": "object",
        "properties": required | optional,
        "required": list(required),
        "additionalProperties": False,
    }


def named(path: str, required: dict[str, Any], **optional: Any) -> dict[str, Any]:
    """Return that of a file which names its schema."""
    return record({"$schema": {"const": f"{ROOT}{path}"}} | required, **optional)


def many(items: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": items}


NAME = {"type": "string", "maxLength": 50}
SOURCE = record({"SourceRef": record({"Entity": TEXT})})
PROPERTY = record({"Expression": SOURCE, "Property": TEXT})
FIELD = {"oneOf": [record({"Column": PROPERTY}), record({"Measure": PROPERTY})]}
PROJECTION = record(
    {"field": FIELD, "queryRef": TEXT},
    nativeQueryRef=TEXT,
    displayName=TEXT,
    format={"type": "string", "maxLength": 255},
    active=FLAG,
    hidden=FLAG,
)
SORT = record({"direction": {"enum": ["Ascending", "Descending"]}, "field": FIELD})
QUERY = record(
    {
        "queryState": {
            "type": "object",
            "additionalProperties": record(
                {"projections": many(PROJECTION)}, showAll=FLAG
            ),
        }
    },
    sortDefinition=record({}, sort=many(SORT), isDefaultSort=FLAG),
)
LITERAL = record({"expr": record({"Literal": record({"Value": TEXT})})})
TITLE = record({"properties": record({}, show=LITERAL, text=LITERAL)})
VISUAL = record(
    {"visualType": TEXT},
    autoSelectVisualType=FLAG,
    query=QUERY,
    visualContainerObjects=record({}, title=many(TITLE)),
    drillFilterOtherVisuals=FLAG,
)
POSITION = record(
    {"height": NUMBER, "width": NUMBER, "x": NUMBER, "y": NUMBER},
    z=NUMBER,
    tabOrder=NUMBER,
    angle=NUMBER,
)
DISPLAY = {"enum": ["DeprecatedDynamic", "FitToPage", "FitToWidth", "ActualSize"]}
PBIP = "pbip/pbipProperties/1.0.0/schema.json"
PBISM = "item/semanticModel/definitionProperties/1.0.0/schema.json"
PBIR = "item/report/definitionProperties/2.0.0/schema.json"
DEFINITION = "item/report/definition/"
PAGES = f"{DEFINITION}pagesMetadata/1.0.0/schema.json"

SCHEMAS = {
    ROOT + PBIP: named(
        PBIP,
        {
            "version": TEXT,
            "artifacts": many(record({"report": record({"path": TEXT})})),
        },
        settings=record({}, enableAutoRecovery=FLAG),
    ),
    ROOT + PBISM: named(PBISM, {"version": TEXT}, settings={"type": "object"}),
    ROOT + PBIR: named(
        PBIR,
        {
            "version": TEXT,
            "datasetReference": record({"byPath": record({"path": TEXT})}),
        },
    ),
    ROOT + PAGES: named(PAGES, {}, pageOrder=many(TEXT), activePageName=TEXT),
}
for _path, _required in {
    "versionMetadata/1.0.0": {
        "version": {"type": "string", "pattern": r"^[1-9][0-9]*\.(0|[1-9][0-9]*)\.0$"}
    },
    "report/3.0.0": {"themeCollection": record({})},
    "page/2.0.0": {
        "name": NAME,
        "displayName": TEXT,
        "displayOption": DISPLAY,
        "height": NUMBER,
        "width": NUMBER,
    },
    "visualContainer/2.0.0": {"name": NAME, "position": POSITION, "visual": VISUAL},
}.items():
    _file = f"{DEFINITION}{_path}/schema.json"
    SCHEMAS[ROOT + _file] = named(_file, _required)
