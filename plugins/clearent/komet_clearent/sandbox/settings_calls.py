"""The calls that read and change a terminal's own rules."""

from typing import Any

from . import settings
from .asked import Asked
from .envelope import Reply, refusal
from .presentation import flag


def show_duplicates(asked: Asked) -> Reply:
    """The duplicate rule in force."""
    rule = asked.sandbox.duplicate_rules.of(asked.account.label, asked.assumptions)
    return _duplicates(asked, rule)


def change_duplicates(asked: Asked) -> Reply:
    """Change some fields of the duplicate rule."""
    rules, label = asked.sandbox.duplicate_rules, asked.account.label
    try:
        rule = rules.change(label, rules.of(label, asked.assumptions), asked.body)
    except ValueError as error:
        raise refusal("041", str(error), service=asked.service) from None
    return _duplicates(asked, rule)


def show_letters(asked: Asked) -> Reply:
    """Which address or security code letters the terminal accepts."""
    return _letters(asked)


def change_letters(asked: Asked) -> Reply:
    """Change them; what is approved with a refused letter is voided and declined."""
    filters = asked.body.get("response-filters")
    if not isinstance(filters, list) or not all(isinstance(one, dict) for one in filters):
        raise refusal("041", "response-filters must be a list", service=asked.service)
    asked.sandbox.card_rules.change(asked.account.label, asked.item, filters)
    return _letters(asked)


def _duplicates(asked: Asked, rule: settings.DuplicateRule) -> Reply:
    shown = settings.shown(rule, lambda value: flag(value, asked.assumptions))
    return _reply(asked, "duplicate-settings", shown)


def _letters(asked: Asked) -> Reply:
    letters = settings.AVS_LETTERS if asked.item == "avs" else settings.CSC_LETTERS
    refused = asked.sandbox.card_rules.refused(asked.account.label, asked.item)
    filters = [
        {"name": letter, "allowed": flag(letter not in refused, asked.assumptions)}
        for letter in letters
    ]
    return _reply(asked, f"{asked.item}-settings", {"response-filters": filters})


def _reply(asked: Asked, name: str, shown: dict[str, Any]) -> Reply:
    payload = {name: shown, "payloadType": name}
    return Reply(status=200, payload=payload, service=asked.service)
