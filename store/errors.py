"""Every error TrendGuard raises on purpose; a message says what to do next.

::

    TrendGuardError
    ├── SettingsError            a TRENDGUARD_* variable is wrong
    ├── DatabaseError            the database is away or of another version
    ├── BadFileError             a file can't be used at all; nothing of it was written
    ├── CrawlError               a page that yields nothing; `outcome` says why
    │   ├── BlockedError         the site refused us
    │   ├── LoginWallError       the page is behind a log-in
    │   ├── ChangedError         the page is not laid out as we know it
    │   ├── NotFoundError        the page says that the thing does not exist
    │   └── FailedError          no usable answer: time-out, 5xx, truncated, too large
    ├── DeliveryError            a message did not go out
    │   ├── RefusedError         and never will: it is not tried again
    │   ├── DelayedError         for now: it may be tried again
    │   │   └── AwayError        nobody is there: no other message would go out either
    │   └── UncertainError       or it did: nobody knows
    ├── ModelError
    │   ├── NoModelError         nothing was trained yet
    │   ├── NotEnoughDataError   training needs more, or other, rows
    │   ├── MissingFeatureError  rows lack a column that the model reads
    │   └── CorruptModelError    a model file is not the one that was registered
    │       └── ModelFormatError it is, but of another version of TrendGuard
    └── RequestError             the API's caller asked for something that can't be
        ├── InvalidError         a value breaks a rule that its type can't tell
        ├── UnauthorizedError    no token, or a wrong one
        ├── ForbiddenError       the token's owner may not do this
        ├── MissingError         no such thing
        ├── ConflictError        it contradicts what is already so
        └── TooManyError         asked too often; `retry_after_seconds` says when again
"""

from typing import ClassVar


class TrendGuardError(Exception):
    """Base of the tree; the message is written for the person who has to act."""


class SettingsError(TrendGuardError):
    """A setting is missing or wrong."""


class DatabaseError(TrendGuardError):
    """The database can't be reached or has another schema version."""


class BadFileError(TrendGuardError):
    """A file can't be used: missing column, not UTF-8, empty, binary."""


class CrawlError(TrendGuardError):
    """A page that yields nothing."""

    outcome: ClassVar[str] = "failed"

    retry_after_seconds: float | None = None
    """The pause that the site asked for, where it did."""

    status: int | None = None
    """HTTP status that it stands for, where one came."""

    answer: object = None
    """What had come, where something did."""


class BlockedError(CrawlError):
    """The site refused us; we do not try to get around it."""

    outcome = "blocked"


class LoginWallError(CrawlError):
    """The page wants a log-in, which we never attempt."""

    outcome = "login_wall"


class ChangedError(CrawlError):
    """The page is not laid out as the page object knows it."""

    outcome = "changed"


class NotFoundError(CrawlError):
    """The page itself says that the thing does not exist."""

    outcome = "not_found"


class FailedError(CrawlError):
    """No usable answer came."""

    outcome = "failed"


class DeliveryError(TrendGuardError):
    """A message did not go out; the words are stored, so no address is among them."""


class RefusedError(DeliveryError):
    """It was refused for good: the same message will not be taken later either."""


class DelayedError(DeliveryError):
    """It surely did not go out, and may be tried again.

    Parameters
    ----------
    retry_after_seconds : int
        The other side asked for at least such a pause.
    """

    def __init__(self, message: str, retry_after_seconds: int = 0) -> None:
        super().__init__(message)
        self.retry_after_seconds = retry_after_seconds


class AwayError(DelayedError):
    """No connection: it is not this message's fault."""


class UncertainError(DeliveryError):
    """It was handed over, and no answer came: it may have gone out."""


class ModelError(TrendGuardError):
    """Base of what can be wrong with a model."""


class NoModelError(ModelError):
    """Nothing was trained yet."""


class NotEnoughDataError(ModelError):
    """Training needs more rows, or rows of both kinds."""


class MissingFeatureError(ModelError):
    """Rows lack a column that the model reads."""


class CorruptModelError(ModelError):
    """A model file is not the one that was registered."""


class ModelFormatError(CorruptModelError):
    """A model file is of another version of TrendGuard."""


class RequestError(TrendGuardError):
    """The API's caller asked for something that can't be."""


class InvalidError(RequestError):
    """A value breaks a rule; the message says which."""


class UnauthorizedError(RequestError):
    """No token, or a wrong one."""


class ForbiddenError(RequestError):
    """Who asks is known, and may not do this."""


class MissingError(RequestError):
    """No such thing."""


class ConflictError(RequestError):
    """The request contradicts what is already so."""


class TooManyError(RequestError):
    """Asked too often.

    Parameters
    ----------
    retry_after_seconds : int
        When it may be tried again.
    """

    def __init__(self, message: str, retry_after_seconds: int) -> None:
        super().__init__(message)
        self.retry_after_seconds = retry_after_seconds
