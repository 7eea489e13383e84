"""Crash points: before and after every commit and every call, counted as they come."""

import os
import signal
from typing import Any

from sqlalchemy import Connection, event
from sqlalchemy.orm import Session

from komet_shop.models.database import Database


class CrashPoints:
    """Counts the points that a process passes, and kills it at one of them."""

    def __init__(self, kill_at: int | None, stop_at: str | None = None) -> None:
        self.names: list[str] = []
        self._kill_at = kill_at
        self._stop_at = stop_at

    def reached(self, name: str) -> None:
        """Pass a point, or die at it as by `kill -9`."""
        self.names.append(name)
        if len(self.names) == self._kill_at:
            os.kill(os.getpid(), signal.SIGKILL)
        if name == self._stop_at:
            os.kill(os.getpid(), signal.SIGSTOP)


class WatchedDatabase(Database):
    """The shop's database, with a point before and after each commit and before each call."""

    def __init__(self, url: str, points: CrashPoints) -> None:
        super().__init__(url)
        self._points = points
        event.listen(self.engine, "commit", self._before_commit)
        event.listen(self.writing, "after_commit", self._after_commit)

    def require_no_open_unit(self) -> None:
        """Every client asks this right before it sends."""
        super().require_no_open_unit()
        self._points.reached("before call")

    def _before_commit(self, connection: Connection) -> None:
        if connection.get_execution_options().get("writes"):
            self._points.reached("before commit")

    def _after_commit(self, _session: Session) -> None:
        self._points.reached("after commit")


class Watched:
    """Stands before a client; adds a point after each of its calls."""

    def __init__(self, client: Any, points: CrashPoints) -> None:
        self._client = client
        self._points = points

    def __getattr__(self, name: str) -> Any:
        attribute = getattr(self._client, name)
        if not callable(attribute):
            return attribute

        def called(*arguments: Any, **named: Any) -> Any:
            answer = attribute(*arguments, **named)
            self._points.reached(f"after {name}")
            return answer

        return called
