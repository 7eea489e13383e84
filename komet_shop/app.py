"""Where the parts meet: the shop's services, and the web application around them.

A page area is a package in `komet_shop/web/` that lists its Flask blueprints in
`blueprints`; it is mounted here without further ado. Every view declares its permission
with `@requires(...)` or `@public(reason)`, or the program does not start.
"""

import importlib
import os
import pkgutil
from collections.abc import Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from urllib.parse import urlsplit

import structlog
from flask import Blueprint, Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from komet_shop import logs, web
from komet_shop.clock import Clock
from komet_shop.config import Config
from komet_shop.models.database import Database
from komet_shop.plugin_api import Host, Plugin
from komet_shop.plugins import active_plugin
from komet_shop.services import rate_limits, sending
from komet_shop.services.bulkhead import Bulkhead
from komet_shop.services.gateways import Gateways
from komet_shop.services.rate_limits import Limit
from komet_shop.services.secret_box import SecretBox
from komet_shop.services.shipping import KnownWays
from komet_shop.services.shop import Shop
from komet_shop.web import (
    accounts,
    answers,
    assets,
    card_guard,
    csrf,
    errors,
    filters,
    form_texts,
    headers,
    home,
    languages,
    operations_pages,
    permissions,
    plugin_pages,
    sessions,
    shopping,
    visitors,
)

PACKAGE = Path(__file__).parent
MOST_BYTES = 1_000_000


class ShopHost:
    """What the shop gives its payment plugin."""

    def __init__(self, database: Database, plugin_name: str) -> None:
        self._database = database
        self._log = structlog.get_logger(f"plugin.{plugin_name}")

    @property
    def software(self) -> tuple[str, str]:
        """Product and version, as gateways like to be told."""
        return "Komet Shop", software_version()

    def about_to_call(self) -> float:
        """Refuse a call out of the house while a transaction is open; say how late it may be."""
        self._database.require_no_open_unit()
        return sending.latest_start()

    def log(self, event: str, **fields: str | int | bool | None) -> None:
        """One line in the shop's log, scrubbed like all others."""
        self._log.info(event, **fields)


def software_version() -> str:
    """The version of this shop."""
    try:
        return version("komet-shop")
    except PackageNotFoundError:  # run from a checkout that was never installed
        return "0"


def open_shop(
    config: Config, plugin: Plugin | None = None, database: Database | None = None
) -> Shop:
    """Join the parts that services share; once per process.

    Raises:
        PluginError: no usable payment plugin is installed.
    """
    chosen = plugin or active_plugin(config.plugin)
    known = database or Database(config.database_url)
    box = SecretBox(*config.master_keys)
    host: Host = ShopHost(known, chosen.name)
    return Shop(
        config=config,
        clock=Clock(config.clock_file),
        database=known,
        box=box,
        gateways=Gateways(config=config, database=known, box=box, plugin=chosen, host=host),
        bulkhead=Bulkhead(config.payments_in_flight),
    )


def create_app(
    config: Config,
    shop: Shop | None = None,
    *,
    limits: Mapping[str, Limit] = rate_limits.LIMITS,
    areas: Sequence[Blueprint] | None = None,
) -> Flask:
    """The web application, a plain WSGI callable.

    `areas` None mounts every page area that is found.

    Raises:
        UndeclaredRoute: a route declares no permission.
        PluginError: no usable payment plugin is installed.
    """
    running = shop or open_shop(config)
    root = resources()
    app = Flask(__name__, template_folder=str(root / "templates"), static_folder=None)
    app.extensions["komet_shop"] = running
    app.extensions["komet_shop_company"] = visitors.CompanyInMemory()
    app.extensions[shopping.WAYS] = KnownWays()
    app.config.update(_settings(config), KOMET_SHOP_LIMITS=limits)
    _frame(app, config)
    _before_views(app)
    csrf.register(app)
    accounts.register(app, running)
    languages.register(app, _catalogues(running.gateways.plugin))
    filters.register(app)
    form_texts.register(app)
    errors.register(app)
    _mount(app, running, _areas() if areas is None else areas)
    if config.proxy_hops:
        hops = config.proxy_hops
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops)  # type: ignore[method-assign]  # Flask's documented way
    return app


def create_app_from_environment() -> Flask:
    """The web application as servers start it: `komet_shop.app:create_app_from_environment`.

    Raises:
        ConfigError: KOMET_SHOP_* variables are missing or wrong.
    """
    logs.configure()
    return create_app(Config.from_environment(os.environ))


def resources() -> Path:
    """The folder with `templates/` and `static/`: the package when installed, else its parent."""
    return PACKAGE if (PACKAGE / "templates").is_dir() else PACKAGE.parent


def _settings(config: Config) -> dict[str, object]:
    return {
        "SECRET_KEY": config.secret_key.reveal(),
        "DEBUG": config.debug,
        "PROPAGATE_EXCEPTIONS": False,
        "MAX_CONTENT_LENGTH": MOST_BYTES,
        "MAX_FORM_MEMORY_SIZE": MOST_BYTES,
        "TRUSTED_HOSTS": [urlsplit(config.base_url).hostname],
        "PREFERRED_URL_SCHEME": urlsplit(config.base_url).scheme,
    }


def _frame(app: Flask, config: Config) -> None:
    """What stands around every answer. Headers come first here, so they are written last."""
    headers.register(app, config)
    sessions.configure_cookie(app, config)
    assets.register(app, resources() / "static", immutable=config.env != "development")
    app.context_processor(visitors.page_context)


def _before_views(app: Flask) -> None:
    """In this order; a view starts with no transaction open."""
    app.before_request(answers.begin)
    app.before_request(card_guard.refuse_card_numbers)
    app.before_request(visitors.load_visitor)
    app.before_request(permissions.check_access)
    app.before_request(csrf.check_origin)
    app.after_request(answers.note)


def _mount(app: Flask, running: Shop, areas: Sequence[Blueprint]) -> None:
    for blueprint in (operations_pages.blueprint, home.blueprint, *areas):
        app.register_blueprint(blueprint)
    of_plugin = plugin_pages.mount(app, running.gateways.plugin)
    permissions.declare_all(app, accounts.ROUTES | of_plugin)


def _areas() -> list[Blueprint]:
    """The blueprints of all page areas, by the areas' names."""
    found: list[Blueprint] = []
    for module in pkgutil.iter_modules(web.__path__, "komet_shop.web."):
        if module.ispkg:
            found += getattr(importlib.import_module(module.name), "blueprints", ())
    return found


def _catalogues(plugin: Plugin) -> list[str]:
    return [folder for folder in (str(PACKAGE / "translations"), plugin.translations()) if folder]
