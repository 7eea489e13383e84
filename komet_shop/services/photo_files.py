"""Photos as files: from what somebody uploads to what browsers load, and where that lies."""

import io
import os
import re
import secrets
import struct
import warnings
from pathlib import Path
from typing import BinaryIO

from PIL import Image, ImageCms, ImageOps

from komet_shop.domain import identifiers

MOST_BYTES = 20_000_000
MOST_PIXELS = 50_000_000
WIDTHS = (480, 960)
FORMATS = ("JPEG", "PNG", "WEBP")
QUALITY = 80
_SLOWEST_AND_SMALLEST = 6
_FILE_NAME = re.compile(rf"[a-p]{{32}}-(?:{'|'.join(map(str, WIDTHS))})\.webp")

Photo = dict[int, bytes]
"""WebP files by their width in pixels; all are square."""


class PhotoRefused(Exception):
    """The file cannot become a photo. The message says why, for the person who chose it."""


def make_photo(source: BinaryIO) -> Photo:
    """Upright squares cut from the middle of a JPEG, PNG or WebP picture.

    The format is told by the content, never by a name. Nothing of the file is passed on but
    its pixels: a camera notes where and when a picture was taken.

    Raises:
        PhotoRefused: too large, no such picture, or damaged.
    """
    content = source.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise PhotoRefused(f"The file is larger than {MOST_BYTES // 1_000_000} MB.")
    widest = max(WIDTHS)
    square = ImageOps.fit(_with_plain_pixels(_read(content, widest)), (widest, widest))
    shown = _in_colours_of_screens(square)
    return {width: _webp(shown.resize((width, width))) for width in WIDTHS}


def folder_in(data_dir: Path) -> Path:
    """Where photos lie; one for all machines that serve the shop."""
    return data_dir.resolve().joinpath("photos")


def name_of(photo: Photo, product: str) -> str:
    """A name for this photo of the product with that public id: 32 letters from the content.

    Products never share a file, so that one can lose its photo without asking the others.
    """
    return identifiers.fingerprint(b"".join((product.encode(), *photo.values())))[:32]


def file_name(name: str, width: int) -> str:
    """The file of a photo in one of its `WIDTHS`."""
    return f"{name}-{width}.webp"


def is_file_name(text: str) -> bool:
    """Whether this can be a file of a photo, and no way to any other file."""
    return _FILE_NAME.fullmatch(text) is not None


def write(folder: Path, name: str, photo: Photo) -> None:
    """Keep all sizes, each wholly or not at all. Once more does no harm."""
    folder.mkdir(parents=True, exist_ok=True)
    for width, content in photo.items():
        _write_whole(folder.joinpath(file_name(name, width)), content)


def delete(folder: Path, name: str) -> None:
    """Delete what is there of a photo."""
    for each in (file_name(name, width) for width in WIDTHS):
        if is_file_name(each):
            folder.joinpath(each).unlink(missing_ok=True)


def _read(content: bytes, needed: int) -> Image.Image:
    """The picture, turned as its camera was held; a JPEG no larger than needed."""
    try:
        with warnings.catch_warnings(action="ignore"):  # what can be read after all is taken
            picture = Image.open(io.BytesIO(content), formats=FORMATS)
            _require_few_pixels(picture)
            picture.draft(None, (needed, needed))
            picture.load()
            ImageOps.exif_transpose(picture, in_place=True)
    except Image.DecompressionBombError as error:
        most = MOST_PIXELS // 1_000_000
        raise PhotoRefused(f"The picture has more than {most} megapixels.") from error
    except (OSError, SyntaxError, ValueError, TypeError, EOFError, struct.error) as error:
        raise PhotoRefused("The file is no JPEG, PNG or WebP picture, or is damaged.") from error
    return picture


def _require_few_pixels(picture: Image.Image) -> None:
    """Only the file's head has been read; Pillow's own limit is higher."""
    if picture.width * picture.height > MOST_PIXELS:
        raise Image.DecompressionBombError(f"{picture.width} x {picture.height}")


def _with_plain_pixels(picture: Image.Image) -> Image.Image:
    """Without palette; the profile of printers' colours needs them as they are."""
    mode = "RGBA" if picture.has_transparency_data else "RGB"
    return picture if picture.mode in (mode, "CMYK") else picture.convert(mode)


def _in_colours_of_screens(picture: Image.Image) -> Image.Image:
    """In sRGB: many phones use a wider space, in which a red without its profile is dull."""
    mode = "RGBA" if picture.mode == "RGBA" else "RGB"
    profile = picture.info.get("icc_profile")
    if profile:
        try:
            given = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            screen = ImageCms.createProfile("sRGB")
            changed = ImageCms.profileToProfile(picture, given, screen, outputMode=mode)
        except (ImageCms.PyCMSError, OSError):
            changed = None  # a profile that is no use: the colours are taken as they stand
        picture = changed or picture
    return picture if picture.mode == mode else picture.convert(mode)


def _webp(picture: Image.Image) -> bytes:
    written = io.BytesIO()
    picture.save(written, "WEBP", quality=QUALITY, method=_SLOWEST_AND_SMALLEST)
    return written.getvalue()


def _write_whole(path: Path, content: bytes) -> None:
    part = path.with_suffix(f".{secrets.token_hex(4)}")
    try:
        with part.open("xb") as target:
            target.write(content)
            target.flush()
            os.fsync(target.fileno())
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
