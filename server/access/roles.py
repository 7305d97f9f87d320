"""Who may do what: roles of people, scopes of tokens, what each admin call needs.

A *power* is what a call asks for. A person has those of the role; a token has those of
its scopes that its owner has too, so it never lets in more than its owner.
"""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Literal, NamedTuple, get_args

Power = Literal["score", "read", "operate", "admin"]
Role = Literal["viewer", "operator", "admin"]
Scope = Literal["score", "read", "operate", "admin"]

EVERYTHING: frozenset[Power] = frozenset(get_args(Power))
ROLES: Mapping[str, frozenset[Power]] = MappingProxyType(
    {
        "viewer": frozenset({"score", "read"}),
        "operator": frozenset({"score", "read", "operate"}),
        "admin": EVERYTHING,
    }
)
SCOPES: Mapping[str, frozenset[Power]] = MappingProxyType(
    {
        "score": frozenset({"score"}),
        "read": frozenset({"read"}),
        "operate": frozenset({"read", "operate"}),
        "admin": EVERYTHING,
    }
)


class Needed(NamedTuple):
    """The powers that the calls of one resource need."""

    to_look: Power
    """For GET."""

    to_change: Power
    """For every other method."""


# By the name of the resource's blueprint. Tokens are one's own: `read` lets everybody
# have some, and only an admin reaches those of others.
RESOURCES: Mapping[str, Needed] = MappingProxyType(
    {
        "admin_session": Needed("read", "read"),
        "admin_tokens": Needed("read", "read"),
        "admin_crawls": Needed("read", "operate"),
        "admin_samples": Needed("operate", "operate"),
        "admin_sources": Needed("read", "operate"),
        "admin_watches": Needed("read", "admin"),
        "admin_models": Needed("read", "admin"),
        "admin_users": Needed("admin", "admin"),
        "admin_audit": Needed("admin", "admin"),
        "dashboard_session": Needed("read", "read"),
        "dashboard_overview": Needed("read", "operate"),
        "dashboard_alerts": Needed("read", "operate"),
        "dashboard_drivers": Needed("read", "operate"),
        "dashboard_effects": Needed("read", "operate"),
        "dashboard_report": Needed("read", "operate"),
        "dashboard_product": Needed("read", "operate"),
        "dashboard_hashtag": Needed("read", "operate"),
        "dashboard_model": Needed("read", "admin"),
        "dashboard_privacy": Needed("read", "admin"),
        "dashboard_crawls": Needed("read", "operate"),
        "dashboard_sources": Needed("read", "operate"),
        "dashboard_watches": Needed("read", "admin"),
    }
)


def powers_of(role: str, scopes: Iterable[str] | None = None) -> frozenset[Power]:
    """Return what a person of this role may do, or a token of these scopes.

    What nobody knows of gives nothing.

    >>> sorted(powers_of("viewer"))
    ['read', 'score']
    >>> sorted(powers_of("viewer", ["admin"])), sorted(powers_of("admin", ["score"]))
    (['read', 'score'], ['score'])
    """
    own = ROLES.get(role, frozenset())
    if scopes is None:
        return own
    return own & frozenset().union(*(SCOPES.get(scope, ()) for scope in scopes))
