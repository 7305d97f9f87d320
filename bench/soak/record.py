"""What was answered when, and what of it is to be excused by an outage."""

import threading
from collections import Counter
from dataclasses import dataclass, field

# After its end an outage may still be felt: pools look again, a worker starts.
AFTER_SECONDS = 5.0


@dataclass(frozen=True)
class Answer:
    """One answer, or none."""

    at: float
    """Seconds since the start of the load, when it came."""

    call: str
    """Which call."""

    status: int
    """HTTP status; 0 where the connection was lost."""

    seconds: float
    """How long it took."""

    wrong: str
    """What is wrong with it, empty where nothing is."""


@dataclass
class Record:
    """All answers, and the times of the outages."""

    answers: list[Answer] = field(default_factory=list)
    outages: list[tuple[str, float, float]] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, answer: Answer) -> None:
        """Write down an answer."""
        with self._lock:
            self.answers.append(answer)

    def excused(self, answer: Answer) -> bool:
        """Tell whether an outage was on while the answer was on its way."""
        asked = answer.at - answer.seconds
        return any(
            asked <= end + AFTER_SECONDS and answer.at >= start
            for _, start, end in self.outages
        )

    @property
    def wrong(self) -> list[Answer]:
        """Answers that say what is not so; no outage excuses them."""
        return [a for a in self.answers if a.wrong]

    @property
    def failed(self) -> list[Answer]:
        """Answers of 500 and more, and lost connections, outside the outages."""
        return [
            a
            for a in self.answers
            if (a.status >= 500 or not a.status) and not self.excused(a)
        ]

    def counts(self) -> dict[str, Counter[int]]:
        """Return call -> status -> answers."""
        counted: dict[str, Counter[int]] = {}
        for answer in self.answers:
            counted.setdefault(answer.call, Counter())[answer.status] += 1
        return counted
