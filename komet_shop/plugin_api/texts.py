"""Marks texts that are stored in English and translated where they are shown."""


def N_(text: str) -> str:
    """The text as it is; extraction finds it by this name.

    For what a plugin tells buyers: the shop keeps `buyer_message` in English and looks it up
    in the reader's language on each page, also in the plugin's own `translations()`.
    """
    return text
