import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from store.people.anonymity import small_groups, suppress_small_groups

BANDS = st.sampled_from(["20-24", "25-29", "80+", None])
DECILES = st.sampled_from([1, 2, 10, None])
ROWS = st.lists(st.tuples(BANDS, DECILES, st.sampled_from("abcdefgh")), max_size=60)


def table(rows) -> tuple[pa.Table, pa.ChunkedArray]:
    bands, deciles, people = zip(*rows, strict=True) if rows else ((), (), ())
    columns = {
        "age_band": pa.array(bands, pa.string()),
        "income_decile": pa.array(deciles, pa.int64()),
        "price": pa.array(range(len(rows)), pa.int64()),
    }
    return pa.table(columns), pa.chunked_array([pa.array(people, pa.string())])


@given(ROWS, st.integers(2, 5))
def test_every_group_is_of_enough_people_and_nothing_is_made_up(rows, smallest):
    given_rows, people = table(rows)
    found, changed = suppress_small_groups(given_rows, people, smallest)
    if people.length() and len(set(people.to_pylist())) >= smallest:
        assert small_groups(found, people, smallest) == {}
    else:
        assert set(found["age_band"].to_pylist()) <= {None}
        assert set(found["income_decile"].to_pylist()) <= {None}
    assert found["price"].to_pylist() == given_rows["price"].to_pylist()
    assert found.schema == given_rows.schema
    differing = 0
    for before, after in zip(given_rows.to_pylist(), found.to_pylist(), strict=True):
        differing += before != after
        for name, value in after.items():
            assert value in {before[name], None}
    assert changed == differing


def test_people_are_counted_not_rows():
    many = [("20-24", 1, "a")] * 50
    rows, people = table(many)
    assert small_groups(rows, people, 10) == {("20-24", 1): 1}


def test_what_is_enough_is_left_alone_and_income_gives_way_first():
    rows, people = table(
        [("20-24", 1, str(n)) for n in range(10)]
        + [("25-29", n % 2, str(n)) for n in range(10, 22)]
    )
    found, changed = suppress_small_groups(rows, people)
    assert found["age_band"].to_pylist() == rows["age_band"].to_pylist()
    assert found["income_decile"].to_pylist() == [1] * 10 + [None] * 12
    assert changed == 12


def test_a_table_without_such_columns_is_what_it_was():
    rows = pa.table({"price": [1, 2]})
    assert suppress_small_groups(rows, pa.chunked_array([["a", "b"]])) == (rows, 0)
