"""The file of a model: JSON, checked by SHA-256 and for what this version can use."""

import hashlib
import json
import re
from dataclasses import asdict
from pathlib import Path
from typing import Any

import lightgbm as lgb

from ml.features import GROUPS, Encoder
from ml.learning.calibration import Calibration
from ml.monitoring.reference import Reference
from store.errors import CorruptModelError, ModelFormatError
from store.files import replaced

# Raised whenever a file of the version before can't be read as one of this.
FORMAT = 2
UNREADABLE = (
    KeyError,
    TypeError,
    ValueError,
    AttributeError,
    lgb.basic.LightGBMError,
)
TREE_SIZES = re.compile(rb"(?m)^tree_sizes=([\d ]+)$")
WHAT_TO_DO = "restore it, or run `trendguard train`"
Parts = tuple[lgb.Booster, Encoder, Calibration, Reference]


def write_model(
    file: Path,
    booster: lgb.Booster,
    encoder: Encoder,
    calibration: Calibration,
    reference: Reference,
) -> str:
    """Write the parts of a model and return the file's SHA-256, hex."""
    content = {
        "format": FORMAT,
        "booster": booster.model_to_string(),
        "encoder": asdict(encoder),
        "calibration": calibration.as_dict(),
        "reference": reference.as_dict(),
    }
    data = json.dumps(content, indent=0, allow_nan=False).encode()
    file.parent.mkdir(parents=True, exist_ok=True)
    with replaced(file) as draft:
        draft.write_bytes(data)
    return hashlib.sha256(data).hexdigest()


def read_model(file: Path, sha256: str) -> Parts:
    """Return the parts of a model.

    Raises
    ------
    CorruptModelError
        If the file is gone, is not the one that was registered, or holds no model.
    ModelFormatError
        If another version of TrendGuard wrote it.
    """
    data = _bytes(file)
    if hashlib.sha256(data).hexdigest() != sha256:
        raise CorruptModelError(
            f"the model file {file} is not the registered one: {WHAT_TO_DO}"
        )
    try:
        content: dict[str, Any] = json.loads(data)
        found = content.get("format", 1)
    except (ValueError, AttributeError) as error:
        raise _unusable(file, "it is no JSON document of a model") from error
    if found != FORMAT:
        raise ModelFormatError(
            f"the model file {file} has format {found}, this version reads {FORMAT}: "
            "run `trendguard train`, or go back to the version that wrote it"
        )
    try:
        return _parts(file, content)
    except UNREADABLE as error:
        what = f"a part of it can't be read ({type(error).__name__})"
        raise _unusable(file, what) from error


def _parts(file: Path, content: dict[str, Any]) -> Parts:
    encoder = Encoder(**content["encoder"])
    if encoder.purpose not in GROUPS:
        raise _unusable(file, f"its purpose is {encoder.purpose!r}, which is unknown")
    if not _is_whole(content["booster"].encode()):
        raise _unusable(file, "its trees are not all there")
    booster = lgb.Booster(model_str=content["booster"])
    reference = Reference.from_dict(content["reference"])
    for names in (booster.feature_name(), list(reference.features)):
        if names != encoder.names:
            odd = sorted(set(names) ^ set(encoder.names)) or ["their order"]
            raise ModelFormatError(
                f"the model file {file} was made for other features than this version "
                f"computes ({', '.join(odd)}): run `trendguard train`"
            )
    return booster, encoder, Calibration(**content["calibration"]), reference


def _is_whole(booster: bytes) -> bool:
    # LightGBM ends the process, not the call, when a tree breaks off in the middle.
    sizes = TREE_SIZES.search(booster)
    start = booster.find(b"Tree=0\n")
    if sizes is None or start < 0:
        return False
    end = start + sum(map(int, sizes[1].split()))
    return booster[end:].startswith(b"end of trees\n")


def _bytes(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise CorruptModelError(
            f"the model file {file} can't be read ({error.strerror}): {WHAT_TO_DO}"
        ) from error


def _unusable(file: Path, why: str) -> CorruptModelError:
    return CorruptModelError(
        f"the model file {file} can't be used: {why}. Restore it, "
        "or run `trendguard train`"
    )
