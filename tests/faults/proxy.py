"""A TCP proxy between shop and gateway that does to each connection what its script says."""

import asyncio
import socket
import struct
import threading
from asyncio import StreamReader, StreamWriter
from collections import deque
from contextlib import suppress
from dataclasses import dataclass
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

CHUNK_BYTES = 65_536
READY_SECONDS = 5
NO_LINGER = struct.pack("ii", 1, 0)  # closing then resets the connection


@dataclass(frozen=True, kw_only=True)
class Way:
    """What happens to the bytes of one direction.

    The first of them wait `after` seconds and, if `held`, for the proxy's `release`. They go
    on as they come, or `drip` bytes every `pause` seconds. After `most` bytes, or when `until`
    has gone by, the connection is over: reset, or closed as if all had been said.
    """

    after: float = 0
    held: bool = False
    drip: int = 0
    pause: float = 0
    most: int | None = None
    until: bytes = b""
    closes: bool = False

    def allows(self, passed: int, chunk: bytes) -> int:
        """How many bytes of the next chunk go on."""
        most = len(chunk) if self.most is None else self.most - passed
        at = chunk.find(self.until) if self.until else -1
        return min(most, len(chunk) if at < 0 else at + len(self.until))


@dataclass(frozen=True, kw_only=True)
class Script:
    """What happens to one connection. Unless told otherwise it is passed on as it is.

    A `silent` one is taken and never spoken on; the other side does not hear of it.
    """

    request: Way = Way()
    answer: Way = Way()
    silent: bool = False


class Over(Exception):
    """A way has passed on all that it may."""

    def __init__(self, way: Way) -> None:
        super().__init__(way)
        self.closes = way.closes


class Proxy:
    """Passes connections on to another address, from `with` to the end of it.

    The first connection follows the first script, and so on; those after the last script are
    passed on. What a caller sent still goes on after the caller has left, as in a network.
    """

    def __init__(self, target: str, *scripts: Script) -> None:
        parts = urlsplit(target)
        self._target = parts.hostname, parts.port
        self._scripts = deque(scripts)
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()), name="proxy")
        self._ready = threading.Event()
        self._open: dict[asyncio.Task[None], StreamWriter] = {}
        self.url = f"{parts.scheme}://127.0.0.1:{self._socket.getsockname()[1]}"
        self.connections = 0

    def __enter__(self) -> Self:
        self._thread.start()
        assert self._ready.wait(READY_SECONDS), "the proxy did not start"
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._loop.call_soon_threadsafe(self._ending.set)
        self._thread.join()

    def release(self) -> None:
        """Let what was held go on."""
        self._loop.call_soon_threadsafe(self._released.set)

    async def _run(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._ending, self._released = asyncio.Event(), asyncio.Event()
        server = await asyncio.start_server(self._meet, sock=self._socket)
        self._ready.set()
        await self._ending.wait()
        server.close()
        for task, writer in self._open.items():
            task.cancel()
            _end(writer)
        await asyncio.gather(*self._open, return_exceptions=True)

    def _meet(self, from_caller: StreamReader, to_caller: StreamWriter) -> None:
        self.connections += 1
        self._open[asyncio.create_task(self._treat(from_caller, to_caller))] = to_caller

    async def _treat(self, from_caller: StreamReader, to_caller: StreamWriter) -> None:
        script = self._scripts.popleft() if self._scripts else Script()
        try:
            if script.silent:
                await self._swallow(from_caller)
            else:
                await self._join(script, from_caller, to_caller)
        except Over as over:
            _end(to_caller, reset=not over.closes)
        finally:
            _end(to_caller)

    async def _swallow(self, reader: StreamReader) -> None:
        with suppress(ConnectionError):
            while await reader.read(CHUNK_BYTES):
                pass

    async def _join(
        self, script: Script, from_caller: StreamReader, to_caller: StreamWriter
    ) -> None:
        from_target, to_target = await asyncio.open_connection(*self._target)
        ways = [
            asyncio.create_task(self._pass_on(script.request, from_caller, to_target)),
            asyncio.create_task(self._pass_on(script.answer, from_target, to_caller)),
        ]
        try:
            await asyncio.gather(*ways)
        finally:
            for way in ways:
                way.cancel()
            _end(to_target)

    async def _pass_on(self, way: Way, reader: StreamReader, writer: StreamWriter) -> None:
        """Copy until this side has said everything, or may say no more."""
        passed = 0
        with suppress(ConnectionError):
            while chunk := await reader.read(CHUNK_BYTES):
                if not passed:
                    await self._wait(way)
                allowed = way.allows(passed, chunk)
                await _write(way, writer, chunk[:allowed])
                passed += allowed
                if passed == way.most or (way.until and way.until in chunk):
                    raise Over(way)
            writer.write_eof()

    async def _wait(self, way: Way) -> None:
        await asyncio.sleep(way.after)
        if way.held:
            await self._released.wait()


async def _write(way: Way, writer: StreamWriter, chunk: bytes) -> None:
    step = way.drip or len(chunk)
    for at in range(0, len(chunk), step):
        if way.drip and at:
            await asyncio.sleep(way.pause)
        writer.write(chunk[at : at + step])
        await writer.drain()


def _end(writer: StreamWriter, *, reset: bool = False) -> None:
    if reset:
        raw = writer.get_extra_info("socket")
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, NO_LINGER)
        writer.transport.abort()
    else:
        writer.close()
