"""Mixed load on the server as it runs, while things around it break.

PostgreSQL is restarted twice, once as if it had crashed, a worker is killed, a crawl
and a training go on. Told is what was answered wrongly, what failed outside the
outages, and whether memory grew.
"""

from bench.soak.run import run

__all__ = ["run"]
