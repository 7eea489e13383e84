"""A small browser without scripts: keeps cookies, reads forms, follows nothing by itself."""

import re
from html import unescape
from typing import Any

import requests

TIMEOUT = 20
PASSWORD = "otter-lamp-granite-yellow"


class Browser:
    """Talks to a served shop over real HTTP."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.http = requests.Session()
        self.http.trust_env = False

    def get(self, path: str, **more: Any) -> requests.Response:
        """One GET, redirects not followed."""
        return self._ask("GET", path, **more)

    def post(self, path: str, fields: dict[str, Any], **more: Any) -> requests.Response:
        """One POST of a form with the token that the form page gave."""
        token = self.token(more.pop("form", path))
        return self.post_raw(path, {"csrf_token": token, **fields}, **more)

    def post_raw(self, path: str, fields: Any = None, **more: Any) -> requests.Response:
        """One POST, exactly as given."""
        return self._ask("POST", path, data=fields, **more)

    def token(self, path: str) -> str:
        """The CSRF token in the first form of a page."""
        found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', self.get(path).text)
        assert found is not None, f"no form on {path}"
        return unescape(found.group(1))

    def log_in(self, email: str, password: str = PASSWORD, **more: Any) -> requests.Response:
        """Log in as a person would."""
        return self.post("/login", {"email": email, "password": password}, **more)

    def cookie(self, name: str = "komet_shop_sid") -> str | None:
        """The value of a cookie."""
        return self.http.cookies.get(name)

    def _ask(self, method: str, path: str, **more: Any) -> requests.Response:
        return self.http.request(
            method, self.url + path, timeout=TIMEOUT, allow_redirects=False, **more
        )
