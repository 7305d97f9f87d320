import hashlib
import json

import numpy as np
import pytest

from ml.model import RegretModel
from ml.model_file import FORMAT
from store.errors import CorruptModelError, ModelFormatError
from tests.ml.small import order_rows, outcomes, small_model


@pytest.fixture(scope="module")
def rows():
    return order_rows(800, purpose="shopper")


@pytest.fixture(scope="module")
def model(rows):
    return small_model(rows, outcomes(rows))


@pytest.fixture
def saved(model, tmp_path):
    file = tmp_path / "models" / "m.json"
    return file, model.save(file)


def rewrite(file, **changed) -> str:
    """Change parts of a model's file as somebody with the registry could."""
    content = json.loads(file.read_bytes()) | changed
    data = json.dumps(content).encode()
    file.write_bytes(data)
    return hashlib.sha256(data).hexdigest()


def test_what_is_saved_is_what_is_loaded(model, rows, saved):
    loaded = RegretModel.load(*saved)
    one, same = model.predict(rows), loaded.predict(rows)
    for name in ("risk", "low", "high", "unusual"):
        np.testing.assert_array_equal(getattr(one, name), getattr(same, name))
    for group, effects in one.effects.items():
        np.testing.assert_allclose(effects, same.effects[group], atol=1e-12)
    assert loaded.reference == model.reference
    assert loaded.encoder == model.encoder


def test_one_changed_byte_anywhere_is_noticed(saved):
    file, sha256 = saved
    before = file.read_bytes()
    rng = np.random.default_rng(4)
    places = [0, len(before) - 1, *rng.integers(0, len(before), 60)]
    for place in places:
        changed = bytearray(before)
        changed[place] ^= 1 << rng.integers(8)
        file.write_bytes(bytes(changed))
        with pytest.raises(CorruptModelError, match="not the registered one"):
            RegretModel.load(file, sha256)
    file.write_bytes(before)
    RegretModel.load(file, sha256)


def test_a_longer_a_shorter_and_no_file_are_noticed(saved):
    file, sha256 = saved
    before = file.read_bytes()
    for data in (before + b"\n", before[:-1], b""):
        file.write_bytes(data)
        with pytest.raises(CorruptModelError, match="trendguard train"):
            RegretModel.load(file, sha256)
    file.unlink()
    with pytest.raises(CorruptModelError, match=r"can't be read .*trendguard train"):
        RegretModel.load(file, sha256)


@pytest.mark.parametrize("found", [1, FORMAT - 1, FORMAT + 1, None, "2"])
def test_another_version_s_file_is_said_to_be_so(saved, found):
    file, _ = saved
    with pytest.raises(ModelFormatError, match=f"format {found}.*trendguard train"):
        RegretModel.load(file, rewrite(file, format=found))


def test_the_first_version_s_file_had_no_number(saved):
    file, _ = saved
    content = json.loads(file.read_bytes())
    del content["format"]
    file.write_text(json.dumps(content))
    sha256 = hashlib.sha256(file.read_bytes()).hexdigest()
    with pytest.raises(ModelFormatError, match="format 1"):
        RegretModel.load(file, sha256)


def test_a_file_of_other_features_is_refused(saved):
    file, _ = saved
    content = json.loads(file.read_bytes())
    booster = content["booster"].replace("price_to_list", "price_to_something")
    with pytest.raises(ModelFormatError, match="price_to_list, price_to_something"):
        RegretModel.load(file, rewrite(file, booster=booster))
    reference = content["reference"]
    del reference["features"]["brand"]
    changed = rewrite(file, booster=content["booster"], reference=reference)
    with pytest.raises(ModelFormatError, match=r"\(brand\)"):
        RegretModel.load(file, changed)


def test_features_in_another_order_are_refused(saved):
    file, _ = saved
    content = json.loads(file.read_bytes())
    names = list(content["reference"]["features"])
    booster = content["booster"].replace(
        " ".join(names), " ".join([names[1], names[0], *names[2:]])
    )
    assert booster != content["booster"]
    with pytest.raises(ModelFormatError, match="their order"):
        RegretModel.load(file, rewrite(file, booster=booster))


def test_an_unknown_purpose_is_refused(saved):
    file, _ = saved
    encoder = {"purpose": "resale", "categories": {}}
    with pytest.raises(CorruptModelError, match="purpose is 'resale'"):
        RegretModel.load(file, rewrite(file, encoder=encoder))


@pytest.mark.parametrize(
    "changed",
    [
        {"booster": "tree\n"},
        {"booster": ""},
        {"booster": None},
        {"encoder": {}},
        {"encoder": None},
        {"calibration": {"score": [0]}},
        {"calibration": {n: ["x"] for n in ("score", "probability", "low", "high")}},
        {"reference": {}},
        {"reference": {"features": {}, "score": {}}},
    ],
    ids=lambda changed: next(iter(changed)),
)
def test_a_part_that_can_not_be_read_is_refused(saved, changed):
    file, _ = saved
    with pytest.raises(CorruptModelError, match="trendguard train"):
        RegretModel.load(file, rewrite(file, **changed))


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b"null", b'{"format": 2', b"\xff"])
def test_a_truncated_document_of_the_right_hash_is_refused(tmp_path, data):
    file = tmp_path / "m.json"
    file.write_bytes(data)
    with pytest.raises(CorruptModelError, match="can't be used"):
        RegretModel.load(file, hashlib.sha256(data).hexdigest())


def test_a_booster_cut_off_anywhere_is_refused_or_the_same(model, rows, saved):
    file, _ = saved
    booster = json.loads(file.read_bytes())["booster"]
    expected = model.risks(rows)
    for end in np.linspace(0, len(booster) - 1, 12, dtype=int):
        try:
            cut = RegretModel.load(file, rewrite(file, booster=booster[:end]))
        except CorruptModelError:
            continue
        np.testing.assert_array_equal(cut.risks(rows), expected)


def test_it_is_plain_data(saved):
    content = json.loads(saved[0].read_text())
    assert set(content) == {
        "format",
        "booster",
        "encoder",
        "calibration",
        "reference",
    }
    assert content["booster"].startswith("tree\n")
