"""Writes the documents that repeat what the code says: the data dictionary, and the
tables of settings and commands in the README. With ``--check`` it only compares.
"""

import inspect
import json
import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import typer.main
from sqlalchemy import Column
from sqlalchemy.types import TypeDecorator

import cli
from ml.daily.hashtag_day import stages_of
from store.bulk import sql_table
from store.settings import Settings
from store.tables import ALL, HashtagDay, Table

ROOT = Path(__file__).parents[1]
README = Path("README.md")
DICTIONARY = Path("docs/data-dictionary.md")
TYPES = {
    "BIGINT": "whole number",
    "BLOB": "bytes",
    "BOOLEAN": "yes or no",
    "DATE": "day",
    "DATETIME": "time, UTC",
    "FLOAT": "number",
    "INTEGER": "whole number",
    "JSON": "JSON",
    "TEXT": "text",
    "VARCHAR": "text",
}
STAGE = re.compile(r"(Rising|Peak|Decline|Death): (.*?)\.(?= |$)")


def main() -> None:
    """Write what is out of date; with ``--check`` name it and exit with 1."""
    check = "--check" in sys.argv[1:]
    stale = [name for name, text in documents() if _current(name) != text]
    if check and stale:
        names = " and ".join(map(str, stale))
        sys.exit(f"out of date: {names}; run `make docs`")
    for name, text in documents():
        if name in stale:
            (ROOT / name).write_text(text, encoding="utf-8")


def documents() -> Iterator[tuple[Path, str]]:
    """Yield each document's path in the project and the text it has to have."""
    yield DICTIONARY, data_dictionary()
    text = filled(_current(README), "settings", settings_table())
    yield README, filled(text, "commands", commands_table())


def filled(text: str, name: str, content: str) -> str:
    r"""Return `text` with `content` between the markers of a name.

    >>> filled("a <!-- x -->old<!-- /x --> b", "x", "new")
    'a <!-- x -->\nnew\n<!-- /x --> b'
    """
    start, end = f"<!-- {name} -->", f"<!-- /{name} -->"
    if text.count(start) != 1 or text.count(end) != 1:
        sys.exit(f"{README} needs the markers {start} and {end}, once each")
    before, rest = text.split(start)
    _, after = rest.split(end)
    return f"{before}{start}\n{content}\n{end}{after}"


def data_dictionary() -> str:
    """Return the data dictionary: the stages, then a section a table."""
    head = (
        "# Data dictionary\n\n"
        "Written by `make docs` from the classes in `store/tables`; change it there.\n"
        "Times are UTC. Amounts are whole minor units of the currency beside them. A\n"
        "rate or a share is 0-1. Where a column may be empty, its type says so."
    )
    return "\n\n".join([head, _stages(), *map(table_section, ALL)]) + "\n"


def table_section(table: type[Table]) -> str:
    """Return the section of one table: its docstring and a row a column."""
    columns = sql_table(table).columns
    rows = [
        (f"`{name}`", _type(columns[name]), _key(columns[name]), _words(field))
        for name, field in table.model_fields.items()
    ]
    told = _one_line(table.__doc__ or "")
    grid = _grid(("column", "type", "key", "meaning"), rows)
    return f"## `{table.table_name()}`\n\n{told}\n\n{grid}"


def settings_table() -> str:
    """Return the table of settings: variable, default, meaning."""
    rows = [
        (f"`TRENDGUARD_{name.upper()}`", _default(field.default), _words(field))
        for name, field in Settings.model_fields.items()
    ]
    return _grid(("variable", "default", "meaning"), rows)


def commands_table() -> str:
    """Return the table of commands: how each is called and what it does."""
    group = typer.main.get_command(cli.app)
    rows = [(f"`{usage}`", told) for usage, told in _commands(group, "")]
    return _grid(("command", "does"), rows)


def _commands(group: Any, before: str) -> Iterator[tuple[str, str]]:
    for name, command in group.commands.items():
        path = f"{before}{name}"
        if hasattr(command, "commands"):
            yield from _commands(command, f"{path} ")
            continue
        words = [_usage(p) for p in command.params if p.name != "help"]
        yield " ".join([path, *words]), _one_line(command.help or "")


def _usage(param: Any) -> str:
    value = param.metavar or param.name.upper()
    if param.param_type_name == "argument":
        return value if param.required else f"[{value.strip('[].')}…]"
    flag = " | ".join([*param.opts, *param.secondary_opts])
    word = flag if param.is_flag else f"{flag} {value}"
    if param.required:
        return word
    return f"[{word}]…" if param.multiple else f"[{word}]"


def _stages() -> str:
    told = STAGE.findall(_one_line(HashtagDay.model_fields["stage"].description or ""))
    if len(told) != 4:
        sys.exit("hashtag_day.stage no longer tells the four stages")
    listed = "\n".join(f"- **{name}**: {words}." for name, words in told)
    return (
        "## Lifecycle stages\n\n"
        "Where a hashtag stands at the end of a day, judged by what was known then;\n"
        f"the peak is the highest of its wave so far.\n\n{listed}\n\n"
        "As computed:\n\n"
        f"```python\n{inspect.getsource(stages_of)}```\n\n"
        f"`level`: {_meaning('level')} `velocity_rate`: {_meaning('velocity_rate')}"
    )


def _meaning(column: str) -> str:
    return _words(HashtagDay.model_fields[column])


def _type(column: Column[Any]) -> str:
    kind: Any = column.type
    if isinstance(kind, TypeDecorator):
        kind = kind.impl_instance
    return TYPES[str(kind)] + (" or empty" if column.nullable else "")


def _key(column: Column[Any]) -> str:
    words = ["primary"] if column.primary_key else []
    words += [f"→ `{key.target_fullname}`" for key in column.foreign_keys]
    words += ["unique"] if column.unique else []
    words += ["index"] if column.index else []
    return ", ".join(words)


def _default(value: Any) -> str:
    if value in (None, "", ()) or not str(value):
        return "none"
    if isinstance(value, tuple):
        return f"`{json.dumps(value)}`"
    return f"`{value}`"


def _words(field: Any) -> str:
    words = _one_line(field.description or "")
    if not words:
        sys.exit(f"a column or setting has no docstring: {field!r}")
    return words


def _one_line(text: str) -> str:
    return " ".join(text.replace("``", "`").split())


def _grid(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join(
        "| " + " | ".join(cell.replace("|", r"\|") for cell in line) + " |"
        for line in lines
    )


def _current(name: Path) -> str:
    file = ROOT / name
    return file.read_text(encoding="utf-8") if file.exists() else ""


if __name__ == "__main__":
    main()
