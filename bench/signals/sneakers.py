"""What a model of sneakers will sell for in 30 to 45 days, from its resale price today.

Real sales (StockX). The price of a model is known for each day after its first sale; it
is judged by every sale 30 to 45 days later. Nothing is forecast: a good price of today
is one that still holds then. Ways to find it are compared on the days before `CUT`, and
the figures after it are those that count.
"""

from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
from rich.console import Console
from rich.table import Table

from ml.daily.workbench import open_workbench
from store.database import open_database
from store.importing import import_folder
from store.settings import Settings

DATA = Path(__file__).parents[2].parent / "shared/data/stockx_sales_to_2018_08.csv.gz"
CUT = "DATE '2018-03-01'"
WINDOW_DAYS = 30
PARTS = {
    "early": f"day <= {CUT} - 46",
    "late": f"day > {CUT}",
    "late, 60 sales or more": f"day > {CUT} AND n >= 60",
    "late, 10 to 59": f"day > {CUT} AND n BETWEEN 10 AND 59",
    "late, under 10": f"day > {CUT} AND n < 10",
}
SALE = """
SELECT
    row_number() OVER () AS sale_id,
    "Order Date"::DATE AS day,
    "Sneaker Name" AS model,
    trim("Brand") AS brand,
    "Sale Price"::DOUBLE AS price,
    "Retail Price"::DOUBLE AS retail
FROM read_csv(?)
"""
# Every day of every model, with the sales of the 30 days before.
SEEN = f"""
SELECT g.model, g.brand, g.retail, g.day, g.day - s.day AS age_days, s.price
FROM (
    SELECT
        model,
        any_value(brand) AS brand,
        any_value(retail) AS retail,
        unnest(generate_series(min(day), max(day), INTERVAL 1 DAY))::DATE AS day
    FROM sale
    GROUP BY model
) AS g
JOIN sale AS s
    ON s.model = g.model AND s.day BETWEEN g.day - {WINDOW_DAYS - 1} AND g.day
"""
LATER = """
SELECT d.model, d.day, d.n, s.price
FROM (SELECT model, day, count(*) AS n FROM seen GROUP BY model, day) AS d
JOIN sale AS s ON s.model = d.model AND s.day BETWEEN d.day + 30 AND d.day + 45
"""
MEDIAN = "SELECT model, day, median(price) AS price FROM seen GROUP BY model, day"


def weighted_median(half_life_days: float) -> str:
    """Return the query of the price that halves the sales; recent ones weigh more."""
    return f"""
    SELECT
        model,
        day,
        any_value(brand) AS brand,
        any_value(retail) AS retail,
        count(*) AS n,
        min(price) FILTER (below >= total / 2) AS price
    FROM (
        SELECT
            *,
            sum(0.5 ** (age_days / {half_life_days})) OVER (
                PARTITION BY model, day ORDER BY price, age_days
                ROWS UNBOUNDED PRECEDING
            ) AS below,
            sum(0.5 ** (age_days / {half_life_days})) OVER (PARTITION BY model, day)
                AS total
        FROM seen
    )
    GROUP BY model, day
    """


def leaning(query: str, sales: float) -> str:
    """Return `query` with its price over retail leaning on the brand's mean, as if
    that had been seen in so many sales.
    """
    return f"""
    SELECT
        model,
        day,
        retail * exp(
            (n * ln(price / retail) + {sales} * avg(ln(price / retail)) OVER of_brand)
            / (n + {sales})
        ) AS price
    FROM ({query})
    WINDOW of_brand AS (PARTITION BY brand, day)
    """


CANDIDATES = {
    "median of 30 days": MEDIAN,
    **{
        f"weighted median, half-life {h} days": weighted_median(h)
        for h in (1, 2, 3, 5, 7, 14)
    },
    **{
        f"half-life {h} days, leaning on the brand by {k} sales": leaning(
            weighted_median(h), k
        )
        for h, k in ((2, 1), (3, 0.3), (3, 1), (3, 3))
    },
}


def run() -> Table | str:
    """Return the median error of each price, early and late, one row a way."""
    if not DATA.exists():
        return f"sneakers: skipped, there is no {DATA}"
    table = Table(
        "price of today",
        *PARTS,
        title="Median error of a price 30-45 days ahead, real sneaker sales",
    )
    with duckdb.connect() as duck:
        for name, query in (("sale", SALE), ("seen", SEEN), ("later", LATER)):
            values = [str(DATA)] if name == "sale" else []
            duck.execute(f"CREATE TABLE {name} AS {query}", values)
        prices = dict(CANDIDATES)
        _put_product_day(duck)
        prices["TrendGuard, 1 - resale_drop of product_day"] = "FROM ours"
        for name, query in prices.items():
            table.add_row(name, *(f"{e:.1%}" for e in _errors(duck, query)))
    return table


def _errors(duck: duckdb.DuckDBPyConnection, query: str) -> list[float]:
    duck.execute(f"CREATE OR REPLACE TABLE today AS {query}")
    shown = ", ".join(f"median(error) FILTER ({part})" for part in PARTS.values())
    return list(
        duck.execute(
            f"SELECT {shown} FROM (SELECT later.*, "
            "abs(today.price - later.price) / later.price AS error "
            "FROM later JOIN today USING (model, day))"
        ).fetchall()[0]
    )


def _put_product_day(duck: duckdb.DuckDBPyConnection) -> None:
    """Take the sales through the import and the daily tables as they are."""
    with TemporaryDirectory() as folder:
        export = Path(folder) / "export"
        export.mkdir()
        _write(duck, export)
        settings = Settings(data_dir=Path(folder) / "data")
        database = open_database(settings)
        import_folder(database, settings, export)
        with open_workbench(database) as bench:
            ours = bench.sql(
                "SELECT product_id AS model, day, "
                "list_price_usd * (1 - resale_drop) AS price FROM product_day "
                "WHERE resale_drop IS NOT NULL"
            ).to_arrow_table()
        database.close()
    duck.register("_ours", ours)
    duck.execute("CREATE TABLE ours AS FROM _ours")


def _write(duck: duckdb.DuckDBPyConnection, export: Path) -> None:
    """Write the sales in the format of an import."""
    files = {
        "products": "SELECT DISTINCT ON (model) model AS product_id, model AS title, "
        "brand, brand AS category, retail AS list_price, 'USD' AS currency FROM sale",
        "resale_listings": "SELECT sale_id AS listing_id, 'ebay' AS site, "
        "model AS product_id, model AS title, price, 'USD' AS currency, "
        "'New' AS condition, 'sold' AS status, day AS listed_at, day AS sold_at, "
        "day AS observed_at FROM sale",
    }
    for name, query in files.items():
        duck.execute(f"COPY ({query}) TO '{export / name}.csv' (HEADER)")


if __name__ == "__main__":
    Console(width=120).print(run())
