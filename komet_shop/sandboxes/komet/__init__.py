"""A local Komet: the API methods that the shop uses, over books that a person can look at."""

from komet_shop.sandboxes.komet.program import KometSandboxServer

__all__ = ["KometSandboxServer"]
