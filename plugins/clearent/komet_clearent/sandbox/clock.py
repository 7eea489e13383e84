"""The sandbox's time: real time plus an offset that tests and the demo can move."""

import os
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path


class Clock:
    """UTC time. With a file, its whole number of seconds is the offset, shared with others."""

    def __init__(self, file: Path | None = None) -> None:
        self._file = file
        self._offset_seconds = 0

    @property
    def offset_seconds(self) -> int:
        """Seconds added to real time; a missing or unreadable file counts as none."""
        if self._file is None:
            return self._offset_seconds
        try:
            return int(self._file.read_text())
        except (OSError, ValueError):
            return 0

    def move(self, offset_seconds: int) -> None:
        """Set the offset, for everyone who reads the same file."""
        if self._file is None:
            self._offset_seconds = offset_seconds
        else:
            write_whole(self._file, f"{offset_seconds}\n")

    def now(self) -> datetime:
        """The moment, to the millisecond, which is what the gateway records."""
        moment = datetime.now(UTC) + timedelta(seconds=self.offset_seconds)
        return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def write_whole(file: Path, text: str) -> None:
    """Replace a file at once, so that no reader sees half of it."""
    handle, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
    with os.fdopen(handle, "w") as draft:
        draft.write(text)
    Path(name).replace(file)
