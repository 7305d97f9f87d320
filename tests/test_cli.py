"""The command line as a user meets it: real processes, exit codes, JSON."""

import csv
import json
import sqlite3
import subprocess
from contextlib import closing, suppress
from datetime import date

import pytest

from sample.export import write_export
from sample.world import Market
from store.settings import Settings
from tests.children import Ended, children, command_once
from tests.running import Forked


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("cli")


@pytest.fixture(scope="module")
def export(folder):
    market = Market(order_count=4_000, day_count=220, end_on=date(2026, 11, 1))
    write_export(market, folder / "export")
    return folder / "export"


def trendguard(folder, *words: str, **env: str) -> Ended:
    told = {"TRENDGUARD_DATA_DIR": str(folder / "data")} | env
    with children() as pool:
        return pool.submit(command_once, list(words), folder, **told).result()


def result(folder, *words: str) -> dict:
    done = trendguard(folder, *words, "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def another_model_waits_and_is_served_and_rolled_back(folder, first: dict) -> None:
    assert [first[p]["role"] for p in first] == ["champion", "champion"]
    assert "no champion yet" in first["shopper"]["why"]
    second = result(folder, "train")["shopper"]
    assert second["role"] == "challenger"
    assert "are needed" in second["why"]

    models = result(folder, "models", "list")["models"]
    roles = {m["version"]: m["role"] for m in models if m["purpose"] == "shopper"}
    assert roles == {
        first["shopper"]["version"]: "champion",
        second["version"]: "challenger",
    }

    def served():
        file = folder / "data" / "trendguard.db"
        with closing(sqlite3.connect(file)) as connection:
            ((champion,),) = connection.execute(
                "SELECT version FROM model_version "
                "WHERE purpose = 'shopper' AND role = 'champion'"
            )
        return champion

    promoted = result(folder, "models", "promote", second["version"])
    assert promoted["changed"]
    assert served() == second["version"]
    assert not result(folder, "models", "promote", second["version"])["changed"]
    back = result(folder, "models", "rollback")
    assert back == {
        "shopper": {
            "version": first["shopper"]["version"],
            "instead_of": second["version"],
        }
    }
    assert served() == first["shopper"]["version"]
    done = trendguard(folder, "models", "rollback", "--purpose", "checkout")
    assert done.returncode == 1
    assert "no model was served before" in done.stderr.replace("\n", " ")


@pytest.mark.slow
def test_from_an_export_to_a_score(folder, export):
    assert result(folder, "db", "upgrade")["schema"]
    files = result(folder, "import", str(export))["files"]
    assert files["orders"] == {
        "read": 4000, "added": 4000, "updated": 0, "unchanged": 0, "rejected": 0,
        "forgotten": 0, "rejects_file": None,
    }  # fmt: skip
    assert result(folder, "import", str(export))["files"]["orders"]["unchanged"] == 4000

    stages = {row["stage"] for row in result(folder, "trends")["trends"]}
    assert stages <= {"Rising", "Peak", "Decline", "Death"}
    early = result(folder, "trends", "--as-of", "2026-06-01")["trends"]
    assert {row["day"] for row in early} == {"2026-06-01"}
    assert result(folder, "match")["links"][0]["confidence"] > 0.5

    linked = result(folder, "link", "--out", str(folder / "linked.parquet"))
    assert linked["rows"] > 1000
    trained = result(folder, "train")
    assert trained["shopper"]["auc"] > 0.5
    evaluated = result(folder, "evaluate")["shopper"]
    assert evaluated["auc"] == trained["shopper"]["auc"]
    assert evaluated["groups"]
    shown = trendguard(folder, "evaluate").stdout
    assert f"shopper card: {evaluated['files']['card']}\n" in shown
    assert "groups" not in shown
    assert len(shown.splitlines()) < 25
    another_model_waits_and_is_served_and_rolled_back(folder, trained)
    checked = result(folder, "monitor")
    assert {row["purpose"] for row in checked["drift"]} == {"shopper", "checkout"}
    shown = trendguard(folder, "monitor")
    assert shown.stderr == ""
    assert (shown.returncode, checked["alarms"][0] in shown.stdout) == (0, True)

    asked = folder / "asked.csv"
    lines = (export / "orders.csv").read_text().splitlines()
    asked.write_text("\n".join([lines[0], *lines[2000:2050], "broken"]))
    scored = result(
        folder, "score", "--orders", str(asked), "--out", str(folder / "s.csv")
    )
    assert (scored["read"], scored["rejected"]) == (51, 1)
    with (folder / "s.csv").open(newline="") as rows:
        scores = list(csv.DictReader(rows))
    assert [s["order_id"] for s in scores] == [f"O{n:07d}" for n in range(1999, 2049)]
    for score in scores:
        if score["evidence"] != "none":
            low, risk, high = (
                float(score[c]) for c in ("risk_low", "regret_risk", "risk_high")
            )
            assert 0 <= low <= risk <= high <= 1
        else:
            assert score["regret_risk"] == ""

    title = (export / "products.csv").read_text().splitlines()[1].split('"')[3]
    card = result(folder, "risk", title, "--price", "29.99", "--age", "22")
    assert card["evidence"] in ("enough", "thin", "none")
    assert "aged" not in trendguard(folder, "risk", title).stderr


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["import", "nowhere"], 1, "is not a folder"),
        (["import"], 2, "Missing argument"),
        (["trends", "--as-of", "yesterday"], 2, "not a date"),
        (["risk", "Thing", "--price", "cheap"], 2, "not a price"),
        (["risk", "Thing", "--price", "NaN"], 2, "not a price"),
        (["risk", "Thing"], 1, "trendguard train"),
        (["models", "promote", "x"], 1, "no model 'x'"),
        (["models", "rollback"], 1, "no model is served"),
        (["train"], 1, "nothing to learn from yet"),
        (["score", "--orders", "no.csv", "--out", "s.csv"], 1, "no checkout model yet"),
        (["extract", "ebay-nothing", "x.html"], 2, "no such kind"),
        (["extract", "ebay-search", "x.html"], 1, "x.html"),
        (["crawl", "nothing"], 1, "no such spider"),
        (["crawl", "ebay_search", "-a", "query"], 2, "key=value"),
        (["nonsense"], 2, "No such command"),
    ],
)
def test_what_is_wrong_is_said_in_a_line_with_the_right_code(
    tmp_path, words, code, said
):
    done = trendguard(tmp_path, *words)
    assert done.returncode == code, done.stderr
    assert said in done.stderr.replace("\n", " ")
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


