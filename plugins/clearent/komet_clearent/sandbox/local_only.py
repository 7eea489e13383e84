"""Keeps the control address and the portal to people and programs of this machine."""

import ipaddress

from flask import abort, request


def refuse_strangers() -> None:
    """Refuse other machines, names that only pretend to be this one, and other sites' pages."""
    if not ipaddress.ip_address(request.remote_addr or "0.0.0.0").is_loopback:  # noqa: S104  # compared, not bound
        abort(403, "This address answers to its own machine only.")
    if not _is_local_name(request.host.rsplit(":", 1)[0].strip("[]")):
        # A page elsewhere can point its own name at 127.0.0.1; its requests still carry the name.
        abort(403, "This address answers to its own machine only.")
    if request.method not in ("GET", "HEAD"):
        _refuse_other_sites()


def _refuse_other_sites() -> None:
    origin = request.headers.get("Origin")
    site = request.headers.get("Sec-Fetch-Site", "none")
    if site not in ("same-origin", "none") or origin not in (None, request.host_url.rstrip("/")):
        abort(403, "A page of another site may not change anything here.")


def _is_local_name(name: str) -> bool:
    if name == "localhost":
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False
