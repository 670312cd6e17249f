"""Who may talk to the page's server: only the page that was opened by the command, in a browser on this machine.

Another page in the same browser may send requests to this machine too, and another name may be made to point here (DNS
rebinding). So a foreign Host, a foreign or missing Origin and a missing token are refused, and bodies are bounded.
"""

import hmac
from urllib.parse import parse_qs

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MOST_BODY_BYTES = 256 * 1024
"""Of one request; a roster of forty shifts has 6 kB."""
TOKEN_HEADER = "x-peered-token"
HEADERS = {
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        "form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "no-store",
}


class BodyTooLarge(Exception):
    """A request that holds more than any question."""


class OwnPageOnly:
    """Lets through what the page asks that was opened with `token`, and adds the headers that keep it to itself."""

    def __init__(self, app: ASGIApp, port: int, token: str) -> None:
        self.app, self.token = app, token
        self.hosts = frozenset({f"127.0.0.1:{port}", f"localhost:{port}"})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":  # no websockets
            return
        sent = False

        async def send_guarded(message: Message) -> None:
            nonlocal sent
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(HEADERS)
                sent = True
            await send(message)

        if refusal := self._refusal(scope):
            await refusal(scope, receive, send_guarded)
            return
        try:
            await self.app(scope, bounded(receive), send_guarded)
        except BodyTooLarge:
            if not sent:
                await refusal_of(413, "the request is too large for a question")(scope, receive, send_guarded)

    def _refusal(self, scope: Scope) -> PlainTextResponse | None:
        """Why the request is not answered, if it is not."""
        headers, path = Headers(scope=scope), scope["path"]
        host = headers.get("host", "")
        if host not in self.hosts:
            return refusal_of(400, "this page is at 127.0.0.1 only")
        if scope["method"] != "GET" and headers.get("origin") != f"http://{host}":
            return refusal_of(403, "another page asks: open the address that peered app has printed")
        query = parse_qs(scope["query_string"].decode("latin-1"))
        given = headers.get(TOKEN_HEADER, "") if path.startswith("/api/") else query.get("token", [""])[0]
        if not path.startswith("/page/") and not hmac.compare_digest(given.encode(), self.token.encode()):
            return refusal_of(403, "open the address that peered app has printed, with its token")
        return None


def refusal_of(status: int, why: str) -> PlainTextResponse:
    """A request that is not answered."""
    return PlainTextResponse(f"refused: {why}\n", status_code=status)


def bounded(receive: Receive) -> Receive:
    """The same, but a body of more than `MOST_BODY_BYTES` raises BodyTooLarge."""
    left = MOST_BODY_BYTES

    async def receive_bounded() -> Message:
        nonlocal left
        message = await receive()
        left -= len(message.get("body", b""))
        if left < 0:
            raise BodyTooLarge
        return message

    return receive_bounded
