"""Files of rules: a shop's own over what comes along."""

import pytest
from pydantic import TypeAdapter

from store.errors import SettingsError
from store.rules import read_over

KIND = TypeAdapter(dict[str, dict[str, int]])


@pytest.fixture
def ours(tmp_path):
    file = tmp_path / "ours.toml"
    file.write_text("[a]\nx = 1\ny = 2\n[b]\nx = 3")
    return file


def test_what_a_file_does_not_say_stays(ours, tmp_path):
    theirs = tmp_path / "theirs.toml"
    theirs.write_text("[a]\ny = 20\n[c]\nz = 4")
    found = read_over(ours, theirs, KIND, "A_FILE")
    assert found == {"a": {"x": 1, "y": 20}, "b": {"x": 3}, "c": {"z": 4}}
    alone = read_over(ours, None, KIND, "A_FILE")
    assert alone == {"a": {"x": 1, "y": 2}, "b": {"x": 3}}


@pytest.mark.parametrize(
    ("written", "why"),
    [
        (b"[a]\nx = 'one'\n[b]\nx = 'three'", "a.x: .*; b.x: "),
        (b"a = 1", "a: "),
        (b"[a", "declaration"),
        (b"\xff\xfe", "utf-8"),
        (None, "No such file"),
    ],
)
def test_what_can_not_be_is_told_with_setting_and_names(ours, tmp_path, written, why):
    theirs = tmp_path / "theirs.toml"
    if written is not None:
        theirs.write_bytes(written)
    says = f"A_FILE: .*theirs.toml can't be used: .*{why}"
    with pytest.raises(SettingsError, match=says) as told:
        read_over(ours, theirs, KIND, "A_FILE")
    assert str(told.value).endswith("see ours.toml for what it may hold")
