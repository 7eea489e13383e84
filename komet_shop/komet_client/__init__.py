"""The client of Komet's API, as the services' ERP."""

from komet_shop.komet_client.budget import Budget
from komet_shop.komet_client.calls import CONNECT_SECONDS, LARGEST_ANSWER, Caller
from komet_shop.komet_client.posting import Posting
from komet_shop.komet_client.reading import Reading
from komet_shop.komet_client.wire import Entrance
from komet_shop.plugin_api import Deadlines
from komet_shop.services.shop import Shop

__all__ = ["CONNECT_SECONDS", "KometClient", "open_komet"]


class KometClient(Posting, Reading):
    """Both halves over one caller: posts orders and payments, reads what Komet owns."""

    def __init__(self, caller: Caller) -> None:
        Posting.__init__(self, caller)
        Reading.__init__(self, caller)
        self.deadlines = caller.deadlines


def open_komet(shop: Shop) -> KometClient | None:
    """Komet as the shop is configured to reach it; None for a shop without one.

    A call ends after KOMET_SHOP_KOMET_SECONDS by the wall clock.
    """
    config = shop.config
    if not config.komet_url:
        return None
    total = float(config.komet_seconds)
    caller = Caller(
        entrance=Entrance(url=config.komet_url, token=config.komet_token.reveal()),
        database=shop.database,
        budget=Budget(database=shop.database, clock=shop.clock, users=config.komet_users),
        deadlines=Deadlines(
            connect=min(CONNECT_SECONDS, total), total=total, max_answer_bytes=LARGEST_ANSWER
        ),
    )
    return KometClient(caller)
