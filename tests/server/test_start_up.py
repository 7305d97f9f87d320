"""What a worker loads before it is asked anything: nothing that learning needs."""

import json
import subprocess
import sys

HEAVY = (
    "lifelines",
    "lightgbm",
    "matplotlib",
    "ml.daily",
    "ml.learning",
    "pandas",
    "scipy.stats",
    "sklearn",
    "statsmodels",
    "tea_tasting",
)
ASKED = (
    "import json, sys, server.app; "
    f"print(json.dumps([name for name in {HEAVY!r} if name in sys.modules]))"
)


def test_importing_the_server_loads_nothing_that_learns() -> None:
    told = subprocess.run(
        [sys.executable, "-c", ASKED], capture_output=True, text=True, check=True
    )
    assert json.loads(told.stdout) == []
