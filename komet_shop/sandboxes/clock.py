"""The time a sandbox lives in: the machine's clock, moved by a file that all processes share."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path


class Clock:
    """UTC time that a person or a test can move without touching the machine."""

    def __init__(self, offset_file: Path | None = None) -> None:
        self._offset_file = offset_file
        self.shift_seconds = 0

    def now(self) -> datetime:
        """The sandbox's present, in UTC, to the second (Komet's timestamps carry no more)."""
        offset = timedelta(seconds=self._file_seconds() + self.shift_seconds)
        return (datetime.now(UTC) + offset).replace(microsecond=0)

    def today(self) -> date:
        """The GMT day, by which daily limits are counted."""
        return self.now().date()

    @staticmethod
    def parse(stamp: str) -> datetime:
        """A GMT timestamp as Komet writes it."""
        return datetime.strptime(stamp, "%Y-%m-%dT%H:%M:%S").replace(tzinfo=UTC)

    def _file_seconds(self) -> int:
        if self._offset_file is None:
            return 0
        try:
            return int(self._offset_file.read_text(encoding="ascii").strip() or "0")
        except FileNotFoundError:  # nobody has moved the time yet
            return 0
