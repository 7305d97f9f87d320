"""Every table, one class each; the docstring under a column describes it.

`docs/data-dictionary.md` is generated from here.
"""

from store.tables.acting import (
    Assignment,
    Delivery,
    Intervention,
    Nudge,
    OptOut,
    Outcome,
)
from store.tables.base import Table, UtcDateTime
from store.tables.derived import (
    CategoryDay,
    HashtagDay,
    ModelVersion,
    ProductDay,
    Retention,
    RiskCard,
)
from store.tables.observations import (
    HashtagSnapshot,
    Listing,
    Order,
    Population,
    Product,
    ProductHashtag,
    Return,
    Review,
    Video,
    ZipIncome,
)
from store.tables.operations import Change, CrawlRun, JobRun, Watch
from store.tables.people import AdminUser, ApiToken, AuditEvent

ALL: tuple[type[Table], ...] = (
    HashtagSnapshot,
    Video,
    Product,
    ProductHashtag,
    Listing,
    Review,
    Order,
    Return,
    ZipIncome,
    Population,
    HashtagDay,
    CategoryDay,
    ProductDay,
    Retention,
    RiskCard,
    ModelVersion,
    Watch,
    CrawlRun,
    JobRun,
    Change,
    Nudge,
    Intervention,
    Assignment,
    Delivery,
    OptOut,
    Outcome,
    AdminUser,
    ApiToken,
    AuditEvent,
)

__all__ = [
    "ALL",
    "AdminUser",
    "ApiToken",
    "Assignment",
    "AuditEvent",
    "CategoryDay",
    "Change",
    "CrawlRun",
    "Delivery",
    "HashtagDay",
    "HashtagSnapshot",
    "Intervention",
    "JobRun",
    "Listing",
    "ModelVersion",
    "Nudge",
    "OptOut",
    "Order",
    "Outcome",
    "Population",
    "Product",
    "ProductDay",
    "ProductHashtag",
    "Retention",
    "Return",
    "Review",
    "RiskCard",
    "Table",
    "UtcDateTime",
    "Video",
    "Watch",
    "ZipIncome",
]
