"""k-anonymity: what is exported tells of nobody who is one of only a few."""

from collections.abc import Sequence

import pyarrow as pa
import pyarrow.compute as pc

SMALLEST_GROUP = 10
# What a stranger could know of a person. What gives way first stands last.
QUASI_IDENTIFIERS = ("age_band", "income_decile")


def small_groups(
    rows: pa.Table,
    people: pa.ChunkedArray,
    smallest: int = SMALLEST_GROUP,
    columns: Sequence[str] = QUASI_IDENTIFIERS,
) -> dict[tuple[object, ...], int]:
    """Return the combinations of quasi-identifiers that fewer people share.

    Parameters
    ----------
    rows : pyarrow.Table (n_rows,)
        What is to be exported.
    people : pyarrow.ChunkedArray (n_rows,)
        Whose row each is; not exported itself.
    smallest : int
        As many people at least have to share a combination.

    Returns
    -------
    dict
        Values of the columns that are there -> people who have them.

    References
    ----------
    Sweeney, Int. J. Uncertain. Fuzziness Knowl.-Based Syst. 10(5), 2002.
    """
    counts = _group_counts(rows, people, columns)
    return {values: n for values, n in counts.items() if n < smallest}


def suppress_small_groups(
    rows: pa.Table,
    people: pa.ChunkedArray,
    smallest: int = SMALLEST_GROUP,
    columns: Sequence[str] = QUASI_IDENTIFIERS,
) -> tuple[pa.Table, int]:
    """Empty quasi-identifiers until every combination is shared by enough people.

    First the last column of rows in small groups, then the one before it, and so on;
    where too few are left with none at all, the smallest other groups join them.

    Returns
    -------
    tuple of pyarrow.Table and int
        The rows, in their order, and how many of them were changed.

    Examples
    --------
    >>> ages = pa.table({"age_band": ["20-24"] * 3 + ["80+"]})
    >>> people = pa.chunked_array([list("abcd")])
    >>> found, changed = suppress_small_groups(ages, people, 2)
    >>> found["age_band"].to_pylist(), changed
    ([None, None, None, None], 4)
    """
    there = [name for name in columns if name in rows.column_names]
    before = rows
    # Numbers in the place of long names: they are counted in a third of the time.
    if not pa.types.is_integer(people.type):
        people = people.combine_chunks().dictionary_encode().indices
    for first in range(len(there) - 1, -1, -1):
        small = small_groups(rows, people, smallest, there)
        if not small:
            return rows, _changed(before, rows, there)
        rows = _emptied(rows, there, there[first:], list(small))
    nothing = (None,) * len(there)
    while True:
        counts = _group_counts(rows, people, there)
        others = {values: n for values, n in counts.items() if values != nothing}
        if counts.get(nothing, smallest) >= smallest or not others:
            break
        rows = _emptied(rows, there, there, [min(others, key=others.__getitem__)])
    return rows, _changed(before, rows, there)


def _group_counts(
    rows: pa.Table, people: pa.ChunkedArray, columns: Sequence[str]
) -> dict[tuple[object, ...], int]:
    there = [name for name in columns if name in rows.column_names]
    told = rows.select(there).append_column("person", people)
    counted = told.group_by(there).aggregate([("person", "count_distinct")]).to_pylist()
    return {
        tuple(row[name] for name in there): row["person_count_distinct"]
        for row in counted
    }


def _emptied(
    rows: pa.Table,
    columns: Sequence[str],
    given_up: Sequence[str],
    groups: Sequence[tuple[object, ...]],
) -> pa.Table:
    mask = pc.is_in(_code(rows, columns), pa.array(map(_joined, groups), pa.string()))
    for name in given_up:
        number, kind = rows.column_names.index(name), rows.schema.field(name).type
        value = pc.if_else(mask, pa.scalar(None, kind), rows[name])
        rows = rows.set_column(number, rows.schema.field(name), value)
    return rows


def _code(rows: pa.Table, columns: Sequence[str]) -> pa.ChunkedArray:
    texts = [pc.fill_null(pc.cast(rows[name], pa.string()), "") for name in columns]
    return pc.binary_join_element_wise(*texts, "|")


def _joined(values: Sequence[object]) -> str:
    return "|".join("" if value is None else str(value) for value in values)


def _changed(before: pa.Table, after: pa.Table, columns: Sequence[str]) -> int:
    if after is before:
        return 0
    differs = pc.not_equal(_code(before, columns), _code(after, columns))
    return int(pc.sum(differs).as_py() or 0)
