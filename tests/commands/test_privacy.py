import json
import sys

import pytest

import cli
from store.database import open_database
from store.settings import get_settings
from tests.store.people.world import ANNA, ORDERS, fill


@pytest.fixture
def run(monkeypatch, tmp_path, capsys, request):
    """Run the command line on a shop; return exit code, what it printed, and errors."""
    monkeypatch.setenv("TRENDGUARD_DATA_DIR", str(tmp_path / "data"))
    get_settings.cache_clear()
    database = open_database(get_settings())
    fill(database, tmp_path / "export")
    opened = [database]

    def opening():
        opened.append(open_database(get_settings()))
        return opened[-1]

    monkeypatch.setattr("commands.privacy.opened", opening)

    def called(*words, stdin=""):
        monkeypatch.setattr(sys, "argv", ["trendguard", *words])
        reader = type("Reader", (), {"readline": lambda self: stdin})
        monkeypatch.setattr("commands.privacy.sys.stdin", reader())
        with pytest.raises(SystemExit) as ended:
            cli.main()
        printed = capsys.readouterr()
        return ended.value.code or 0, printed.out, printed.err

    yield called
    for each in opened:
        each.close()


def test_a_person_is_shown_forgotten_and_unknown_from_then_on(run):
    code, out, _ = run("subject", "-", "--json", stdin=f"{ANNA}\n")
    assert code == 0
    assert len(json.loads(out)["tables"]["order"]["rows"]) == 3
    code, out, _ = run("subject", ANNA)
    assert code == 0
    assert "One product bought by one person" in out
    code, out, _ = run("forget", "-", "--json", stdin=f"{ANNA}\n")
    certificate = json.loads(out)
    assert (code, certificate["rows"]["order"]) == (0, 3)
    assert not any(name in out for name in (ANNA, *ORDERS[ANNA]))
    code, out, err = run("subject", ANNA)
    assert (code, out) == (1, "")
    assert "forgotten on" in err
    code, _, err = run("opt-out", ANNA)
    assert code == 1
    assert "nothing is sent to them" in err
    assert run("subject", "-", stdin="\n")[0] == 2


def test_opting_out_holds(run):
    code, out, _ = run("opt-out", "somebody", "--channel", "email", "--json")
    assert (code, json.loads(out)) == (0, {"channel": "email", "new": True})
    code, out, _ = run("opt-out", "somebody", "--channel", "email", "--json")
    assert json.loads(out)["new"] is False
    assert run("opt-out", "somebody", "--channel", "fax")[0] == 1


def test_decisions_are_imported_once_and_never_changed(run, tmp_path):
    file = tmp_path / "consents.csv"
    file.write_text(
        "customer_id,purpose,decided_at,is_given,source\n"
        "somebody,email,2026-05-01T10:00:00Z,yes,checkout form\n"
        "somebody,email,2026-05-02T10:00:00Z,no,letter\n"
        "somebody,fax,2026-05-02T10:00:00Z,no,letter\n"
        "somebody,sms,2026-05-02T10:00:00Z,perhaps,letter\n"
    )
    _, out, _ = run("consent", "import", str(file), "--json")
    report = json.loads(out)
    assert (report["read"], report["added"], report["rejected"]) == (4, 2, 2)
    file.write_text(
        "customer_id,purpose,decided_at,is_given,source\n"
        "somebody,email,2026-05-01T10:00:00Z,no,checkout form\n"
        "somebody,email,2026-05-02T10:00:00Z,no,letter\n"
    )
    _, out, _ = run("consent", "import", str(file), "--json")
    report = json.loads(out)
    assert (report["updated"], report["unchanged"], report["rejected"]) == (0, 1, 1)
    rejects = get_settings().data_dir / "rejects" / "consents.csv"
    assert "none is ever changed" in rejects.read_text()
    assert "somebody" not in rejects.read_text()
