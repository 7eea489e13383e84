"""Generated product pictures: a botanical drawing for every flower kind and colour."""

from komet_shop.web.storefront.pictures.picture import flower_svg, from_slug, picture_slug

__all__ = ["flower_svg", "from_slug", "picture_slug"]
