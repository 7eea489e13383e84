"""Static files under an address that changes with their content, so browsers keep them."""

import hashlib
from pathlib import Path
from typing import Any

from flask import Flask, current_app, send_from_directory
from flask.typing import ResponseReturnValue

from komet_shop.web.permissions import public

FOR_EVER = "public, max-age=31536000, immutable"


def digest_of_folder(folder: Path) -> str:
    """One digest for all files: style sheets and modules name each other relatively."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            digest.update(str(path.relative_to(folder)).encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def asset(path: str) -> str:
    """The address of a static file, for example `asset("css/main.css")`.

    Put together by hand: the page that refuses a foreign host has no routes to ask.
    """
    return f"/static/{_current()['version']}/{path}"


@public("style sheets, scripts and pictures of the shop", for_machines=True)
def file(version: str, filename: str) -> ResponseReturnValue:
    """A static file; an address of another release gives today's file, for now only."""
    response = send_from_directory(_current()["folder"], filename, max_age=0)
    if version == _current()["version"] and _current()["immutable"]:
        response.headers["Cache-Control"] = FOR_EVER
    else:
        response.headers["Cache-Control"] = "no-cache"
    return response


def register(app: Flask, folder: Path, *, immutable: bool) -> None:
    """Serve `folder`; `immutable` is off while somebody edits the files."""
    version = digest_of_folder(folder)
    app.extensions["komet_shop_assets"] = {
        "folder": folder,
        "version": version,
        "immutable": immutable,
    }
    app.add_url_rule("/static/<version>/<path:filename>", "static", file)
    app.add_template_global(asset)


def _current() -> dict[str, Any]:
    found: dict[str, Any] = current_app.extensions["komet_shop_assets"]
    return found
