"""The command that shows the card of one product, in this process."""

import json

import pytest
from typer.testing import CliRunner

import cli
from store.settings import get_settings
from store.tables import Product
from tests.shops import shop_of_ones_own, trained_shop


@pytest.fixture
def risk(tmp_path, tmp_path_factory, monkeypatch):
    """Run `trendguard risk …` in a shop that sells one more thing, of two makers."""
    made = trained_shop(tmp_path_factory)
    with shop_of_ones_own(made, tmp_path) as shop, shop.writing() as session:
        for maker in ("Zephyne", "Acme", "", None):
            thing = f"p of {maker}"
            session.add(Product(product_id=thing, title="Qwx Yzw", brand=maker))
    monkeypatch.setenv("TRENDGUARD_DATA_DIR", str(tmp_path / "data"))
    get_settings.cache_clear()
    return lambda *words: CliRunner().invoke(cli.app, ["risk", *words, "--json"])


def test_who_leaves_out_the_brand_is_told_which_ones_there_are(risk):
    done = risk(" qwx yzw ")
    assert json.loads(done.stdout)["evidence"] == "none"
    assert done.stderr.splitlines() == [
        "a product of that name is known: add --brand 'Acme'",
        "a product of that name is known: add --brand 'Zephyne'",
    ]
    assert risk("qwx yzw", "--brand", "Acme").stderr == ""
    assert risk("qwx").stderr == ""
