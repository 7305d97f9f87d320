"""Model cards brought into files beside the models they speak of."""

from pathlib import Path
from typing import Any

from ml.features import GROUPS
from ml.model_card.facts import ModelCard
from ml.model_card.markdown import markdown
from ml.model_card.plot import write_calibration_plot
from ml.registry.models import models_folder
from ml.registry.versions import champion_row, served_figures
from store.database import Database
from store.files import replaced
from store.settings import Settings


def evaluate(database: Database, settings: Settings) -> dict[str, dict[str, Any]]:
    """Write the card of each served model; return figures and files of each.

    Raises
    ------
    NoModelError
        If none was trained.
    """
    found = served_figures(database)
    for purpose in GROUPS:
        row = champion_row(database, purpose)
        if row is not None:
            files = write_card(ModelCard.of(row), models_folder(settings))
            found[purpose]["files"] = files
    return found


def write_card(card: ModelCard, folder: Path) -> dict[str, str]:
    """Write a card as Markdown, JSON and, where it was measured, its plot.

    Returns
    -------
    dict
        card, json and plot: where they are.
    """
    folder.mkdir(parents=True, exist_ok=True)
    files = {name: folder / f"{card.version}.card.{name}" for name in ("md", "json")}
    plot = folder / f"{card.version}.calibration.svg" if card.calibration else None
    if plot:
        with replaced(plot) as draft:
            write_calibration_plot(card, draft)
    with replaced(files["md"]) as draft:
        draft.write_text(markdown(card, plot.name if plot else ""), encoding="utf-8")
    with replaced(files["json"]) as draft:
        draft.write_text(card.model_dump_json(indent=2) + "\n", encoding="utf-8")
    named = {"card": files["md"], "json": files["json"], "plot": plot}
    return {name: str(file) for name, file in named.items() if file}
