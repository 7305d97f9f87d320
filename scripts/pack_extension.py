"""Pack `extension/` for the stores: one zip for Chrome and Edge, one for Firefox.

The same folder always yields the same bytes, so that anyone can check what a store
holds. Each zip's manifest leaves out what only the other browser reads.
"""

import json
import sys
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

ROOT = Path(__file__).parents[1]
EXTENSION = ROOT / "extension"
KINDS = {".js", ".json", ".html", ".css", ".png"}
# The earliest time that a zip can name: the files' own times would differ by checkout.
TIME = (1980, 1, 1, 0, 0, 0)


def manifest_for(browser: str, manifest: dict[str, Any]) -> dict[str, Any]:
    """Return the manifest without the keys that only the other browser reads."""
    own = dict(manifest)
    unread = "scripts" if browser == "chrome" else "service_worker"
    own["background"] = {
        key: value for key, value in own["background"].items() if key != unread
    }
    foreign = (
        "browser_specific_settings" if browser == "chrome" else "minimum_chrome_version"
    )
    own.pop(foreign)
    return own


def files(folder: Path) -> list[Path]:
    """Return the extension's own files by name; editors' leftovers are none of it."""
    found = [
        path
        for path in folder.rglob("*")
        if path.is_file()
        and path.suffix in KINDS
        and not any(part.startswith(".") for part in path.relative_to(folder).parts)
    ]
    return sorted(found, key=lambda path: path.relative_to(folder).as_posix())


def pack(browser: str, out: Path, folder: Path = EXTENSION) -> Path:
    """Write `trendguard-<browser>.zip` into a folder and return its path."""
    out.mkdir(parents=True, exist_ok=True)
    target = out / f"trendguard-{browser}.zip"
    with ZipFile(target, "w", ZIP_DEFLATED, compresslevel=9) as archive:
        for path in files(folder):
            name = path.relative_to(folder).as_posix()
            content = path.read_bytes()
            if name == "manifest.json":
                own = manifest_for(browser, json.loads(content))
                content = (json.dumps(own, indent=2) + "\n").encode()
            entry = ZipInfo(name, TIME)
            entry.external_attr = 0o644 << 16
            entry.compress_type = ZIP_DEFLATED
            archive.writestr(entry, content)
    return target


if __name__ == "__main__":
    for browser in ("chrome", "firefox"):
        target = pack(browser, ROOT / "dist")
        sys.stdout.write(
            f"{target.relative_to(ROOT)}, {target.stat().st_size:,} bytes\n"
        )
