"""The manifest grants no more than docs/permissions.md says, and is whole."""

import gzip
import json
import re
from fnmatch import fnmatchcase
from pathlib import Path
from typing import get_args

import pytest

from interventions.nudges import Kind
from tests.extension.conftest import EXTENSION

MANIFEST = json.loads((EXTENSION / "manifest.json").read_text())
DOCUMENT = (EXTENSION.parent / "docs" / "permissions.md").read_text()
MESSAGES = json.loads((EXTENSION / "_locales/en/messages.json").read_text())
SCRIPTS = MANIFEST["content_scripts"]
HERE = Path(__file__).parent
SOURCES = sorted(EXTENSION.rglob("*.js"))


@pytest.mark.parametrize(
    "permission",
    [
        *MANIFEST["permissions"],
        *MANIFEST["optional_permissions"],
        *MANIFEST["host_permissions"],
        *MANIFEST["optional_host_permissions"],
    ],
)
def test_every_permission_is_documented(permission):
    assert f"`{permission}`" in DOCUMENT


def test_hosts_are_named():
    hosts = [host for scripts in SCRIPTS for host in scripts["matches"]]
    assert len(hosts) == len(set(hosts))
    assert not [h for h in hosts if re.search(r"<all_urls>|//\*/|//\*\.?[a-z]*/", h)]


def test_every_shop_gets_the_same_scripts():
    assert len({tuple(scripts["js"]) for scripts in SCRIPTS}) == 1


@pytest.mark.parametrize(
    ("url", "is_product"),
    [
        ("https://www.amazon.com/Mug/dp/B012345678?th=1", True),
        ("https://www.amazon.de/gp/product/B012345678", True),
        ("https://www.amazon.com/gp/cart/view.html", True),
        ("https://www.ebay.com/itm/123456789012", True),
        ("https://cart.ebay.com/", True),
        ("https://www.amazon.com/s?k=mug", False),
        ("https://www.amazon.com/gp/bestsellers", False),
        ("https://www.ebay.com/sch/i.html?_nkw=mug", False),
    ],
)
def test_no_script_runs_on_lists_of_the_largest_shops(url, is_product):
    globs = next(s["include_globs"] for s in SCRIPTS if "include_globs" in s)
    assert any(fnmatchcase(url, glob) for glob in globs) is is_product


def test_pages_can_reach_nothing_of_it():
    assert "web_accessible_resources" not in MANIFEST
    assert "externally_connectable" not in MANIFEST
    assert "unsafe" not in MANIFEST["content_security_policy"]["extension_pages"]


def test_every_file_it_names_is_there():
    named = [
        MANIFEST["background"]["service_worker"],
        MANIFEST["options_ui"]["page"],
        MANIFEST["action"]["default_popup"],
        *MANIFEST["icons"].values(),
        *SCRIPTS[0]["js"],
    ]
    assert [name for name in named if not (EXTENSION / name).is_file()] == []


def test_every_text_is_written_and_used():
    html = "\n".join(path.read_text() for path in EXTENSION.glob("*/*.html"))
    code = "\n".join(path.read_text() for path in SOURCES)
    asked = set(re.findall(r'data-text="(\w+)"', html))
    asked |= set(re.findall(r"__MSG_(\w+)__", json.dumps(MANIFEST)))
    asked |= set(re.findall(r'\bsay\("(\w+)"', code))
    texts = {re.sub(r"_(one|other)$", "", name) for name in MESSAGES}
    assert asked <= texts
    used = {name for name in texts if re.search(rf'"{name}"', code)} | asked
    # Put together from a stage, or from what a risk is of and whose.
    used |= {name for name in texts if re.match("stage|badge(Risk|Return)", name)}
    assert used == texts


def test_content_scripts_stay_small():
    """Of all that is put into a page: 25 kB compressed, texts none."""
    files = SCRIPTS[0]["js"]
    code = b"".join((EXTENSION / name).read_bytes() for name in files)
    assert len(gzip.compress(code)) < 25_000


NUDGES = sorted((EXTENSION / "background/nudges").glob("*.js"))


@pytest.mark.parametrize("path", NUDGES, ids=lambda p: p.stem)
def test_every_nudge_is_wired_worded_and_tested(path):
    wording = (EXTENSION / "background/nudging.js").read_text()
    assert f'from "./nudges/{path.name}"' in wording
    if path.stem == "nudge":
        return
    kind = path.stem.replace("-", "_")
    assert re.search(rf"export (const|function) {kind}\b", path.read_text())
    assert re.search(rf"KINDS = .*\b{kind}\b", wording)
    title = re.search(rf'{kind}: "(\w+)"', wording)
    assert title
    assert title[1] in MESSAGES
    assert f".nudge.{kind}" in (HERE / f"test_{kind}.py").read_text()


def test_every_kind_of_nudge_has_its_file():
    kinds = {path.stem.replace("-", "_") for path in NUDGES} - {"nudge"}
    assert kinds == set(get_args(Kind)) - {"none"}


@pytest.mark.parametrize("path", SOURCES, ids=lambda p: p.name)
def test_no_remote_and_no_made_up_code(path):
    code = re.sub(r"/\*.*?\*/", "", path.read_text(), flags=re.DOTALL)
    assert not re.search(
        r"innerHTML|eval\(|new Function|import\(|document\.write", code
    )
