"""Signing in as a person does: by the message, from a browser without JavaScript."""

from consult.ground import clock
from tests.support.letters import code_of, sign_in_letter
from tests.support.page import Page, PageClient


def ask(client: PageClient, email: str, **fields: str) -> Page:
    """Ask for a message, and come to the page of the code."""
    return client.follow(client.post("/connexion", {"email": email, **fields}, 303))


def arrive(client: PageClient, email: str, **fields: str) -> Page:
    """Sign in by code; the redirection that follows."""
    ask(client, email, **fields)
    return client.post("/connexion/code", {"code": code_of(sign_in_letter(clock.now()))}, 303)


def follow_link(client: PageClient, path: str, status: int = 200) -> Page:
    """Open the link of a message, and come to the page it leads to."""
    return client.follow(client.get(path, 303), status)


def wrong(code: str) -> str:
    """Another code of six digits."""
    return f"{(int(code) + 1) % 1_000_000:06}"


def is_signed_in(client: PageClient) -> bool:
    """Whether this browser's session serves."""
    return client.http.get("/compte").status_code == 200


def session_key(client: PageClient) -> str | None:
    """What the browser's cookie holds of its session."""
    with client.http.session_transaction() as cookie:
        found: str | None = cookie.get("_user_id")
    return found
