"""`trendguard experiment`: whether the interventions work."""

from datetime import UTC, datetime, time
from typing import Annotated, Any

import typer

from commands.options import AsOf, Json, opened, show, to_day
from store.settings import get_settings
from terminal import print_facts, print_rows

app = typer.Typer()

EFFECTS = {
    "figure": "figure",
    "method": "method",
    "holdout": "holdout",
    "treatment": "treatment",
    "difference": "difference",
    "interval": "95 % interval",
    "any_time": "at any look",
}
SEGMENTS = {
    "dimension": "of",
    "value": "value",
    "people": "people",
    "difference": "difference",
    "any_time": "at any look",
}


@app.command()
def experiment(
    name: Annotated[str, typer.Argument(help="By default the one that runs.")] = "",
    as_of: AsOf = "",
    as_json: Json = False,
) -> None:
    """Show the interventions' effect on returns and money, with intervals."""
    from interventions.experiments import measure  # noqa: PLC0415

    day = to_day(as_of)
    at = datetime.combine(day, time(), UTC) if day else None
    found = measure(opened(), get_settings(), name or None, at)
    show(found, as_json, _print)


def _print(found: dict[str, Any]) -> None:
    holdout, treatment = found["people"]["holdout"], found["people"]["treatment"]
    facts = {
        "experiment": found["experiment"],
        "orders": found["orders"],
        "people": f"{treatment:,} in the treatment, {holdout:,} in the holdout",
        "split": _split(found),
        "effects": None if found["effects"] else "none to tell yet: too few people",
        "switched off": ", ".join(
            f"{s['dimension']} {s['value']}" for s in found["switched_off"]
        )
        or "nowhere",
    }
    print_facts(facts)
    if found["effects"]:
        print_rows(map(_told, found["effects"]), EFFECTS)
    if found["segments"]:
        print_rows(map(_told, found["segments"]), SEGMENTS)


def _split(found: dict[str, Any]) -> str:
    if found["split_p"] is None:
        return "not checked: no holdout to speak of"
    verdict = "sound" if found["split_is_sound"] else "BROKEN: no effect is told"
    return f"{verdict} (p = {found['split_p']:.3g})"


def _told(effect: dict[str, Any]) -> dict[str, Any]:
    from interventions.experiments.effects import KEPT_MONEY  # noqa: PLC0415

    scale, unit = (0.01, "") if effect["figure"] == KEPT_MONEY.name else (100, " %")

    def value(name: str) -> str:
        return f"{effect[name] * scale:,.2f}{unit}"

    def change(name: str) -> str:
        return f"{effect[name] * scale:+,.2f}{unit}"

    return effect | {
        "holdout": value("holdout"),
        "treatment": value("treatment"),
        "difference": change("difference"),
        "interval": f"{change('low')} to {change('high')}",
        "any_time": f"{change('any_time_low')} to {change('any_time_high')}",
    }
