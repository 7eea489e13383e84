"""Cuts a list into the pages of a search."""

from collections.abc import Sequence
from typing import Any, TypeVar

from .asked import Asked
from .envelope import refusal

T = TypeVar("T")


def page_of(asked: Asked, items: Sequence[T]) -> tuple[Sequence[T], dict[str, Any]]:
    """The asked-for page and the `page` block that describes it; 041 for a bad number."""
    size = _size(asked)
    number = _number(asked, "page", 0)
    shown = items[number * size : (number + 1) * size]
    pages = -(-len(items) // size)
    described = {
        "first": number == 0,
        "last": number >= pages - 1,
        "number": number,
        "number-of-elements": len(shown),
        "size": size,
        "sort": None,
        "total-elements": len(items),
        "total-pages": pages,
    }
    return shown, {name: value for name, value in described.items() if value is not None}


def _size(asked: Asked) -> int:
    spelled = asked.assumptions.page_size_parameter
    names = ("page-size", "pageSize") if spelled == "both" else (spelled,)
    sizes = [_number(asked, name, 0) for name in names]
    wanted = next((size for size in sizes if size), asked.assumptions.default_page_size)
    return min(wanted, asked.assumptions.maximum_page_size)


def _number(asked: Asked, name: str, otherwise: int) -> int:
    text = asked.call.query.get(name, "")
    if not text:
        return otherwise
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise refusal("041", f"{name} must be a number")
    return int(text)