def test_a_wrong_setting_is_named(tmp_path):
    done = trendguard(tmp_path, "train", TRENDGUARD_API_PORT="eighty")
    assert done.returncode == 1
    assert "TRENDGUARD_API_PORT" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_new_administrator_gets_a_token_once(tmp_path):
    token = result(tmp_path, "admin", "add", "ada")["token"]
    assert len(token) >= 43
    again = trendguard(tmp_path, "admin", "add", "ada")
    assert again.returncode == 1
    assert token.encode() not in (tmp_path / "data" / "trendguard.db").read_bytes()


@pytest.mark.slow
def test_an_import_that_is_killed_leaves_all_or_nothing(tmp_path, export):
    trendguard(tmp_path, "db", "upgrade")
    settings = Settings(data_dir=tmp_path / "data")
    for seconds in (0.2, 0.4, 0.8):
        process = Forked(settings, tmp_path / "log", "import", str(export))
        with suppress(subprocess.TimeoutExpired):
            process.wait(seconds)
        process.kill()
        process.wait()
        with closing(sqlite3.connect(tmp_path / "data" / "trendguard.db")) as store:
            assert store.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            counts = {
                store.execute(f'SELECT count(*) > 0 FROM "{table}"').fetchone()[0]
                for table in ("product", "order", "return", "listing", "review")
            }
            assert len(counts) == 1
    files = result(tmp_path, "import", str(export))["files"]
    assert all(
        f["rejected"] == 0 and f["read"] == f["added"] + f["unchanged"]
        for f in files.values()
    )
