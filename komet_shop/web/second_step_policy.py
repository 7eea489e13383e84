"""Who needs a second factor, and what is left to somebody who needs one and has none."""

from dataclasses import replace

from flask import request

from komet_shop.domain.permissions import Permission
from komet_shop.models import User
from komet_shop.web.current import Visitor, shop

SET_UP = "security.two_factor_setup"
CODE = "security.two_factor_token_validation"
PASSKEYS, NEW_PASSKEY = "security.wan_register", "security.wan_register_response"
OPEN_BEFORE = frozenset({SET_UP, CODE, PASSKEYS, NEW_PASSKEY, "security.verify", "security.logout"})
"""All that is open to somebody who has to set a second factor up first."""


def is_needed_by(user: User) -> bool:
    """True when one of the person's roles needs a second factor here."""
    needing = shop().config.second_factor_roles
    return any(role.name in needing for role in user.roles)


def as_far_as_proven(person: Visitor) -> Visitor:
    """The same visitor; without rights where a second factor is needed and not there.

    Asked at every request, so a role that is given counts at once.
    Rule: docs/operations.md, "Second factor".
    """
    user = person.user
    if user is None or user.has_second_factor or not is_needed_by(user):
        return person
    return replace(
        person,
        permissions=frozenset({Permission.PROFILE}),
        location_ids=frozenset(),
        customer_ids=frozenset(),
        must_set_up=True,
    )


def is_open_before() -> bool:
    """True when this request is a step towards a second factor."""
    return request.endpoint in OPEN_BEFORE
