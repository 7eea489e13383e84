"""Words of roles and permissions."""

from komet_shop.domain.permissions import DESCRIPTIONS, ROLES, Permission
from komet_shop.web.people.words import PERMISSION_TEXTS


def test_words_are_there_for_every_role_and_permission() -> None:
    assert set(DESCRIPTIONS) == set(ROLES)
    assert set(PERMISSION_TEXTS) == set(Permission)
