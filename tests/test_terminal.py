import re
from types import SimpleNamespace

import pytest
from rich.console import Console
from rich.progress import Progress
from typer.testing import CliRunner

import cli
import terminal
from store.settings import Settings

CARD = {
    "risk": 0.37,
    "risk_low": 0.31,
    "risk_high": 0.44,
    "evidence": "enough",
    "stage": None,
    "kept_180_days": None,
    "reasons": [],
    "model": {"version": "1", "trained_on": "retailer", "target": "regret"},
}
MODEL = {
    "target": "returned",
    "auc": 0.71234,
    "n": 1200,
    "groups": [{"group": "x"}],
    "rounds": 77,
    "version": "v1",
    "role": "challenger",
    "why": "300 orders [later] are needed",
}


def printed_card(**changed):
    console = Console(width=80)
    with console.capture() as shown:
        console.print(terminal.card_table(CARD | changed))
    return shown.get()


def test_a_card_says_what_its_risk_is_of():
    assert printed_card().startswith("regret risk  37% (31% to 44%)")
    returned = printed_card(model=CARD["model"] | {"target": "returned"})
    assert returned.startswith("return risk  37%")
    assert "regret" not in returned
    assert "every return counts" in returned
    nothing = printed_card(model=None, risk=None, evidence="none")
    assert nothing.startswith("regret risk  not enough evidence")


def test_reasons_that_weigh_the_same_are_all_told():
    texts = ["Buyers rate it 1.7 of 5", "#pillow is down to 17%"]
    reasons = [{"effect": 0.21, "text": t, "as_of": "2026-11-07"} for t in texts]
    shown = printed_card(reasons=reasons)
    assert shown.count("+21 points") == 2
    assert all(text in shown for text in texts)


@pytest.fixture
def chosen(monkeypatch, tmp_path):
    """The settings and the report that the training got."""
    got = {}

    def train(database, settings, day, report):
        got.update(trials=settings.search_trials, dask=settings.dask_address)
        report("shopper: all orders", 1, 3)
        report("shopper: all orders", 2, 3)
        report("checkout: all orders", 1, 3)
        return {"shopper": MODEL}

    monkeypatch.setattr("ml.training.train", train)
    monkeypatch.setattr("ml.refresh.refresh", lambda *_: {})
    settings = Settings(data_dir=tmp_path, search_trials=5, dask_address="tcp://a:1")
    monkeypatch.setattr("commands.options.get_settings", lambda: settings)
    monkeypatch.setattr("commands.learning.get_settings", lambda: settings)
    return got


def train(*words):
    done = CliRunner().invoke(cli.app, ["train", *words])
    assert done.exit_code == 0, done.output
    return done


def test_options_of_the_training_stand_for_settings(chosen):
    train()
    assert chosen == {"trials": 5, "dask": "tcp://a:1"}
    train("--trials", "0", "--dask", "tcp://b:2")
    assert chosen == {"trials": 0, "dask": "tcp://b:2"}
    train("--dask", "")
    assert chosen == {"trials": 5, "dask": ""}
    assert CliRunner().invoke(cli.app, ["train", "--trials", "-1"]).exit_code == 2


@pytest.mark.usefixtures("chosen")
def test_a_training_prints_figures_and_what_was_decided():
    shown = train().stdout
    assert "AUC" in shown
    assert "0.712" in shown
    assert "1,200" in shown
    assert "predicts          returned" in shown
    assert "shopper: challenger, 300 orders [later] are needed\n" in shown
    assert not re.search("rounds|groups", shown)


@pytest.mark.usefixtures("chosen")
def test_progress_is_drawn_on_a_terminals_error_output_alone(monkeypatch):
    assert train().stderr == ""
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert "shopper: all orders" in (done := train()).stderr
    assert "shopper: all orders" not in done.stdout
    assert train("--json").stderr == ""


def test_a_step_that_ended_early_is_full_when_the_next_begins(monkeypatch):
    monkeypatch.setenv("FORCE_COLOR", "1")
    drawn = []

    def kept(*columns, **options):
        drawn.append(Progress(*columns, **options))
        return drawn[0]

    monkeypatch.setattr(terminal, "Progress", kept)
    with terminal.progress(shown=True) as report:
        report("a", 1, 4)
        report("b", 0, 0)
    found = [(t.description, t.completed, t.total) for t in drawn[0].tasks]
    assert found == [("orders", 1, 1), ("a", 4, 4), ("b", 0, None)]


def test_a_crawls_progress_is_drawn_on_a_terminal_alone(monkeypatch, capsys):
    run = SimpleNamespace(page_count=2, item_counts={"listing": 61}, drop_counts={})
    for is_terminal in (False, True):
        if is_terminal:
            monkeypatch.setenv("FORCE_COLOR", "1")
        with terminal.crawl_progress() as told:
            told(run)
        shown = capsys.readouterr()
        assert ("2 pages, 61 items, 0 dropped" in shown.err) is is_terminal
        assert shown.out == ""


def test_alarms_are_few_lines(capsys):
    drift = {"purpose": "shopper", "threshold": 0.1, "n": 5}
    drifts = [drift | {"feature": f"f{n}", "psi": n / 10} for n in range(30)]
    alarms = [f"alarm {n}" for n in range(30)]
    terminal.print_alarms({"freshness": [], "drift": drifts, "alarms": alarms})
    shown = capsys.readouterr().out
    assert "alarm 0\n" in shown
    assert "alarm 8\n" not in shown
    assert "and 22 more: --json" in shown
    assert re.findall(r"\bf\d+", shown) == [f"f{n}" for n in range(29, 19, -1)]
    terminal.print_alarms({"freshness": [], "drift": [], "alarms": alarms[:8]})
    assert "more" not in capsys.readouterr().out
    terminal.print_alarms({"freshness": [], "drift": [], "alarms": []})
    assert "no alarms" in capsys.readouterr().out
