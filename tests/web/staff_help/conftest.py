"""The same people as before the Reviews screen."""

from tests.web.reviews.conftest import Sit, desk, sit

__all__ = ["Sit", "desk", "sit"]
