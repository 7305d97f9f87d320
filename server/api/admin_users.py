"""/v1/admin/users: the people who operate TrendGuard. For admins, all audited."""

from datetime import datetime

from flask import Response
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag
from pydantic import BaseModel, ConfigDict, Field, SecretStr, StrictBool

from server.access import caller, only_who_may
from server.access.names import NAME_CHARACTERS
from server.access.passwords import MAX_BYTES
from server.access.roles import Role
from server.access.users import Change, add_user, all_users, change_user
from server.problems import described
from server.state import state
from store.tables import AdminUser

blueprint = APIBlueprint(
    "admin_users",
    __name__,
    url_prefix="/v1/admin",
    abp_tags=[Tag(name="admin")],
    abp_security=[{"token": []}, {"session": []}],
    abp_responses=described(401, 403, 503),
)


class _Part(BaseModel):
    model_config = ConfigDict(use_attribute_docstrings=True, extra="forbid")


class User(_Part):
    """A person who operates TrendGuard."""

    name: str
    """Log-in name."""

    role: str
    """``viewer``, ``operator`` or ``admin``."""

    has_password: bool
    """Without one a person enters by tokens alone."""

    created_at: datetime
    """When added, UTC."""

    disabled_at: datetime | None
    """Since when not let in, UTC."""


class Users(_Part):
    """Everybody, by name."""

    users: list[User]
    """The people."""


class NewUser(_Part):
    """A person to be added."""

    name: str = Field(min_length=1, max_length=NAME_CHARACTERS)
    """1 to 64 characters that can be seen, no slash."""

    role: Role
    """``viewer``, ``operator`` or ``admin``."""

    password: SecretStr | None = Field(default=None, max_length=MAX_BYTES)
    """At least 12 characters, at most 1024 bytes, not a common one; none: no log-in."""


class UserChange(_Part):
    """What is to be another; what is left out stays."""

    role: Role | None = None
    """The new role."""

    disabled: StrictBool | None = None
    """True: logged out everywhere and no longer let in, tokens included."""

    password: SecretStr | None = Field(default=None, max_length=MAX_BYTES)
    """A new password; all sessions of the person end."""


class UserPath(BaseModel):
    """Who."""

    name: str


blueprint.before_request(only_who_may)


@blueprint.get("/users", responses={200: Users})
def get_users() -> Response:
    """Everybody."""
    with state().database.reading() as session:
        found = [_shown(row) for row in all_users(session)]
    return _json(Users(users=found))


@blueprint.post("/users", responses={201: User, **described(400, 409, 413, 422)})
def post_user(body: NewUser) -> Response:
    """Add a person."""
    with state().database.writing() as session:
        user = add_user(
            session,
            body.name,
            body.role,
            actor=caller().name,
            password=_plain(body.password),
        )
    return _json(_shown(user), 201)


@blueprint.patch(
    "/users/<name>", responses={200: User, **described(400, 404, 409, 413, 422)}
)
def patch_user(path: UserPath, body: UserChange) -> Response:
    """Change role or password, disable or enable; the last admin stays one."""
    change = Change(body.role, body.disabled, _plain(body.password))
    with state().database.writing() as session:
        user = change_user(session, path.name, change, actor=caller().name)
    return _json(_shown(user))


def _shown(row: AdminUser) -> User:
    return User(
        name=row.name,
        role=row.role,
        has_password=row.password_hash is not None,
        created_at=row.created_at,
        disabled_at=row.disabled_at,
    )


def _plain(password: SecretStr | None) -> str | None:
    return None if password is None else password.get_secret_value()


def _json(model: BaseModel, status: int = 200) -> Response:
    return Response(model.model_dump_json(), status, mimetype="application/json")
