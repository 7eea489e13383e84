"""The hosted card form: what the plugin puts into a page, and what the page must allow."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol, runtime_checkable


@dataclass(frozen=True, kw_only=True)
class ContentSources:
    """Origins that a page with the card form must allow, beyond the shop's own."""

    scripts: tuple[str, ...] = ()
    frames: tuple[str, ...] = ()
    connections: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class FormRequest:
    """The shop wants a card. `token_field` names the form field that carries the token."""

    token_field: str
    locale: str = "en"


@dataclass(frozen=True, kw_only=True)
class Fragment:
    """A piece of page: a template of the plugin, its context, and the scripts it needs.

    `scripts` are addresses; the shop writes the tags, with nonces, and refuses those that
    are not in the plugin's script inventory.
    """

    template: str
    context: Mapping[str, Any] = field(default_factory=dict)
    scripts: tuple[str, ...] = ()


@runtime_checkable
class HostsCardForm(Protocol):
    """Draws the card fields in a frame of the gateway's origin."""

    def card_form(self, request: FormRequest) -> Fragment:
        """The fragment for the slot `card_form`."""
        ...

    def content_sources(self) -> ContentSources:
        """What the page's content security policy must allow for that fragment."""
        ...
