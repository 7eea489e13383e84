"""How passwords are kept: Argon2id. One place for the web and the command line."""

import unicodedata
from typing import Final

from argon2 import PasswordHasher
from zxcvbn import zxcvbn

SHORTEST = 12
LONGEST = 128
LEAST_SCORE = 3
MEMORY_KIB = 19_456
PASSES = 2
LANES = 1
NORMAL_FORM: Final = "NFKD"

_hasher = PasswordHasher(time_cost=PASSES, memory_cost=MEMORY_KIB, parallelism=LANES)


class WeakPassword(ValueError):
    """The password is too short, too long or too easy to guess. The message says which."""


def require_strong(password: str, *, about: tuple[str, ...] = ()) -> None:
    """Refuse what attackers try first; no rules about kinds of characters.

    `about` holds words that others know of the person, such as name and address.

    Raises:
        WeakPassword: with a sentence for the person.
    """
    if not SHORTEST <= len(password) <= LONGEST:
        raise WeakPassword(f"Use {SHORTEST} to {LONGEST} characters.")
    if zxcvbn(password, user_inputs=list(about))["score"] < LEAST_SCORE:
        raise WeakPassword("That is easy to guess. Take a few words that do not belong together.")


def hash_password(password: str) -> str:
    """The Argon2id hash to store."""
    return _hasher.hash(unicodedata.normalize(NORMAL_FORM, password))
