"""Who may operate TrendGuard: people and tokens, what each may do, what each did.

The gate is `gate.require`; who may do what stands in `roles`.
"""

from server.access.gate import Caller, by_session, caller, only_who_may, require
from server.access.throttle import register_throttle
from server.access.tokens import token_hash
from server.access.trail import audit
from server.access.users import add_admin

__all__ = [
    "Caller",
    "add_admin",
    "audit",
    "by_session",
    "caller",
    "only_who_may",
    "register_throttle",
    "require",
    "token_hash",
]
