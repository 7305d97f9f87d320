"""As much of Power BI's language as the measures need, worked out by DuckDB: a reader
of its own, so that a measure that says something else than the dashboard is found out.
"""

from pathlib import Path

import duckdb
from pbi_parsers import dax
from pbi_parsers.dax import exprs

# What of each fact a picked product, hashtag or day leaves over.
BY_PRODUCT = "product_id IN (SELECT product_id FROM product WHERE {})"
BY_HASHTAG = (
    "product_id IN (SELECT product_id FROM product_hashtag WHERE hashtag = '{}')"
)
DAY_OF = {"sales_day": "day", "risk_week": "week"}


class Model:
    """The exported files, with what is picked in a report."""

    def __init__(self, data: Path, days, category=None, hashtag=None):
        self.duck = duckdb.connect()
        for file in data.glob("*.parquet"):
            self.duck.execute(f"CREATE VIEW {file.stem} AS FROM '{file}'")
        self.days, self.category, self.hashtag = days, category, hashtag

    def value(self, formula: str) -> float | None:
        return self._worked_out(dax.to_ast(formula), [])

    def _worked_out(self, node, conditions):
        if isinstance(node, exprs.LiteralNumberExpression):
            return float(node.value.text)
        if isinstance(node, exprs.DivMulExpression):
            assert node.operator.text == "*", node
            parts = [self._worked_out(n, conditions) for n in (node.left, node.right)]
            return None if None in parts else parts[0] * parts[1]
        assert isinstance(node, exprs.FunctionExpression), node
        name = "".join(part.text for part in node.name_parts).upper()
        if name == "DIVIDE":
            over, under = (self._worked_out(n, conditions) for n in node.args)
            return None if over is None or not under else over / under
        if name == "CALCULATE":
            return self._worked_out(node.args[0], [*conditions, *node.args[1:]])
        assert name == "SUM", name
        return self._sum(node.args[0], conditions)

    def _sum(self, column, conditions):
        table = column.table.text.strip("'")
        where = ["TRUE"]
        any_day = False
        for condition in conditions:
            if isinstance(condition, exprs.FunctionExpression):
                assert condition.name_parts[0].text == "REMOVEFILTERS"
                any_day = True
                continue
            assert condition.left.table.text.strip("'") == table
            where.append(condition.left.column.text.strip("[]"))
        if not any_day:
            where.append(
                f"{DAY_OF[table]} BETWEEN '{self.days[0]}' AND '{self.days[1]}'"
            )
        if self.category is not None:
            where.append(BY_PRODUCT.format(f"category = '{self.category}'"))
        if self.hashtag is not None:
            where.append(BY_HASHTAG.format(self.hashtag))
        name = column.column.text.strip("[]")
        query = f"SELECT sum({name}) FROM {table} WHERE {' AND '.join(where)}"
        found = self.duck.execute(query).fetchall()[0][0]
        return None if found is None else float(found)
