"""Files of rules: what a shop's own says stands over what comes along."""

import tomllib
from pathlib import Path
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from store.errors import SettingsError

Rules = TypeVar("Rules")


def read_over(
    ours: Path, theirs: Path | None, kind: TypeAdapter[Rules], setting: str
) -> Rules:
    """Return the rules of a TOML file over those that come along, table by table.

    Parameters
    ----------
    ours : Path
        The file that comes along.
    theirs : Path, optional
        What stands over it.
    kind : TypeAdapter
        What the rules are.
    setting : str
        Which setting names `theirs`.

    Raises
    ------
    SettingsError
        If `theirs` can't be read, or says what can't be.
    """
    rules = _parsed(ours)
    try:
        return kind.validate_python(_merged(rules, _parsed(theirs) if theirs else {}))
    except (OSError, ValueError) as error:
        raise SettingsError(
            f"{setting}: {theirs} can't be used: {_why(error)}; "
            f"see {ours.name} for what it may hold"
        ) from error


def _parsed(file: Path) -> dict[str, Any]:
    return tomllib.loads(file.read_text(encoding="utf-8"))


def _merged(ours: Any, theirs: Any) -> Any:
    """Return ours with what theirs says, table by table."""
    if not (isinstance(ours, dict) and isinstance(theirs, dict)):
        return theirs
    return ours | {n: _merged(ours.get(n), value) for n, value in theirs.items()}


def _why(error: Exception) -> str:
    if not isinstance(error, ValidationError):
        return str(error)
    return "; ".join(
        f"{'.'.join(map(str, found['loc']))}: {found['msg']}"
        for found in error.errors()
    )
