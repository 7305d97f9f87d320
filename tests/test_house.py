"""The house tests itself: its floors hold, its documents are true, its files clean."""

import ast
import doctest
import importlib
import importlib.util
import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import typer.main

import cli
from store.importing.files import KINDS
from store.settings import Settings
from store.tables import ALL

ROOT = Path(__file__).parents[1]
PACKAGES = (
    "store",
    "ml",
    "scrapers",
    "interventions",
    "reporting",
    "jobs",
    "server",
    "sample",
    "commands",
)
MODULES = ("cli", "terminal", "scheduler")
DOCS = ROOT / "docs"
README = ROOT / "README.md"

# Who may import which rooms of the house; itself it always may.
FLOORS = {
    "store": set(),
    "scrapers": {"store"},
    "ml": {"store"},
    "interventions": {"ml", "store"},
    "reporting": {"interventions", "ml", "store"},
    "jobs": {"reporting", "interventions", "ml", "store"},
    "server": {"jobs", "reporting", "interventions", "ml", "store"},
    "scheduler": {"jobs", "store"},
    "commands": {*PACKAGES, "terminal", "scheduler"},
    "cli": {"commands", "store"},
    "terminal": set(),
    "sample": {"terminal", "server", "jobs", "reporting", "ml", "store"},
}
VAGUE = {"utils", "util", "helpers", "helper", "common", "manager", "misc"}
# Put together here, so that this file does not hold what it looks for.
UNWANTED = re.compile(
    r"(?<![\w.])/(?:wor" + r"k|roo" + r"t)/(?=[\w.])"
    r"|(?:registry\.(?:npm" + r"js|yarn" + r"pkg)"
    r"|(?:test\.)?pyp" + r"i\.org|files\.python" + r"hosted)",
)


def read(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def sources(room: str) -> list[Path]:
    folder = ROOT / room
    return sorted(folder.rglob("*.py")) if folder.is_dir() else [ROOT / f"{room}.py"]


def imported_rooms(source: str) -> set[str]:
    """Return the first names of all that a source imports, wherever it does."""
    rooms = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            rooms |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, "imports name the room, they are never relative"
            rooms.add((node.module or "").split(".")[0])
        elif isinstance(node, ast.Call) and _is_import_by_name(node):
            rooms.add(str(node.args[0].value).split(".")[0])
    return rooms


def _is_import_by_name(call: ast.Call) -> bool:
    name = getattr(call.func, "id", getattr(call.func, "attr", ""))
    return (
        name in {"import_module", "__import__"}
        and bool(call.args)
        and isinstance(call.args[0], ast.Constant)
    )


def in_git(*patterns: str) -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "-z", *patterns], cwd=ROOT, capture_output=True, check=False
    )
    if listed.returncode:
        pytest.skip("this is no git checkout")
    files = [ROOT / name for name in listed.stdout.decode().split("\0") if name]
    return [file for file in files if file.is_file()]


def commands() -> dict[str, Any]:
    """Return every command by the words it is called with."""
    found, groups = {}, [("", typer.main.get_command(cli.app))]
    for before, group in groups:
        for name, command in group.commands.items():
            if hasattr(command, "commands"):
                groups.append((f"{before}{name} ", command))
            else:
                found[f"{before}{name}"] = command
    return found


def between(text: str, name: str) -> str:
    """Return what stands between two markers."""
    found = re.search(rf"<!-- {name} -->(.*?)<!-- /{name} -->", text, re.DOTALL)
    assert found, f"README.md has no place for the {name}"
    return found[1]


def section(text: str, title: str) -> str:
    """Return the part of a document from a heading to the next one."""
    found = re.search(rf"(?ms)^#+ {re.escape(title)}$(.*?)(?=^#|\Z)", text)
    assert found, f"no section {title}"
    return found[1]


@pytest.fixture(scope="module")
def writer():
    spec = importlib.util.spec_from_file_location(
        "write_docs", ROOT / "scripts/write_docs.py"
    )
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


# Floors


@pytest.mark.parametrize("room", FLOORS)
def test_imports_go_down_only(room):
    inside = {*PACKAGES, *MODULES, "bench", "tests", "scripts"} - {room}
    for file in sources(room):
        above = imported_rooms(read(file)) & inside - FLOORS[room]
        assert not above, f"{file.relative_to(ROOT)} imports {', '.join(above)}"


def test_benches_stay_below_the_command_line():
    bench = sources("bench")
    assert bench
    for file in bench:
        above = imported_rooms(read(file)) & {
            "cli",
            "commands",
            "scheduler",
            "jobs",
            "tests",
        }
        assert not above, f"{file.relative_to(ROOT)} imports {', '.join(above)}"


