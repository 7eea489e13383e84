"""The running shop: what every service may need, made once per process."""

from dataclasses import dataclass

from komet_shop.clock import Clock
from komet_shop.config import Config
from komet_shop.models.database import Database
from komet_shop.services.bulkhead import Bulkhead
from komet_shop.services.gateways import Gateways
from komet_shop.services.secret_box import SecretBox


@dataclass(frozen=True, kw_only=True)
class Shop:
    """The parts that services share. Made by `komet_shop.app.open_shop`."""

    config: Config
    clock: Clock
    database: Database
    box: SecretBox
    gateways: Gateways
    bulkhead: Bulkhead
