import signal
import subprocess
import sys

import pytest

from tests.running import lives, until

PARENT = """
import sys, time
from pathlib import Path
from sample.processes import running
from store.settings import Settings
with running(Settings(data_dir=Path(sys.argv[1])), "worker") as child:
    print(child.pid, flush=True)
    time.sleep(60)
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends orphans")
def test_a_parent_that_is_killed_takes_its_children_along(tmp_path):
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT, str(tmp_path)], stdout=subprocess.PIPE, text=True
    )
    child = int(parent.stdout.readline())
    assert lives(child)
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    parent.stdout.close()
    until(lambda: not lives(child), 30)
    assert not lives(child)
