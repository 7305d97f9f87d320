"""Whether this worker is being stopped, and what it then leaves to others."""

import threading

stopping = threading.Event()
"""Set when the worker is told to end: crawls are ended and given back."""

jobs_under_way: set[str] = set()
"""Keys of the jobs that this process is at."""

claiming = threading.Lock()
"""Held while a job is claimed or leaves the set; for good by a worker that stops."""
