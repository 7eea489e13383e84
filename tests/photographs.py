"""Real picture files, as cameras and hostile people make them."""

import io
import struct
import zlib
from typing import Any

from PIL import Image, ImageCms

RED, BLUE = (200, 30, 40), (30, 40, 200)
CAMERA = "Camera 9000"
ORIENTATION, MODEL, GPS, LATITUDE = 0x0112, 0x0110, 0x8825, 2


def picture(
    kind: str = "JPEG", *, size: tuple[int, int] = (1200, 800), mode: str = "RGB", **saving: Any
) -> bytes:
    """A picture whose left half is red and whose right half is blue."""
    drawn = Image.new("RGB", size, RED)
    drawn.paste(BLUE, (size[0] // 2, 0, *size))
    return saved(drawn.convert(mode), kind, **saving)


def saved(drawn: Image.Image, kind: str, **saving: Any) -> bytes:
    """The bytes of a file."""
    written = io.BytesIO()
    drawn.save(written, kind, **saving)
    return written.getvalue()


def notes(orientation: int = 1) -> Image.Exif:
    """What a camera writes beside the pixels: how it was held, its name, and where it was."""
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    exif[MODEL] = CAMERA
    exif.get_ifd(GPS)[LATITUDE] = (25.0, 46.0, 30.0)
    return exif


def profile_of_swapped_colours() -> bytes:
    """A colour profile in which red means blue: nobody can miss whether it was heeded."""
    plain = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    return plain.replace(b"rXYZ", b"----").replace(b"bXYZ", b"rXYZ").replace(b"----", b"bXYZ")


def bomb(width: int, height: int) -> bytes:
    """A small PNG that says it is of this size."""
    honest = saved(Image.new("L", (1, 1)), "PNG")
    head = b"IHDR" + struct.pack(">II", width, height) + honest[24:29]
    return honest[:12] + head + struct.pack(">I", zlib.crc32(head)) + honest[33:]
