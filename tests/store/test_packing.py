"""A bucket's bytes: every reader gets the JSON back, every bucket is as long."""

import gzip
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.packing import as_gzip, as_json, bucket_json, pack

BUCKETS = st.lists(st.binary(min_size=1, max_size=3_000), min_size=1, max_size=8)


@given(BUCKETS)
def test_all_are_as_long_and_nothing_is_lost(texts):
    packed = [pack(text) for text in texts]
    largest = max(len(each.body) for each in packed)
    sent = [as_gzip(each.body, largest) for each in packed]
    assert len({len(each) for each in sent}) == 1
    assert [gzip.decompress(each) for each in sent] == texts
    assert [zlib.decompress(each, wbits=31) for each in sent] == texts


@given(BUCKETS)
def test_plain_ones_are_as_long_and_end_in_blanks(texts):
    packed = [pack(text) for text in texts]
    largest = max(each.json_bytes for each in packed)
    sent = [as_json(each.body, largest) for each in packed]
    assert {len(each) for each in sent} == {largest}
    for text, each in zip(texts, sent, strict=True):
        assert each.startswith(text)
        assert not each[len(text) :].strip(b" ")


@given(st.binary(min_size=1, max_size=3_000), st.integers(1, 500))
def test_a_longer_one_is_filled_up_to_the_next_multiple(text, largest):
    body = pack(text).body
    least = len(as_gzip(b"\0" * largest, largest)) - largest
    assert (len(as_gzip(body, largest)) - least) % largest == 0
    assert gzip.decompress(as_gzip(body, largest)) == text
    assert len(as_json(body, largest)) % largest == 0


def test_a_flipped_bit_is_found():
    sent = bytearray(as_gzip(pack(bucket_json(['{"risk":1}'])).body, 100))
    sent[-6] ^= 1
    with pytest.raises(gzip.BadGzipFile, match="CRC"):
        gzip.decompress(sent)


def test_the_name_is_of_the_content():
    assert pack(b"[]").etag == pack(b"[]").etag != pack(b"[1]").etag
