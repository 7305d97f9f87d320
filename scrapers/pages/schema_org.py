"""Structured data of a page, in four syntaxes, as plain things of schema.org."""

from collections.abc import Iterable, Iterator
from html import unescape
from typing import Any

Thing = dict[str, Any]
VOCABULARIES = ("https://schema.org/", "http://schema.org/")
# Where the thing that a page is about stands inside another one.
AROUND = ("@graph", "mainEntity", "mainEntityOfPage")


def things_of(html: str, url: str) -> list[Thing]:
    """Return the things that a page describes: JSON-LD, then microdata, then RDFa.

    A thing that is only named by its ``@id`` is filled in, one step deep.
    """
    syntaxes = ["json-ld", "microdata"]
    # RDFa takes as long as all the others: only where there is any.
    if " typeof=" in html:
        syntaxes.append("rdfa")
    found = _extracted(html, url, syntaxes, uniform=True)
    named = [*found.get("json-ld", []), *found.get("microdata", [])]
    top = [thing for part in named for thing in _unwrapped(part)]
    top += [_plain(node) for node in found.get("rdfa", [])]
    by_id = {str(thing["@id"]): thing for thing in top if "@id" in thing}
    return [_filled(thing, by_id) for thing in top]


def open_graph_of(html: str, url: str) -> dict[str, str]:
    """Return a page's Open Graph properties, such as ``og:title``; each one's first."""
    found = _extracted(html, url, ["opengraph"], uniform=False)
    facts: dict[str, str] = {}
    for graph in found.get("opengraph", []):
        for name, value in graph["properties"]:
            if value and value.strip():
                facts.setdefault(name, value.strip())
    return facts


def types_of(thing: Thing) -> set[str]:
    """Return the names of a thing's types.

    >>> sorted(types_of({"@type": ["http://schema.org/Product", "Thing"]}))
    ['Product', 'Thing']
    """
    return {str(name).rsplit("/", 1)[-1] for name in each(thing.get("@type"))}


def each(value: Any) -> list[Any]:
    """Return one value or several as a list; nothing is none."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def parts(thing: Thing, *names: str) -> list[Thing]:
    """Return the things that stand under the first of these names that has any."""
    for name in names:
        found = [part for part in each(thing.get(name)) if isinstance(part, dict)]
        if found:
            return found
    return []


def text_of(thing: Thing, *names: str) -> str | None:
    """Return the text under the first of these names that has one; a thing's is its
    name.

    >>> text_of({"brand": {"@type": "Brand", "name": " Acme "}}, "brand")
    'Acme'
    """
    for name in names:
        for value in each(thing.get(name)):
            found = value.get("name") if isinstance(value, dict) else value
            if isinstance(found, list):
                found = next(iter(found), None)
            if isinstance(found, str | int | float) and str(found).strip():
                # Some shops escape it once more than JSON wants.
                return " ".join(unescape(str(found)).split())
    return None


def _extracted(
    html: str, url: str, syntaxes: list[str], *, uniform: bool
) -> dict[str, list[Any]]:
    # Extruct takes a quarter of a second to import: only product pages pay.
    import extruct  # noqa: PLC0415

    found: dict[str, list[Any]] = extruct.extract(
        html, base_url=url, syntaxes=syntaxes, errors="ignore", uniform=uniform
    )
    return found


def _unwrapped(part: Any) -> Iterator[Thing]:
    if isinstance(part, list):
        for one in part:
            yield from _unwrapped(one)
    elif isinstance(part, dict):
        yield part
        for name in AROUND:
            for inner in each(part.get(name)):
                yield from _unwrapped(inner)


def _plain(node: Thing) -> Thing:
    """Return a node of RDFa's expanded form with short names and bare values."""
    thing: Thing = {}
    for name, values in node.items():
        if name in {"@id", "@type"}:
            thing[name] = values
            continue
        bare = [v.get("@value", v) if isinstance(v, dict) else v for v in each(values)]
        thing[_short(name)] = bare[0] if len(bare) == 1 else bare
    return thing


def _short(name: str) -> str:
    for vocabulary in VOCABULARIES:
        name = name.removeprefix(vocabulary)
    return name


def _filled(thing: Thing, by_id: dict[str, Thing]) -> Thing:
    return {
        name: [_named(part, by_id) for part in value]
        if isinstance(value, list)
        else _named(value, by_id)
        for name, value in thing.items()
    }


def _named(value: Any, by_id: dict[str, Thing]) -> Any:
    if isinstance(value, dict) and set(value) == {"@id"}:
        return by_id.get(str(value["@id"]), value)
    return value


def of_types(things: Iterable[Thing], names: set[str]) -> list[Thing]:
    """Return the things that are of one of these types."""
    return [thing for thing in things if types_of(thing) & names]
