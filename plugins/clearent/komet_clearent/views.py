"""The plugin's templates and static files. Notifications arrive at an address of the shop."""

from flask import Blueprint


def blueprint() -> Blueprint:
    """A new blueprint; the shop mounts it under /plugins/clearent."""
    return Blueprint(
        "clearent",
        __name__,
        template_folder="templates",
        static_folder="static/clearent",
        static_url_path="/static",
    )
