"""Where a form leads back to: the page it was on, if that is one of the shop's lists."""

import re

from flask import request

_OWN_PAGE = re.compile(r"/(shop|products/[a-z0-9_]+|cart|orders|invoices|cards)(\?[^\s\\#]*)?")
LONGEST = 2_000


def back_to(otherwise: str, *, anchor: str = "") -> str:
    """The address in the form's field `back`, or `otherwise`; never another site."""
    asked = request.form.get("back", "")
    known = len(asked) <= LONGEST and _OWN_PAGE.fullmatch(asked) is not None
    address = asked if known else otherwise
    return f"{address}#{anchor}" if anchor else address
