"""Writes the model cards of the sample market: makes one of 50,000 orders, trains on it
and puts what is known of both models into `docs`.
"""

import sys
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

from ml.features import GROUPS
from ml.model_card.facts import ModelCard
from ml.model_card.markdown import markdown
from ml.model_card.plot import write_calibration_plot
from ml.registry.versions import champion_row
from ml.training import train
from sample.export import write_export
from sample.world import Market
from store.database import open_database
from store.importing import import_folder
from store.settings import Settings

DOCS = Path(__file__).parents[1] / "docs"
# The shopper's is the model card; the other stands beside it.
NAMES = {"shopper": "model-card", "checkout": "model-card-checkout"}
END_ON = date(2026, 11, 1)


def main(order_count: int = 50_000) -> None:
    """Write both cards and their plots."""
    with TemporaryDirectory() as folder:
        for card in sample_cards(Path(folder), order_count):
            name = NAMES[card.purpose]
            write_calibration_plot(card, DOCS / f"{name}.svg")
            text = markdown(card, f"{name}.svg")
            (DOCS / f"{name}.md").write_text(text, encoding="utf-8")


def sample_cards(folder: Path, order_count: int) -> list[ModelCard]:
    """Return the cards of models trained on a sample market made in `folder`."""
    market = Market(order_count=order_count, end_on=END_ON)
    write_export(market, folder / "export")
    database = open_database(Settings(data_dir=folder / "data", trained_on="sample"))
    import_folder(database, database.settings, folder / "export")
    train(database, database.settings)
    rows = [champion_row(database, purpose) for purpose in GROUPS]
    database.close()
    return [ModelCard.of(row) for row in rows if row is not None]


if __name__ == "__main__":
    main(*map(int, sys.argv[1:2]))
