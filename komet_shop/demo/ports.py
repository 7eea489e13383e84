"""The one port that is chosen before its program starts: the shop's."""

import errno
import socket

from komet_shop.demo.failures import CannotStart

_MOMENT_SECONDS = 0.3


def choose(host: str, port: int) -> int:
    """The port, or a free one for 0.

    Raises:
        CannotStart: another program listens there, or the host is not an address of this machine.
    """
    try:
        with socket.create_server((host, port), family=_family(host)) as probe:
            chosen: int = probe.getsockname()[1]
    except PermissionError as error:
        raise CannotStart(f"Port {port} needs an administrator. Choose one above 1023.") from error
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise CannotStart(_taken(port)) from error
        raise CannotStart(f"Nobody can listen on {host}: {error.strerror or error}.") from error
    if _browsers_would_find_another(chosen):
        raise CannotStart(_taken(chosen))
    return chosen


def _family(host: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in host else socket.AF_INET


def _taken(port: int) -> str:
    return (
        f"Port {port} is in use, perhaps by another demo. "
        "End that one, or choose another port with --port (0: any free one)."
    )


def _browsers_would_find_another(port: int) -> bool:
    """Somebody on the same port of either meaning of `localhost`."""
    for address in ("127.0.0.1", "::1"):
        try:
            socket.create_connection((address, port), timeout=_MOMENT_SECONDS).close()
        except OSError:
            continue
        return True
    return False
