"""What the demonstration prints when it is ready: where to look, and one card."""

from pathlib import Path

from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.table import Table

from sample.market import SampleProduct
from store.settings import Settings
from store.tables import RiskCard
from terminal import card_table

EXTENSION = Path(__file__).parents[1] / "extension"
STANDARD_PORT = 8787


def report(
    settings: Settings,
    urls: dict[str, str],
    product: SampleProduct,
    card: RiskCard,
    seconds: float,
    *,
    who: tuple[str, str],
) -> RenderableType:
    """Return what to print; `who` may log in: name and password."""
    api = f"http://{settings.api_host}:{settings.api_port}"
    where = Table(box=None, show_header=False, pad_edge=False)
    where.add_row("product page", f"{urls['shop']}/p/{product.slug}")
    where.add_row("the shop", urls["shop"])
    where.add_row("its card", f"{api}/v1/cards/{card.key[:4]}")
    where.add_row("dashboard", f"{api}/dashboard/ (log in: {who[0]}, {who[1]})")
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
            card_table(card.payload),
            title=product.title,
            title_align="left",
            expand=False,
        ),
        "Ctrl-C ends all of it.",
    )
