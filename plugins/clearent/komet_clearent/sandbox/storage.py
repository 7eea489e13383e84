"""Keeps the sandbox's records in an SQLite file, or nowhere when no folder is given."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any


class Storage:
    """Documents by kind and name, none with a card number. The caller's lock serializes access."""

    def __init__(self, folder: Path | None) -> None:
        name = ":memory:" if folder is None else str(folder / "clearent-sandbox.sqlite")
        self._database = sqlite3.connect(name, check_same_thread=False, isolation_level=None)
        # Losing the last second at a power cut is fine here; a killed process loses nothing.
        self._database.execute("PRAGMA synchronous=OFF")
        self._database.execute(
            "CREATE TABLE IF NOT EXISTS document"
            " (kind TEXT, name TEXT, body TEXT NOT NULL, PRIMARY KEY (kind, name))"
        )

    @contextmanager
    def together(self) -> Iterator[None]:
        """Write everything inside, or nothing of it."""
        self._database.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._database.execute("ROLLBACK")
            raise
        self._database.execute("COMMIT")

    def put(self, kind: str, name: str, body: dict[str, Any]) -> None:
        """Keep a document, in place of an earlier one of that name."""
        self._database.execute(
            "INSERT OR REPLACE INTO document VALUES (?, ?, ?)", (kind, name, json.dumps(body))
        )

    def all(self, kind: str) -> list[dict[str, Any]]:
        """Every document of a kind, in no order."""
        rows = self._database.execute("SELECT body FROM document WHERE kind = ?", (kind,))
        return [json.loads(body) for (body,) in rows]

    def forget(self, *kinds: str) -> None:
        """Drop all documents of these kinds."""
        for kind in kinds:
            self._database.execute("DELETE FROM document WHERE kind = ?", (kind,))

    def close(self) -> None:
        """Let go of the file."""
        self._database.close()
