"""One buyer's browser: a connection that stays open, cookies, and a clock."""

import time
from collections.abc import Mapping
from http.client import HTTPConnection
from http.cookies import SimpleCookie
from typing import NamedTuple
from urllib.parse import urlencode

ADDRESS = "127.0.0.1"
TIMEOUT = 30
FORM = "application/x-www-form-urlencoded"


class Unexpected(Exception):
    """A page answered with something else than it should: the figures would mean nothing."""


class Answer(NamedTuple):
    """What came back."""

    status: int
    location: str
    body: bytes


class Browser:
    """Asks one server, keeps its cookies, and notes how long each answer took."""

    def __init__(self, port: int) -> None:
        self._connection = HTTPConnection(ADDRESS, port, timeout=TIMEOUT)
        self._headers = {"Host": f"localhost:{port}", "Accept-Language": "en"}
        self._cookies: dict[str, str] = {}
        self.laps: list[float] = []

    def get(self, path: str, *, status: int = 200) -> bytes:
        """A page."""
        return self._expect(status, "GET", path).body

    def post(self, path: str, fields: Mapping[str, str]) -> str:
        """A form that leads on; returns where to."""
        return self._expect(303, "POST", path, urlencode(fields).encode()).location

    def post_anything(self, path: str, fields: Mapping[str, str]) -> Answer:
        """A form, whatever it answers."""
        return self.ask("POST", path, urlencode(fields).encode())

    def ask(self, method: str, path: str, body: bytes | None = None) -> Answer:
        """One request, whatever it answers."""
        headers = self._headers if body is None else {**self._headers, "Content-Type": FORM}
        began = time.perf_counter()
        self._connection.request(method, path, body, headers)
        response = self._connection.getresponse()
        read = response.read()
        self.laps.append(time.perf_counter() - began)
        if response.getheader("Set-Cookie"):
            self._keep(response.headers.get_all("Set-Cookie", []))
        return Answer(response.status, response.getheader("Location", ""), read)

    def take_laps(self) -> list[float]:
        """Seconds of each request since the last time."""
        taken, self.laps = self.laps, []
        return taken

    def leave(self) -> None:
        """Close the connection; the next request opens a new one."""
        self._connection.close()

    def _expect(self, status: int, method: str, path: str, body: bytes | None = None) -> Answer:
        answer = self.ask(method, path, body)
        if answer.status != status:
            said = answer.body[:500].decode(errors="replace")
            raise Unexpected(f"{method} {path} answered {answer.status}, not {status}: {said}")
        return answer

    def _keep(self, lines: list[str]) -> None:
        for line in lines:
            for name, cookie in SimpleCookie(line).items():
                self._cookies[name] = cookie.value
        pairs = (f"{name}={value}" for name, value in self._cookies.items())
        self._headers["Cookie"] = "; ".join(pairs)
