"""Words of the mail to a person whose password or second factor changed."""

from collections.abc import Callable
from typing import Any

from komet_shop.services.letters import SecurityChange

Say = Callable[..., str]
RESET_PATH = "/reset"


def change(content: SecurityChange, when: str, say: Say, base_url: str) -> dict[str, Any]:
    """Context of the mail: what changed, when, and what to do if it was somebody else."""
    _ = say
    title, means = _texts(say)[content.change]
    return {
        "title": title,
        "means": means,
        "when": _("It was on %(moment)s.", moment=when),
        "href": f"{base_url}{RESET_PATH}",
    }


def _texts(_: Say) -> dict[str, tuple[str, str]]:
    return {
        "password_changed": (
            _("Your password was changed"),
            _("From now on only the new password works. Other sessions have ended."),
        ),
        "second_factor_set_up": (
            _("Two-step login with an app is on"),
            _("After your password, the shop asks for a code from the app. Other sessions ended."),
        ),
        "second_factor_removed": (
            _("The app for two-step login was removed"),
            _("Its codes work no more. Other sessions have ended."),
        ),
        "second_factor_reset": (
            _("Your two-step login was reset"),
            _(
                "App, passkeys and recovery codes work no more: somebody who looks after logins "
                "took them away. You log in with your password, and can set it up anew."
            ),
        ),
        "passkey_added": (
            _("A passkey was added"),
            _("It opens your account after your password. Other sessions have ended."),
        ),
        "passkey_removed": (
            _("A passkey was removed"),
            _("It opens your account no more. Other sessions have ended."),
        ),
        "recovery_codes_made": (
            _("You have new recovery codes"),
            _("The recovery codes from before work no more."),
        ),
    }
