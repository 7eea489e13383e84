"""The one clock. Demo and tests move it by an offset file that all processes share."""

import time
from datetime import UTC, datetime, timedelta
from pathlib import Path


class Clock:
    """Tells UTC time, and monotonic seconds for measuring how long something took."""

    def __init__(self, offset_file: Path | None = None) -> None:
        self._offset_file = offset_file

    def now(self) -> datetime:
        """The time in UTC, moved by the offset file (whole seconds) where there is one."""
        return datetime.now(UTC) + timedelta(seconds=self._offset())

    def monotonic(self) -> float:
        """Seconds that never jump; only differences mean something."""
        return time.monotonic()

    def _offset(self) -> int:
        if self._offset_file is None:
            return 0
        try:
            return int(self._offset_file.read_text().strip() or 0)
        except FileNotFoundError:
            return 0
