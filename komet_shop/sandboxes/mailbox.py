"""The catcher's post office: an SMTP listener on a thread, and the messages that it took."""

import asyncio
import socket
import threading
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

from aiosmtpd.smtp import SMTP, Envelope, Session

KINDS = ("refuse", "tempfail", "permfail")
KEPT = 2000  # the oldest make room: a demo that runs for weeks must not fill the memory


@dataclass(frozen=True, kw_only=True)
class Attachment:
    """A file that came with a message."""

    name: str
    content_type: str
    content: bytes


@dataclass(frozen=True, kw_only=True)
class CaughtMessage:
    """One message, taken apart for people and programs."""

    id: int
    received_at: datetime
    sender: str
    recipients: tuple[str, ...]
    subject: str
    text: str
    html: str
    headers: tuple[tuple[str, str], ...]
    attachments: tuple[Attachment, ...]


class Mailbox:
    """All messages in the order of their arrival, and the faults that wait for the next ones."""

    def __init__(self, folder: Path | None = None) -> None:
        self._lock = threading.Lock()
        self._messages: list[CaughtMessage] = []
        self._faults: list[tuple[str, int | None]] = []
        self._folder = folder
        self._last_id = 0
        if folder is not None:
            folder.mkdir(parents=True, exist_ok=True)
            self._read_back(folder)

    def deliver(self, sender: str, recipients: list[str], raw: bytes) -> CaughtMessage:
        """Keep one message; in a file too, if there is a folder."""
        with self._lock:
            self._last_id += 1
            message = _take_apart(self._last_id, datetime.now(UTC), (sender, recipients), raw)
            self._messages = [*self._messages, message][-KEPT:]
            if self._folder is not None:
                lines = f"X-Envelope-From: {sender}\r\nX-Envelope-To: {', '.join(recipients)}\r\n"
                self._file(message.id).write_bytes(lines.encode() + raw)
        return message

    def messages(self, recipient: str = "") -> list[CaughtMessage]:
        """What arrived, oldest first; for one address, if one is given."""
        with self._lock:
            wanted = recipient.casefold()
            return [
                row
                for row in self._messages
                if not wanted or wanted in (one.casefold() for one in row.recipients)
            ]

    def find(self, number: int) -> CaughtMessage | None:
        """The message with this number."""
        return next((row for row in self.messages() if row.id == number), None)

    def clear(self) -> None:
        """Throw all messages away, files included."""
        with self._lock:
            for row in self._messages:
                if self._folder is not None:
                    self._file(row.id).unlink(missing_ok=True)
            self._messages = []

    def add_fault(self, kind: object, times: object) -> None:
        """Let the next deliveries fail (`times` None: until faults are cleared).

        Raises:
            ValueError: unknown kind, or a count that makes no sense.
        """
        if not isinstance(kind, str) or kind not in KINDS:
            raise ValueError(f"fault is one of {', '.join(KINDS)}.")
        if times is not None and (not isinstance(times, int) or times < 1):
            raise ValueError("times is a whole number above 0, or null for 'until cleared'.")
        with self._lock:
            self._faults.append((kind, times))

    def take_fault(self, *kinds: str) -> str | None:
        """The first fault of these kinds, its count going down by one."""
        with self._lock:
            for place, (kind, times) in enumerate(self._faults):
                if kind in kinds:
                    left = None if times is None else times - 1
                    self._faults[place : place + 1] = [] if left == 0 else [(kind, left)]
                    return kind
        return None

    def faults(self) -> list[tuple[str, int | None]]:
        """What is set, with how many deliveries each has left."""
        with self._lock:
            return list(self._faults)

    def clear_faults(self) -> None:
        """Let mail arrive again."""
        with self._lock:
            self._faults = []

    def _file(self, number: int) -> Path:
        assert self._folder is not None
        return self._folder / f"{number:06d}.eml"

    def _read_back(self, folder: Path) -> None:
        for path in sorted(folder.glob("[0-9]*.eml"))[-KEPT:]:
            first, second, raw = path.read_bytes().split(b"\r\n", 2)
            sender = first.decode().partition(": ")[2]
            recipients = second.decode().partition(": ")[2].split(", ")
            received_at = datetime.fromtimestamp(path.stat().st_mtime, UTC)
            self._last_id = int(path.stem)
            self._messages.append(
                _take_apart(self._last_id, received_at, (sender, recipients), raw)
            )


class SmtpListener:
    """Listens from construction on, and answers while the `with` block of its owner lasts."""

    def __init__(self, mailbox: Mailbox, *, host: str, port: int) -> None:
        self._mailbox = mailbox
        self._socket = socket.create_server((host, port))
        self.url = f"smtp://{host}:{self._socket.getsockname()[1]}"
        self._loop = asyncio.new_event_loop()
        self._ended = asyncio.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def start(self) -> None:
        """Begin to take mail."""
        self._thread.start()

    def stop(self) -> None:
        """Close the socket and end the thread."""
        self._loop.call_soon_threadsafe(self._ended.set)
        self._thread.join()

    def _serve(self) -> None:
        with asyncio.Runner(loop_factory=lambda: self._loop) as runner:
            runner.run(self._listen())

    async def _listen(self) -> None:
        server = await self._loop.create_server(self._protocol, sock=self._socket)
        async with server:
            await self._ended.wait()

    def _protocol(self) -> asyncio.Protocol:
        if self._mailbox.take_fault("refuse"):
            return _Refusal()
        handler = _Handler(self._mailbox)
        return SMTP(handler, hostname="mail.sandbox.example", ident="Mail catcher",
                    enable_SMTPUTF8=True, loop=self._loop)  # fmt: skip


class _Refusal(asyncio.Protocol):
    """A server that hangs up before it has said a word."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        transport.abort()


class _Handler:
    """What aiosmtpd asks when a message is complete."""

    def __init__(self, mailbox: Mailbox) -> None:
        self._mailbox = mailbox

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        fault = self._mailbox.take_fault("tempfail", "permfail")
        if fault == "tempfail":
            return "451 4.3.2 Try again later"
        if fault == "permfail":
            return "554 5.7.1 Message refused"
        raw = envelope.original_content or b""
        self._mailbox.deliver(envelope.mail_from or "", list(envelope.rcpt_tos), raw)
        return "250 2.0.0 Caught"


def _take_apart(
    number: int, received_at: datetime, envelope: tuple[str, list[str]], raw: bytes
) -> CaughtMessage:
    message = message_from_bytes(raw, policy=policy.default)
    assert isinstance(message, EmailMessage)
    sender, recipients = envelope
    return CaughtMessage(
        id=number,
        received_at=received_at.replace(microsecond=0),
        sender=str(message.get("From") or sender),
        recipients=tuple(recipients),
        subject=str(message.get("Subject", "")),
        text=_part(message, "plain"),
        html=_part(message, "html"),
        headers=tuple((name, str(value)) for name, value in message.items()),
        attachments=tuple(_attachment(part) for part in message.iter_attachments()),
    )


def _part(message: EmailMessage, kind: str) -> str:
    part = message.get_body(preferencelist=(kind,))
    return str(part.get_content()) if isinstance(part, EmailMessage) else ""


def _attachment(part: EmailMessage) -> Attachment:
    content = part.get_payload(decode=True)
    return Attachment(
        name=part.get_filename() or "unnamed",
        content_type=part.get_content_type(),
        content=content if isinstance(content, bytes) else b"",
    )