def test_only_the_demonstration_is_opened_from_the_sample_market():
    opened = [
        node.module
        for file in sources("commands")
        for node in ast.walk(ast.parse(read(file)))
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("sample")
    ]
    assert opened == ["sample.demo"]


def test_every_room_has_its_floor():
    tops = {path.parts[0] for path in _relative(in_git("*.py")) if len(path.parts) > 1}
    modules = {p.stem for p in _relative(in_git("*.py")) if len(p.parts) == 1}
    assert tops - {"bench", "tests", "scripts"} == set(PACKAGES)
    assert modules == set(MODULES)
    assert set(FLOORS) == {*PACKAGES, *MODULES}


def test_an_import_inside_a_function_is_seen():
    source = "def f():\n    from server.app import create_app\n    import ml.cards as c"
    assert imported_rooms(source) == {"server", "ml"}
    assert imported_rooms("import_module('scrapers.run')") == {"scrapers"}


# Names


def test_no_file_has_a_vague_name():
    named = [p for p in _relative(in_git()) if VAGUE & {*p.parts[:-1], p.stem}]
    assert not named


def _relative(files: list[Path]) -> list[Path]:
    return [file.relative_to(ROOT) for file in files]


# Documents


def test_documents_are_up_to_date(writer):
    stale = [str(n) for n, text in writer.documents() if read(ROOT / n) != text]
    assert not stale, "run `make docs`"


def test_the_check_of_the_documents_can_fail(writer, monkeypatch):
    monkeypatch.setattr(sys, "argv", ["write_docs.py", "--check"])
    writer.main()
    monkeypatch.setattr(writer, "data_dictionary", lambda: "another text")
    with pytest.raises(SystemExit, match="out of date: docs/data-dictionary.md"):
        writer.main()


@pytest.mark.parametrize("name", Settings.model_fields)
def test_every_setting_is_documented(name):
    described = between(read(README), "settings")
    row = re.search(rf"(?m)^\| `TRENDGUARD_{name.upper()}` \|(.*)\|(.*)\|$", described)
    assert row
    assert len(row[2].split()) > 2, f"{name} is not explained"


@pytest.mark.parametrize("name", commands())
def test_every_command_is_documented(name):
    described = between(read(README), "commands")
    row = re.search(rf"(?m)^\| `{name}(?: [^`]*)?` \|(.*)\|$", described)
    assert row
    assert len(row[1].split()) > 2, f"{name} is not explained"


def test_nothing_is_documented_that_is_not_there():
    readme = read(README)
    rows = re.findall(r"(?m)^\| `(?:TRENDGUARD_)?([^`]+)`", between(readme, "settings"))
    assert [row.lower() for row in rows] == list(Settings.model_fields)
    rows = re.findall(r"(?m)^\| `([^`]+)`", between(readme, "commands"))
    words = r"((?:[a-z]+(?:-[a-z]+)* ?)+)"
    assert [re.match(words, row)[1].strip() for row in rows] == list(commands())


@pytest.mark.parametrize("table", ALL, ids=lambda table: table.table_name())
def test_every_column_is_documented(table):
    described = section(read(DOCS / "data-dictionary.md"), f"`{table.table_name()}`")
    for column in table.column_names():
        row = re.search(rf"(?m)^\| `{column}` \|.*\| (.+) \|$", described)
        assert row, f"{column} is not in the data dictionary"


def test_the_stages_are_defined():
    described = section(read(DOCS / "data-dictionary.md"), "Lifecycle stages")
    for stage in ("Rising", "Peak", "Decline", "Death"):
        assert f"- **{stage}**: " in described
    assert "def stages_of(" in described


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_every_import_file_is_documented(kind):
    table = section(read(DOCS / "design.md"), "Import")
    row = re.search(rf"(?m)^\| `{kind.name}` \|(.*)\|$", table)
    assert row
    told = re.sub(r"\([^)]*\)", "", row[1])
    columns = [(name, bool(star)) for name, star in re.findall(r"`(\w+)`(\*?)", told)]
    assert columns == [(column.name, column.required) for column in kind.columns]


def test_every_call_of_the_api_is_documented():
    pattern = re.compile(r"blueprint\.(get|post|put|patch|delete)\(\s*\"([^\"]+)\"")
    table = section(read(DOCS / "design.md"), "HTTP API")
    told = set(re.findall(r"`(/[^`]+)`|`[A-Z]+ (/[^`]+)`", table))
    told = {first or second for first, second in told}
    called = set()
    for file in sources("server/api"):
        prefix = re.search(r"url_prefix=\"([^\"]+)\"", read(file))
        for _, path in pattern.findall(read(file)):
            called.add((prefix[1] if prefix else "") + path)
    assert called
    assert told - {"/openapi.json", "/docs", "/dashboard/"} == called


