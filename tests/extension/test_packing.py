"""The stores' packages: the same bytes each time, nothing but the extension's files."""

import json
import os
import shutil
from zipfile import ZipFile

import pytest

from scripts.pack_extension import pack
from tests.extension.conftest import EXTENSION

BROWSERS = ("chrome", "firefox")


@pytest.fixture
def copy(tmp_path):
    """The folder as another checkout has it: other times, an editor's leftovers."""
    folder = tmp_path / "copy"
    shutil.copytree(EXTENSION, folder)
    for path in folder.rglob("*"):
        os.utime(path, (1e9, 1e9))
    (folder / ".DS_Store").write_text("x")
    (folder / "content" / "page.js~").write_text("x")
    (folder / ".idea").mkdir()
    (folder / ".idea" / "workspace.json").write_text("{}")
    return folder


@pytest.mark.parametrize("browser", BROWSERS)
def test_the_same_folder_gives_the_same_bytes(browser, copy, tmp_path):
    here = pack(browser, tmp_path / "a")
    there = pack(browser, tmp_path / "b", copy)
    assert here.read_bytes() == there.read_bytes()
    assert here.name == f"trendguard-{browser}.zip"


@pytest.mark.parametrize("browser", BROWSERS)
def test_files_are_those_of_the_folder_and_sorted(browser, tmp_path):
    with ZipFile(pack(browser, tmp_path)) as archive:
        names = archive.namelist()
        assert names == sorted(names)
        assert set(names) == {
            path.relative_to(EXTENSION).as_posix()
            for path in EXTENSION.rglob("*")
            if path.is_file() and path.suffix != ".ts"
        }
        for name in set(names) - {"manifest.json"}:
            assert archive.read(name) == (EXTENSION / name).read_bytes()


def test_each_manifest_holds_what_its_browser_reads(tmp_path):
    manifests = {}
    for browser in BROWSERS:
        with ZipFile(pack(browser, tmp_path)) as archive:
            manifests[browser] = json.loads(archive.read("manifest.json"))
    chrome, firefox = manifests["chrome"], manifests["firefox"]
    assert set(chrome["background"]) == {"service_worker", "type"}
    assert set(firefox["background"]) == {"scripts", "type"}
    assert "minimum_chrome_version" in chrome
    assert "browser_specific_settings" not in chrome
    gecko = firefox["browser_specific_settings"]
    assert gecko["gecko"]["data_collection_permissions"]["required"] == ["none"]
    assert set(gecko) == {"gecko", "gecko_android"}
    shared = set(chrome) & set(firefox) - {"background"}
    assert {key: chrome[key] for key in shared} == {key: firefox[key] for key in shared}
