"""`trendguard admin`: who may operate TrendGuard.

Whoever can run this has the database anyway: it asks for no password, and works when
nobody can log in.
"""

import sys
from typing import Annotated, Any

import typer

from commands.options import Json, opened, show
from terminal import print_rows

app = typer.Typer(help="Who may operate TrendGuard.", no_args_is_help=True)

FromInput = Annotated[
    bool, typer.Option("--password-stdin", help="Read it from standard input.")
]
TOKENS = {
    "token_id": "id",
    "name": "owner",
    "label": "label",
    "scope": "scopes",
    "created_at": "made",
    "expires_at": "expires",
    "last_used_on": "last used",
    "revoked_at": "revoked",
}
SECRET = {"token_sha256"}


@app.command("add")
def admin_add(
    name: str,
    role: Annotated[str, typer.Option(help="viewer, operator or admin.")] = "admin",
    ask_password: Annotated[
        bool, typer.Option("--password", help="Ask for a password, to log in with.")
    ] = False,
    password_stdin: FromInput = False,
    as_json: Json = False,
) -> None:
    """Add a person who operates it; the token is shown this once."""
    from server.access import add_admin  # noqa: PLC0415

    wanted = ask_password or password_stdin
    password = _password(password_stdin) if wanted else None
    token = add_admin(opened(), name, role, password)
    show({"name": name, "role": role, "token": token}, as_json)


@app.command("password")
def admin_password(
    name: str, password_stdin: FromInput = False, as_json: Json = False
) -> None:
    """Set a person's password; all their sessions end."""
    _change(name, as_json, password=_password(password_stdin))


@app.command("disable")
def admin_disable(name: str, as_json: Json = False) -> None:
    """Let a person in no more, neither by password nor by token."""
    _change(name, as_json, disabled=True)


@app.command("enable")
def admin_enable(name: str, as_json: Json = False) -> None:
    """Let a person in again."""
    _change(name, as_json, disabled=False)


@app.command("token")
def admin_token(
    name: str,
    scope: Annotated[list[str], typer.Option(help="score, read, operate, admin.")],
    days: Annotated[int, typer.Option(min=1, max=3650, help="How long.")] = 90,
    label: Annotated[str, typer.Option(help="What it is for.")] = "",
    as_json: Json = False,
) -> None:
    """Make a token for a person; it is shown this once."""
    from server.access.tokens import make_token  # noqa: PLC0415

    with opened().writing() as session:
        token, row = make_token(
            session, name, scope, actor="cli", days=days, label=label
        )
    show(row.model_dump(exclude=SECRET) | {"token": token}, as_json)


@app.command("tokens")
def admin_tokens(as_json: Json = False) -> None:
    """List every token, without the token itself."""
    from server.access.tokens import all_tokens  # noqa: PLC0415

    with opened().reading() as session:
        rows = [row.model_dump(exclude=SECRET) for row in all_tokens(session)]
    show({"tokens": rows}, as_json, lambda _: print_rows(rows, TOKENS))


@app.command("revoke")
def admin_revoke(
    token_id: Annotated[str, typer.Argument(metavar="ID")], as_json: Json = False
) -> None:
    """Revoke a token: it counts no more, from now on."""
    from server.access.tokens import revoke_token  # noqa: PLC0415

    with opened().writing() as session:
        row = revoke_token(session, token_id, actor="cli")
    show(row.model_dump(exclude=SECRET), as_json)


def _change(name: str, as_json: bool, **changed: Any) -> None:
    from server.access.users import Change, change_user  # noqa: PLC0415

    with opened().writing() as session:
        user = change_user(session, name, Change(**changed), actor="cli")
    show(user.model_dump(exclude={"password_hash"}), as_json)


def _password(from_input: bool) -> str:
    if from_input:
        return sys.stdin.readline().rstrip("\r\n")
    if not sys.stdin.isatty():
        raise typer.BadParameter("no terminal to ask on: use --password-stdin")
    return str(typer.prompt("Password", hide_input=True, confirmation_prompt=True))
