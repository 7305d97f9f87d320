"""The commands about what people look at, where they can't write."""

import sys

import pytest

import cli
from store.database import Database
from store.settings import Settings, get_settings


@pytest.fixture
def told(tmp_path, monkeypatch, capsys):
    """Run `trendguard …` on an empty store; returns its exit code and what it said."""
    monkeypatch.setenv("TRENDGUARD_DATA_DIR", str(tmp_path / "data"))
    get_settings.cache_clear()
    Database(Settings(data_dir=tmp_path / "data")).upgrade()

    def run(*words):
        monkeypatch.setattr(sys, "argv", ["trendguard", *words])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        return ended.value.code, capsys.readouterr().err

    yield run
    get_settings.cache_clear()


@pytest.mark.parametrize("place", ["missing/report.html", "taken/report.html", "."])
def test_a_report_that_can_not_be_written_is_one_line(told, tmp_path, place):
    (tmp_path / "taken").write_text("")
    code, said = told("report", "--out", str(tmp_path / place))
    assert code == 1
    assert said.startswith("error: ")
    assert "can't be written" in said
    assert said.count("\n") == 1


def test_an_export_that_can_not_be_written_is_one_line(told, tmp_path):
    (tmp_path / "taken").write_text("")
    code, said = told("export", "powerbi", str(tmp_path / "taken" / "powerbi"))
    assert code == 1
    assert said.startswith("error: ")
    assert "can't be written to (Not a directory)" in said
    assert said.count("\n") == 1
