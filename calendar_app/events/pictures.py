"""Pictures, rebuilt from their pixels: nothing of the upload itself is kept, so no GPS data, no
comment and no second file hidden in the first (``security.md``, Images). Pure.
"""

import warnings
from dataclasses import dataclass
from io import BytesIO

from PIL import Image, ImageOps

from calendar_app.core.errors import FieldError
from calendar_app.core.language import N_

WIDTHS = (480, 960, 1600)
FORMATS = ("JPEG", "PNG", "WEBP")
MOST_BYTES = 20 * 1024 * 1024
MOST_PIXELS = 60_000_000
LEAST_WIDTH = 320
LICENSES = ("all-rights-reserved", "press-use", "cc-by", "cc-by-sa", "cc-by-nc", "cc0")
_UNREADABLE = N_("This is not a picture we can read. Save it as JPEG, PNG or WebP and try again.")

_TOO_MANY = N_("The picture has too many pixels (%(width)s × %(height)s). Make it smaller.")


@dataclass(frozen=True, slots=True)
class Picture:
    """One size, as JPEG."""

    width: int
    height: int
    content: bytes


class PictureError(Exception):
    """The upload cannot be used; carries the :class:`FieldError` that says why."""

    def __init__(self, message: str, **params: object) -> None:
        super().__init__(message)
        self.error = FieldError("picture", message, params)


def rebuild(upload: bytes) -> list[Picture]:
    """The picture in up to three widths, never larger than it was; raises
    :class:`PictureError`. Its size is read and judged before any pixel is."""
    if len(upload) > MOST_BYTES:
        raise PictureError(N_("The picture is too large. Send one of at most 20 MB."))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            with Image.open(BytesIO(upload), formats=FORMATS) as opened:
                width, height = opened.size
                if width * height > MOST_PIXELS:
                    raise PictureError(_TOO_MANY, width=width, height=height)
                if min(width, height) < 16 or width < LEAST_WIDTH:
                    raise PictureError(
                        N_("The picture is too small. It must be at least %(least)s pixels wide."),
                        least=LEAST_WIDTH,
                    )
                # A JPEG is decoded smaller where it can be: less memory, same result.
                opened.draft("RGB", (WIDTHS[-1] * 2, WIDTHS[-1] * 2))
                pixels = _upright(opened)
    except PictureError:
        raise
    except Exception:  # Pillow raises almost anything on a broken or hostile file
        raise PictureError(_UNREADABLE) from None
    sizes = [width for width in WIDTHS if width < pixels.width]
    if len(sizes) < len(WIDTHS):
        sizes.append(min(pixels.width, WIDTHS[-1]))
    return [_sized(pixels, width) for width in sizes]


def _upright(opened: Image.Image) -> Image.Image:
    """The pixels alone, turned as the camera says, on white where they were transparent."""
    opened.load()
    turned = ImageOps.exif_transpose(opened).convert("RGBA")
    made = Image.new("RGB", turned.size, "white")
    made.paste(turned, mask=turned.getchannel("A"))
    return made


def _sized(pixels: Image.Image, width: int) -> Picture:
    height = max(round(pixels.height * width / pixels.width), 1)
    small = pixels.resize((width, height), Image.Resampling.LANCZOS)
    out = BytesIO()
    small.save(out, "JPEG", quality=82, optimize=True, progressive=True)
    return Picture(width, height, out.getvalue())
