"""The environment of the processes that are killed: where everything is, and with which keys."""

import base64

from komet_shop.config import PREFIX
from komet_shop.sandboxes.komet import KometSandboxServer
from komet_shop.services.shop import Shop
from tests import factories


def environment(shop: Shop, komet: KometSandboxServer, **more: str) -> dict[str, str]:
    """KOMET_SHOP_* variables that open the same shop; patient, since machines may be busy."""
    config = shop.config
    database_url = shop.database.url.render_as_string(hide_password=False)
    told = {
        "ENV": "test",
        "BASE_URL": config.base_url,
        "DATABASE_URL": database_url,
        "QUEUE_URL": "" if shop.database.is_sqlite else database_url,
        "SECRET_KEY": config.secret_key.reveal(),
        "MASTER_KEY": base64.urlsafe_b64encode(factories.MASTER_KEY).decode(),
        "DATA_DIR": str(config.data_dir),
        "CLOCK_FILE": str(config.clock_file),
        "PLUGIN": "clearent",
        "GATEWAY_URL": config.gateway_url,
        "GATEWAY_TOTAL_MS": "5000",
        "KOMET_URL": komet.url,
        "KOMET_TOKEN": komet.token,
        "KOMET_SECONDS": "5",
        **more,
    }
    return {f"{PREFIX}{name}": value for name, value in told.items()}
