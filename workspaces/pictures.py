"""A person's picture: whatever they upload becomes a small square WebP without the camera's notes."""

from __future__ import annotations

import warnings
from io import BytesIO
from typing import IO

from PIL import Image, ImageOps, UnidentifiedImageError

SIDE = 256
QUALITY = 85
FORMATS = ("JPEG", "PNG", "WEBP", "GIF")
MOST_PIXELS = 50_000_000  # what a phone takes; a bomb of a few bytes claims far more


class Unreadable(ValueError):
    """It is no picture of a kind we take."""


def squared(upload: IO[bytes]) -> bytes:
    """The middle of the picture, the right way up, SIDE × SIDE."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(upload, formats=FORMATS) as picture:
                return _cut(picture)
    except (UnidentifiedImageError, Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise Unreadable(str(error)) from error
    except (OSError, SyntaxError, ValueError) as error:  # what Pillow says of a file that breaks off or lies
        raise Unreadable(str(error)) from error


def _cut(picture: Image.Image) -> bytes:
    if picture.width * picture.height > MOST_PIXELS:
        raise Unreadable(f"{picture.width} × {picture.height} pixels")
    picture.draft("RGB", (SIDE * 2, SIDE * 2))  # a JPEG is read at the smallest size that is enough
    upright = ImageOps.exif_transpose(picture)
    plain = upright.convert("RGBA" if upright.has_transparency_data else "RGB")
    square = ImageOps.fit(plain, (SIDE, SIDE), Image.Resampling.LANCZOS)
    out = BytesIO()
    square.save(out, "WEBP", quality=QUALITY)
    return out.getvalue()
