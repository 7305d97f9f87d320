"""Files that are there whole or not at all."""

import pytest

from store.errors import BadFileError
from store.files import replaced


def test_a_file_is_replaced_as_a_whole(tmp_path):
    file = tmp_path / "told.txt"
    file.write_text("old")
    with replaced(file) as draft:
        draft.write_text("new")
        assert file.read_text() == "old"
    assert file.read_text() == "new"
    assert [*tmp_path.iterdir()] == [file]


def test_what_breaks_off_leaves_the_old_one(tmp_path):
    file = tmp_path / "told.txt"
    file.write_text("old")

    def break_off():
        with replaced(file) as draft:
            draft.write_text("half")
            raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        break_off()
    assert file.read_text() == "old"
    assert [*tmp_path.iterdir()] == [file]


def test_its_rights_are_those_it_was_made_with(tmp_path):
    with replaced(tmp_path / "secret.txt") as draft:
        draft.touch(mode=0o600)
    assert (tmp_path / "secret.txt").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("missing/told.txt", "No such file or directory"),
        ("file/told.txt", "Not a directory"),
        ("folder", "Is a directory"),
    ],
)
def test_where_no_file_can_be_is_said_with_its_name(tmp_path, name, why):
    (tmp_path / "file").write_text("")
    (tmp_path / "folder").mkdir()
    says = f"{name} can't be written \\({why}\\): name another place"
    with pytest.raises(BadFileError, match=says), replaced(tmp_path / name) as draft:
        draft.write_text("new")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "folder"]
