"""Tables and numbers as a model card writes them in Markdown."""

import re
from collections.abc import Iterable, Sequence


def table(
    head: Sequence[str], rows: Iterable[Sequence[str]], *, numbers: bool = False
) -> str:
    """Return a Markdown table.

    Parameters
    ----------
    numbers : bool
        All columns but the first stand right.

    >>> print(table(("a", "b"), [("x", "1")], numbers=True))
    | a | b |
    | --- | --: |
    | x | 1 |
    """
    rule = ["---"] + ["--:" if numbers else "---"] * (len(head) - 1)
    cells = ([cell.replace("|", r"\|") for cell in row] for row in rows)
    return "\n".join(f"| {' | '.join(row)} |" for row in (head, rule, *cells))


def percent(share: float | None) -> str:
    """Return a share in per cent; nothing where it is None.

    >>> percent(0.163), percent(0.0163), percent(None)
    ('16%', '1.6%', '')
    """
    return "" if share is None else f"{share:.0%}" if share >= 0.1 else f"{share:.1%}"


def points(share: float, *, sign: bool = True) -> str:
    """Return a difference of shares in percentage points.

    >>> points(0.021), points(0.021, sign=False)
    ('+2.1', '2.1')
    """
    return f"{share * 100:+.1f}" if sign else f"{share * 100:.1f}"


def number(value: float | None) -> str:
    """Return a number with three digits; nothing where it is None.

    >>> number(0.78512), number(None)
    ('0.785', '')
    """
    return "" if value is None else f"{value:.3f}"


def plain(text: str) -> str:
    r"""Return a retailer's own word so that Markdown reads it as text.

    >>> print(plain("a|b <i> [x](y)"))
    a|b \<i\> \[x\](y)
    """
    return re.sub(r"([\\`*_<>\[\]])", r"\\\1", " ".join(text.split()))
