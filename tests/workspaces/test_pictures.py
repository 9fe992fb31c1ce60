"""Whatever is uploaded becomes a small square, or is refused; and browsers are named in words."""

from __future__ import annotations

from io import BytesIO

import pytest
from PIL import Image

from workspaces.devices import device, is_phone
from workspaces.pictures import MOST_PIXELS, SIDE, Unreadable, squared

ORIENTATION = 0x0112


def bytes_of(image: Image.Image, kind: str = "PNG", **options: object) -> BytesIO:
    out = BytesIO()
    image.save(out, kind, **options)
    out.seek(0)
    return out


def opened(data: bytes) -> Image.Image:
    return Image.open(BytesIO(data))


@pytest.mark.parametrize("size", [(900, 400), (400, 900), (256, 256), (3, 5), (1, 1), (5000, 40)])
@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF"])
def test_any_shape_becomes_a_square(size: tuple[int, int], kind: str) -> None:
    with opened(squared(bytes_of(Image.new("RGB", size, "teal"), kind))) as image:
        assert (image.format, image.size) == ("WEBP", (SIDE, SIDE))


def test_the_middle_is_kept() -> None:
    wide = Image.new("RGB", (900, 300), (255, 0, 0))
    wide.paste((0, 0, 255), (300, 0, 600, 300))
    with opened(squared(bytes_of(wide))) as image:
        for corner in ((4, 4), (251, 251)):
            red, _green, blue = image.convert("RGB").getpixel(corner)  # type: ignore[misc]
            assert blue > 200
            assert red < 60


def test_a_phones_picture_is_turned_upright_and_forgets_where_it_was_taken() -> None:
    lying = Image.new("RGB", (300, 300), (255, 0, 0))
    lying.paste((0, 0, 255), (0, 0, 150, 300))  # blue on the left
    notes = lying.getexif()
    notes[ORIENTATION] = 6  # to be turned by 90° clockwise: left becomes top
    notes[0x010E] = "Av. Corrientes 1234"
    data = squared(bytes_of(lying, "JPEG", exif=notes))
    with opened(data) as image:
        red, _green, blue = image.convert("RGB").getpixel((128, 20))  # type: ignore[misc]
        assert blue > red
        assert dict(image.getexif()) == {}
    assert b"Corrientes" not in data


def test_what_is_transparent_stays_so() -> None:
    with opened(squared(bytes_of(Image.new("RGBA", (300, 300), (0, 0, 0, 0))))) as image:
        assert image.mode == "RGBA"
        assert image.getpixel((10, 10))[3] == 0  # type: ignore[index]


@pytest.mark.parametrize("mode", ["1", "L", "P", "CMYK", "LA"])
def test_every_way_to_hold_colour_is_read(mode: str) -> None:
    kind = "JPEG" if mode == "CMYK" else "PNG"
    assert squared(bytes_of(Image.new(mode, (40, 40)), kind))


def test_it_is_small() -> None:
    noise = Image.effect_noise((2000, 2000), 100)
    assert len(squared(bytes_of(noise, "JPEG"))) < 60_000


@pytest.mark.parametrize("data", [b"", b"no picture", b"\xff\xd8\xff\xe0 broken", b"<svg></svg>", b"GIF89a", b"RIFF"])
def test_what_is_no_picture_is_refused(data: bytes) -> None:
    with pytest.raises(Unreadable):
        squared(BytesIO(data))


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_a_file_that_breaks_off_is_refused(kind: str) -> None:
    whole = bytes_of(Image.effect_noise((400, 400), 90), kind).getvalue()
    with pytest.raises(Unreadable):
        squared(BytesIO(whole[: len(whole) // 3]))


@pytest.mark.parametrize("kind", ["TIFF", "BMP", "ICO", "PPM"])
def test_kinds_nobody_takes_photos_in_are_refused(kind: str) -> None:
    with pytest.raises(Unreadable):
        squared(bytes_of(Image.new("RGB", (40, 40)), kind))


@pytest.mark.parametrize("side", [int(MOST_PIXELS**0.5) + 100, 20_000])
def test_a_bomb_is_refused_before_it_is_unpacked(side: int) -> None:
    bomb = bytes_of(Image.new("1", (side, side)))
    assert len(bomb.getvalue()) < 200_000
    with pytest.raises(Unreadable):
        squared(bomb)


CHROME = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36"
)
EDGE = f"{CHROME} Edg/140.0.0.0"
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Mobile Safari/604.1"
ANDROID = "Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Mobile Safari/537.36"


@pytest.mark.parametrize(
    ("said", "words", "phone"),
    [
        (CHROME, "Chrome · Windows", False),
        (EDGE, "Edge · Windows", False),
        (IPHONE, "Safari · iPhone", True),
        (ANDROID, "Chrome · Android", True),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox · Linux", False),
        ("curl/8.0", "curl/8.0", False),
        ("x" * 200, "x" * 60, False),
        ("", "", False),
    ],
)
def test_a_browser_in_words(said: str, words: str, phone: bool) -> None:
    assert device(said) == words
    assert is_phone(said) is phone
