"""Who asks in this request: loaded once before the view, with no transaction left open."""

from dataclasses import dataclass

from flask import abort, current_app, g, has_request_context, request

from komet_shop.domain.permissions import Permission, is_staff, permissions_of
from komet_shop.models import User
from komet_shop.services.scope import Actor, Scope
from komet_shop.services.shop import Shop


@dataclass(frozen=True, kw_only=True)
class Visitor:
    """The person behind the request. `user` None: nobody has logged in.

    `customer_ids` None means every customer of the company. Staff with own customers only
    have a set like buyers, so ask `is_staff` who they are. `must_set_up`: they need a second
    factor, have none, and may do nothing else before.
    """

    user: User | None = None
    permissions: frozenset[Permission] = frozenset()
    location_ids: frozenset[int] = frozenset()
    customer_ids: frozenset[int] | None = frozenset()
    is_staff: bool = False
    must_set_up: bool = False

    @classmethod
    def of(
        cls,
        user: User,
        *,
        assigned: frozenset[int],
        active: frozenset[int],
        customers: frozenset[int],
        own: frozenset[int] = frozenset(),
    ) -> "Visitor":
        """What a user may see: staff their locations, buyers every active one.

        `customers` are those a buyer buys for, `own` those a sales person looks after.
        Rule: docs/roles.md, "What each person sees".
        """
        roles = [role.name for role in user.roles]
        permissions = permissions_of(roles)
        staff = is_staff(roles)
        sees_all = Permission.ALL_LOCATIONS in permissions or not staff
        return cls(
            user=user,
            permissions=permissions,
            location_ids=active if sees_all else assigned,
            customer_ids=_customers_of_staff(user, own) if staff else customers,
            is_staff=staff,
        )


NOBODY = Visitor()


def _customers_of_staff(user: User, own: frozenset[int]) -> frozenset[int] | None:
    return own if user.own_customers_only else None


def shop() -> Shop:
    """The running shop: configuration, clock, database, gateways."""
    found = current_app.extensions["komet_shop"]
    assert isinstance(found, Shop)
    return found


def visitor() -> Visitor:
    """The person behind this request, or NOBODY."""
    found = g.get("visitor", NOBODY) if has_request_context() else NOBODY
    assert isinstance(found, Visitor)
    return found


def user() -> User:
    """The user who is logged in; 401 when nobody is."""
    found = visitor().user
    if found is None:
        abort(401)
    return found


def may(permission: Permission) -> bool:
    """True when the visitor holds the permission. For showing or hiding what a page offers."""
    return permission in visitor().permissions


def scope() -> Scope:
    """The rows this request may touch; 401 when nobody has logged in."""
    person = visitor()
    return Scope(
        actor=actor(),
        company_id=user().company_id,
        location_ids=person.location_ids,
        customer_ids=person.customer_ids,
    )


def actor() -> Actor:
    """Who does something, for the audit log: by id, never by name."""
    person = visitor().user
    address = (request.remote_addr or "")[:40]
    if person is None:
        return Actor(label="visitor", address=address)
    return Actor(label=person.public_id, user_id=person.id, address=address)


def session_digest() -> str:
    """Names this browser's session without being able to open it: SHA-256 of its id, in hex.

    It changes at login and logout. Binds one-time card tokens to the session that asked.
    """
    return str(g.browser_session.digest)