def test_every_permission_is_documented():
    manifest = json.loads(read(ROOT / "extension/manifest.json"))
    told = read(DOCS / "permissions.md")
    asked = [
        *manifest.get("permissions", []),
        *manifest.get("optional_permissions", []),
        *manifest.get("host_permissions", []),
        *manifest.get("optional_host_permissions", []),
    ]
    assert asked
    assert [right for right in asked if f"`{right}`" not in told] == []


def test_links_between_documents_lead_somewhere():
    documents = [README, ROOT / "CHANGELOG.md", *DOCS.glob("*.md")]
    for document in documents:
        for target in re.findall(r"\]\((?!https?:|#|mailto:)([^)#]+)", read(document)):
            assert (document.parent / target).exists(), f"{document.name}: {target}"


def test_the_changelog_has_this_version():
    project = tomllib.loads(read(ROOT / "pyproject.toml"))["project"]
    manifest = json.loads(read(ROOT / "extension/manifest.json"))
    assert manifest["version"] == project["version"]
    assert f"## [{project['version']}]" in read(ROOT / "CHANGELOG.md")
    assert read(ROOT / "LICENSE").startswith(f"{project['license']} License")


# Doctests


def _module_names() -> list[str]:
    files = [f for room in (*PACKAGES, *MODULES) for f in sources(room)]
    names = (".".join(f.relative_to(ROOT).with_suffix("").parts) for f in files)
    plain = {name.removesuffix(".__init__") for name in names}
    # These do something when they are imported: an app, a migration.
    left_out = ("server.wsgi", "store.migrations")
    return sorted(name for name in plain if not name.startswith(left_out))


@pytest.mark.parametrize("name", _module_names())
def test_examples_in_docstrings_are_true(name):
    module = importlib.import_module(name)
    result = doctest.testmod(module)
    assert result.failed == 0
    assert result.attempted == sum(
        line.strip().startswith(">>> ")
        for line in read(Path(module.__file__)).split("\n")
    ), "an example is not found by doctest"


def test_examples_of_the_writer_are_true(writer):
    assert doctest.testmod(writer) == (0, 1)


# Packages


def test_the_lock_pins_every_package_with_hashes():
    text = read(ROOT / "requirements.lock")
    assert not re.search(r"https?://", text), "an address stands in the lock"
    assert not re.search(r"(?m)^\s*-(?!-hash)", text), "an option stands in the lock"
    for entry in re.split(r"(?m)^(?=\S)", text):
        if entry.strip() and not entry.startswith("#"):
            assert re.match(r"[a-z0-9._-]+(\[[^]]*\])?==\S+", entry), entry[:60]
            assert "--hash=sha256:" in entry, entry[:60]


def test_the_lock_has_every_package_asked_for():
    pinned = {
        _package(line)
        for line in read(ROOT / "requirements.lock").splitlines()
        if line[:1].isalnum()
    }
    project = tomllib.loads(read(ROOT / "pyproject.toml"))
    asked = project["project"]["dependencies"] + project["dependency-groups"]["dev"]
    assert [each for each in asked if _package(each) not in pinned] == []


def _package(line: str) -> str:
    return re.sub(r"[._]+", "-", re.match(r"[\w.-]+", line)[0]).lower()


def test_the_lock_of_the_extension_tools_names_no_registry():
    lock = json.loads(read(ROOT / "package-lock.json"))
    packages = {name: each for name, each in lock["packages"].items() if name}
    assert packages
    assert [name for name, each in packages.items() if "resolved" in each] == []
    assert [name for name, each in packages.items() if "integrity" not in each] == []


# Files


def test_what_is_made_is_not_kept():
    made = [p.name for p in in_git() if p.name in {"uv.lock", ".env", "pseudonym.key"}]
    assert not made


def test_no_file_holds_a_path_of_a_machine_or_a_registry():
    files = in_git()
    assert len(files) > 100
    found = []
    for file in files:
        text = file.read_bytes().decode("utf-8", errors="ignore")
        for hit in UNWANTED.finditer(text):
            line = text.count("\n", 0, hit.start()) + 1
            found.append(f"{file.relative_to(ROOT)}:{line}: {hit[0]}")
    assert not found


@pytest.mark.parametrize(
    "text",
    [
        "see /wor" + "k/main/cli.py",
        '"/roo' + 't/.cache"',
        "file:///wor" + "k/x",
        "https://pyp" + "i.org/simple",
        "registry.npm" + "js.org/typescript",
        "https://files.python" + "hosted.org/packages",
    ],
)
def test_such_a_thing_would_be_found(text):
    assert UNWANTED.search(text)


@pytest.mark.parametrize("text", ["net/work/x", "a/root/b", "/workers", "/rooted"])
def test_what_only_looks_like_it_is_left_alone(text):
    assert not UNWANTED.search(text)
