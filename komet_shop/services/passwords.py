"""How passwords are kept: Argon2id. One place for the web and the command line."""

import unicodedata
from typing import Final

from argon2 import PasswordHasher
from zxcvbn import zxcvbn

from komet_shop.plugin_api import N_

SHORTEST = 12
LONGEST = 128
LEAST_SCORE = 3
MEMORY_KIB = 19_456
PASSES = 2
LANES = 1
NORMAL_FORM: Final = "NFKD"

WRONG_LENGTH = N_("Use %(shortest)d to %(longest)d characters.")
EASY_TO_GUESS = N_("That is easy to guess. Take a few words that do not belong together.")

_hasher = PasswordHasher(time_cost=PASSES, memory_cost=MEMORY_KIB, parallelism=LANES)


class WeakPassword(ValueError):
    """The password is too short, too long or too easy to guess. The message says which.

    `text` and `values` are the message before they were joined, so that it can be translated.
    """

    def __init__(self, text: str, **values: int) -> None:
        super().__init__(text % values)
        self.text = text
        self.values = values


def require_strong(password: str, *, about: tuple[str, ...] = ()) -> None:
    """Refuse what attackers try first; no rules about kinds of characters.

    `about` holds words that others know of the person, such as name and address.

    Raises:
        WeakPassword: with a sentence for the person.
    """
    if not SHORTEST <= len(password) <= LONGEST:
        raise WeakPassword(WRONG_LENGTH, shortest=SHORTEST, longest=LONGEST)
    if zxcvbn(password, user_inputs=list(about))["score"] < LEAST_SCORE:
        raise WeakPassword(EASY_TO_GUESS)


def hash_password(password: str) -> str:
    """The Argon2id hash to store."""
    return _hasher.hash(unicodedata.normalize(NORMAL_FORM, password))
