"""HTTP to one Clearent account, and nothing else: what was asked, what came back, or nothing."""

import ipaddress
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.cookiejar import DefaultCookiePolicy
from urllib.parse import urlsplit

from requests import RequestException, Response, Session
from urllib3.exceptions import HTTPError

from komet_clearent.transport import Watch, WatchedAdapter
from komet_shop.plugin_api import Account, Deadlines, Host

CHUNK_BYTES = 16_384
PUBLIC_KEY = "public-key"


@dataclass(frozen=True, kw_only=True)
class Request:
    """One call. `name` is what the log may say of it; paths and bodies hold secrets."""

    name: str
    method: str
    path: str = field(repr=False)
    query: Mapping[str, str] = field(default_factory=dict)
    body: Mapping[str, object] | None = field(default=None, repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, kw_only=True)
class Answer:
    """A complete answer, not yet believed."""

    status: int
    body: bytes = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class NoAnswer:
    """Nothing usable came back.

    `sent` False: not one byte of the request was written (no such name, connection refused,
    TLS failed, no connection in time), so it was provably not processed.
    """

    sent: bool
    reason: str


Reply = Answer | NoAnswer


class Client:
    """One account's connection. Safe to use from several threads.

    Sends each request once, follows no redirect, keeps no cookie, reads no proxy or password
    from the environment, and verifies TLS.

    Raises:
        ValueError: the account's address is neither https nor on this machine.

    Rule: docs/clearent.md, "One call".
    """

    def __init__(self, account: Account, host: Host, deadlines: Deadlines) -> None:
        require_safe_address(account.url)
        self._url = account.url.rstrip("/")
        self._api_key = account.settings["api_key"]
        self._host = host
        self._deadlines = deadlines
        self._session = _session("/".join(host.software))

    def send(self, request: Request) -> Reply:
        """Make the call and wait for its answer, at most `deadlines.total` seconds.

        Raises:
            RuntimeError: the host forbids calls now, since a database transaction is open.
        """
        latest_start = self._host.about_to_call()
        started = time.monotonic()
        reply = self._exchange(request, latest_start)
        self._host.log(
            "gateway_call",
            call=request.name,
            status=reply.status if isinstance(reply, Answer) else None,
            failure=reply.reason if isinstance(reply, NoAnswer) else None,
            milliseconds=int((time.monotonic() - started) * 1000),
        )
        return reply

    def _exchange(self, request: Request, latest_start: float) -> Reply:
        with Watch(self._deadlines.total, latest_start=latest_start) as watch:
            try:
                with self._request(request) as response:
                    body = self._read(response)
            except (RequestException, HTTPError, OSError) as error:
                reason = "deadline" if watch.expired else type(error).__name__
                return NoAnswer(sent=watch.sent, reason=reason)
            if watch.expired:
                return NoAnswer(sent=True, reason="deadline")
            if body is None:
                return NoAnswer(sent=True, reason="answer too large")
            return Answer(status=response.status_code, body=body)

    def _request(self, request: Request) -> Response:
        body = None if request.body is None else json.dumps(request.body).encode()
        return self._session.request(
            request.method,
            self._url + request.path,
            params=dict(request.query),
            data=body,
            headers={**self._identity(request), **request.headers},
            timeout=(self._deadlines.connect, self._deadlines.total),
            allow_redirects=False,
            stream=True,
        )

    def _identity(self, request: Request) -> dict[str, str]:
        """One key a call: what the public key opens must not be opened by the secret one."""
        return {} if PUBLIC_KEY in request.headers else {"api-key": self._api_key}

    def _read(self, response: Response) -> bytes | None:
        """The answer's bytes as they came; None when there are too many."""
        body = bytearray()
        for chunk in response.raw.stream(CHUNK_BYTES, decode_content=False):
            body += chunk
            if len(body) > self._deadlines.max_answer_bytes:
                return None
        return bytes(body)


def require_safe_address(url: str) -> None:
    """Let https pass, and http to this machine, where the sandbox runs.

    Raises:
        ValueError: anything else would show keys and tokens to the network.
    """
    parts = urlsplit(url)
    if not (parts.scheme == "https" or (parts.scheme == "http" and _is_here(parts.hostname))):
        raise ValueError("The gateway's address must start with https://.")


def _is_here(hostname: str | None) -> bool:
    if hostname == "localhost":
        return True
    try:
        return ipaddress.ip_address(hostname or "").is_loopback
    except ValueError:
        return False


def _session(software: str) -> Session:
    session = Session()
    session.trust_env = False
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    session.headers.update(
        {
            "Accept": "application/json",
            "Accept-Encoding": "identity",
            "Content-Type": "application/json",
            "User-Agent": software,
        }
    )
    adapter = WatchedAdapter()
    session.mount("https://", adapter)
    session.mount("http://", adapter)
    return session
