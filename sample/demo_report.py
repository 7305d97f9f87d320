"""What the demonstration prints when it is ready: where to look, and one card."""

from pathlib import Path
from typing import Any

from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.table import Table

from sample.market import SampleProduct
from store.settings import Settings
from store.tables import RiskCard

EXTENSION = Path(__file__).parents[1] / "extension"
STANDARD_PORT = 8787


def report(
    settings: Settings,
    urls: dict[str, str],
    product: SampleProduct,
    card: RiskCard,
    seconds: float,
) -> RenderableType:
    """Return what to print."""
    api = f"http://{settings.api_host}:{settings.api_port}"
    where = Table(box=None, show_header=False, pad_edge=False)
    where.add_row("product page", f"{urls['shop']}/p/{product.slug}")
    where.add_row("the shop", urls["shop"])
    where.add_row("its card", f"{api}/v1/cards/{card.key[:4]}")
    where.add_row("API, to try", f"{api}/docs")
    where.add_row("extension", f"chrome://extensions, Load unpacked: {EXTENSION}")
    if settings.api_port != STANDARD_PORT:
        where.add_row("", f"in its options set the server to {api}")
    where.add_row("logs", str(settings.data_dir / "logs"))
    return Group(
        "",
        f"[bold green]ready[/bold green] after {seconds:.0f} s",
        where,
        "",
        Panel(
            _card(card.payload), title=product.title, title_align="left", expand=False
        ),
        "Ctrl-C ends all of it.",
    )


def _card(card: dict[str, Any]) -> RenderableType:
    lines = Table(box=None, show_header=False, pad_edge=False)
    lines.add_row("regret risk", _risk(card))
    if young := card["risk_by_age_band"].get("20-24"):
        lines.add_row("  aged 20-24", _risk(young))
    lines.add_row("evidence", card["evidence"])
    if card["stage"]:
        left = card["expected_days_left"]
        more = f", some {left:.0f} more expected" if left is not None else ""
        lines.add_row("trend", f"{card['stage']}, {card['trended_days']} days{more}")
    if kept := card["kept_180_days"]:
        lines.add_row(
            "kept 180 days",
            f"{kept['share']:.0%} ({kept['low']:.0%} to {kept['high']:.0%}, "
            f"{kept['n']} orders)",
        )
    for reason in card["reasons"]:
        sign = "+" if reason["effect"] > 0 else "-"
        lines.add_row(
            f"  {sign}{abs(reason['effect']) * 100:.0f} points", reason["text"]
        )
    if card["model"]:
        lines.add_row("model", f"trained on {card['model']['trained_on']} data")
    return lines


def _risk(row: dict[str, Any]) -> str:
    if row["risk"] is None:
        return "not enough evidence"
    return f"{row['risk']:.0%} ({row['risk_low']:.0%} to {row['risk_high']:.0%})"
