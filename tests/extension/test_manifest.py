"""The manifest grants no more than docs/permissions.md says, and is whole."""

import json
import re

import pytest

from tests.extension.conftest import EXTENSION

MANIFEST = json.loads((EXTENSION / "manifest.json").read_text())
DOCUMENT = (EXTENSION.parent / "docs" / "permissions.md").read_text()
MESSAGES = json.loads((EXTENSION / "_locales/en/messages.json").read_text())
SOURCES = sorted(EXTENSION.rglob("*.js"))


@pytest.mark.parametrize(
    "permission",
    [
        *MANIFEST["permissions"],
        *MANIFEST["host_permissions"],
        *MANIFEST["optional_host_permissions"],
    ],
)
def test_every_permission_is_documented(permission):
    assert f"`{permission}`" in DOCUMENT


def test_hosts_are_named():
    hosts = MANIFEST["content_scripts"][0]["matches"]
    assert hosts == sorted(set(hosts), key=hosts.index)
    assert not [h for h in hosts if re.search(r"<all_urls>|//\*/|//\*\.?[a-z]*/", h)]


def test_pages_can_reach_nothing_of_it():
    assert "web_accessible_resources" not in MANIFEST
    assert "externally_connectable" not in MANIFEST
    assert "unsafe" not in MANIFEST["content_security_policy"]["extension_pages"]


def test_every_file_it_names_is_there():
    named = [
        MANIFEST["background"]["service_worker"],
        MANIFEST["options_ui"]["page"],
        *MANIFEST["icons"].values(),
        *MANIFEST["content_scripts"][0]["js"],
    ]
    assert [name for name in named if not (EXTENSION / name).is_file()] == []


def test_every_text_is_written_and_used():
    html = (EXTENSION / "options/options.html").read_text()
    code = "\n".join(path.read_text() for path in SOURCES)
    used = set(re.findall(r'data-text="(\w+)"', html))
    used |= set(re.findall(r"__MSG_(\w+)__", json.dumps(MANIFEST)))
    used |= {name for name in MESSAGES if re.search(rf'"{name}"', code)}
    used |= {name for name in MESSAGES if name.startswith("stage")}
    assert used == set(MESSAGES)


@pytest.mark.parametrize("path", SOURCES, ids=lambda p: p.name)
def test_no_remote_and_no_made_up_code(path):
    code = re.sub(r"/\*.*?\*/", "", path.read_text(), flags=re.DOTALL)
    assert not re.search(
        r"innerHTML|eval\(|new Function|import\(|document\.write", code
    )
