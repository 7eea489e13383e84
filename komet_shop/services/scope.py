"""Who asks, and what of the company they may see. No query runs without one."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Actor:
    """Who does something: a user, or a part of the shop such as "worker"."""

    label: str
    user_id: int | None = None
    address: str = ""


@dataclass(frozen=True, kw_only=True)
class Scope:
    """The rows an actor may touch: of one company, of these locations, of these customers.

    `customer_ids` None means every customer of the company.
    """

    actor: Actor
    company_id: int
    location_ids: frozenset[int]
    customer_ids: frozenset[int] | None = None


WORKER = Actor(label="worker")
