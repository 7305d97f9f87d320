"""Words that name a person: a pseudonym or an id in the midst of a text."""

import json
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from sqlalchemy import JSON, Column, Text, cast, or_, select, update
from sqlmodel import Session

from store.bulk import sql_table
from store.people.columns import MENTIONS
from store.tables import Table

# A shorter id, such as 17, can't be told from any other number in a text.
SHORTEST_SOUGHT = 6
IN_PLACE_OF_A_NAME = "forgotten"
WORDS_A_QUERY = 200


@dataclass(frozen=True)
class Names:
    """What a person is called in texts: pseudonym, customer id, order ids."""

    words: tuple[str, ...]

    @classmethod
    def of(cls, *names: str) -> "Names":
        """Return the names that are long enough to be told from other words."""
        return cls(tuple(name for name in names if len(name) >= SHORTEST_SOUGHT))

    @cached_property
    def anywhere(self) -> re.Pattern[bytes]:
        """Finds any of them between other signs than letters and digits: of a line of
        a log one too many is lost rather than one too few.
        """
        return re.compile(rb"(?<![0-9A-Za-z])" + self._any + rb"(?![0-9A-Za-z])")

    @cached_property
    def exactly(self) -> re.Pattern[bytes]:
        """Finds any of them that is not part of a longer id: ``shop-7`` is not in
        ``shop-7-12``, whose row is another person's.
        """
        before = rb"(?<![0-9A-Za-z_-])(?<![0-9A-Za-z][.])"
        return re.compile(before + self._any + rb"(?![0-9A-Za-z_-]|[.@][0-9A-Za-z])")

    @cached_property
    def _any(self) -> bytes:
        spelt = {w.encode() for w in self.words} | {
            json.dumps(w)[1:-1].encode() for w in self.words
        }
        longest_first = sorted(spelt, key=len, reverse=True)
        return b"(?:" + b"|".join(map(re.escape, longest_first)) + b")"

    def stand_in(self, text: str) -> bool:
        """Tell whether a text names the person."""
        return bool(self.exactly.search(text.encode()))

    def blotted(self, text: str, instead: str = IN_PLACE_OF_A_NAME) -> str:
        """Return a text without the names."""
        return self.exactly.sub(instead.encode(), text.encode()).decode()


def mentions(session: Session, names: Names) -> dict[type[Table], list[dict[str, Any]]]:
    """Return the rows, by table, whose words name a person."""
    return {
        table: rows
        for table, columns in MENTIONS.items()
        if (rows := _found(session, table, columns, names))
    }


def blot_out(session: Session, names: Names) -> dict[str, int]:
    """Take a person's names out of all words; return how many rows named one."""
    counts = {}
    for table, rows in mentions(session, names).items():
        target = sql_table(table)
        keys = table.key_names()
        for row in rows:
            same = [target.c[key] == row[key] for key in keys]
            values = {n: _without(target.c[n], row[n], names) for n in MENTIONS[table]}
            session.execute(update(target).where(*same).values(values))
        counts[table.table_name()] = len(rows)
    return counts


def _found(
    session: Session, table: type[Table], columns: Sequence[str], names: Names
) -> list[dict[str, Any]]:
    target, rows = sql_table(table), {}
    for start in range(0, len(names.words), WORDS_A_QUERY):
        words = names.words[start : start + WORDS_A_QUERY]
        likely = [
            _as_text(target.c[name]).contains(spelt, autoescape=True)
            for name in columns
            for word in words
            for spelt in {word, json.dumps(word)[1:-1]}
        ]
        for row in session.execute(select(target).where(or_(*likely))).mappings():
            if any(names.stand_in(_text(row[name])) for name in columns):
                rows[tuple(row[key] for key in table.key_names())] = dict(row)
    return list(rows.values())


def _as_text(column: Column[Any]) -> Any:
    return cast(column, Text) if isinstance(column.type, JSON) else column


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, default=str)


def _without(column: Column[Any], value: Any, names: Names) -> Any:
    if column.primary_key or column.unique:  # of two people, two different words
        instead = f"{IN_PLACE_OF_A_NAME}-{secrets.token_hex(4)}"
        return names.blotted(value, instead)
    if isinstance(value, str):
        return names.blotted(value)
    return json.loads(names.blotted(_text(value)))
