"""What it says: scores of orders, the card of a product."""

from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Annotated

import typer
from sqlmodel import col, func, select

from commands.options import Json, opened, show
from store.database import Database
from store.privacy import age_band
from store.settings import get_settings
from store.tables import Product
from terminal import print_card

app = typer.Typer()


@app.command()
def score(
    orders: Annotated[Path, typer.Option(metavar="FILE")],
    out: Annotated[Path, typer.Option(metavar="FILE.csv")],
    as_json: Json = False,
) -> None:
    """Score a file of orders, each as of its own time of purchase."""
    from ml.scoring import score_orders  # noqa: PLC0415

    show(score_orders(opened(), get_settings(), orders, out), as_json)


@app.command()
def risk(
    title: str,
    price: Annotated[str, typer.Option(help="In TRENDGUARD_DEFAULT_CURRENCY.")] = "",
    age: Annotated[int, typer.Option(help="Show this age's own row.")] = 0,
    brand: str = "",
    as_json: Json = False,
) -> None:
    """Show the risk card of one product."""
    from ml.serving import Scorer  # noqa: PLC0415

    amount = _amount(price)
    scorer = Scorer.load(opened(), get_settings())
    card = scorer.card(title, brand=brand or None, price=amount)
    result = card.model_dump(mode="json")
    if age:
        result["own_risk"] = result["risk_by_age_band"].get(age_band(age))
    show(result, as_json, print_card)
    if card.evidence == "none" and not brand:
        for known in _brands_of(scorer.database, title):
            typer.echo(
                f"a product of that name is known: add --brand {known!r}", err=True
            )


def _brands_of(database: Database, title: str) -> Sequence[str | None]:
    """Return the brands of the catalogue's products of that title, a few of them: a
    card is found by brand and title together.
    """
    same = func.lower(col(Product.title)) == title.strip().lower()
    brands = select(col(Product.brand)).where(same, col(Product.brand) > "")
    with database.reading() as session:
        return session.exec(
            brands.distinct().order_by(col(Product.brand)).limit(3)
        ).all()


def _amount(text: str) -> Decimal | None:
    try:
        amount = Decimal(text) if text else None
    except InvalidOperation as error:
        raise typer.BadParameter(f"{text!r} is not a price such as 29.99") from error
    if amount is not None and not (amount.is_finite() and amount >= 0):
        raise typer.BadParameter(f"{text!r} is not a price such as 29.99")
    return amount
