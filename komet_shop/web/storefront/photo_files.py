"""Photos of products under addresses that never change their content."""

from flask import abort, send_from_directory
from flask.typing import ResponseReturnValue

from komet_shop.services import photo_files
from komet_shop.web.assets import FOR_EVER
from komet_shop.web.current import shop
from komet_shop.web.permissions import public
from komet_shop.web.storefront.blueprint import bp


@bp.get("/photos/<file>")
@public("photos of products, the same for everybody", for_machines=True)
def photo(file: str) -> ResponseReturnValue:
    """One size of a photo. Shown, not downloaded: the shop itself wrote every pixel of it."""
    if not photo_files.is_file_name(file):
        abort(404)
    folder = photo_files.folder_in(shop().config.data_dir)
    response = send_from_directory(folder, file, mimetype="image/webp")
    response.headers["Cache-Control"] = FOR_EVER
    return response
