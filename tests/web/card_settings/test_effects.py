"""Every effect of a change has its sentence, for one and for many."""

from collections.abc import Iterator

import pytest

from komet_shop.app import create_app
from komet_shop.services.card_impact import Effect, Impact
from komet_shop.services.shop import Shop
from komet_shop.web.card_settings.effects import MOST_PLACES, effect_texts

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
MANY = tuple(f"Branch {number}" for number in range(MOST_PLACES + 1))


@pytest.fixture(autouse=True)
def _in_a_request(web_shop: Shop) -> Iterator[None]:
    with create_app(web_shop.config, web_shop).test_request_context():
        yield


@pytest.mark.parametrize(("count", "where"), [(1, ("Miami",)), (1_200, MANY)])
def test_it_says_how_many_and_where(count: int, where: tuple[str, ...]) -> None:
    impacts = [Impact(effect=effect, count=count, places=where) for effect in Effect]

    texts = effect_texts(impacts)

    shown = ("1,200", "6 locations") if count > 1 else ("1", "Miami")
    assert len(set(texts)) == len(Effect)
    assert all(part in text for text in texts for part in shown)
