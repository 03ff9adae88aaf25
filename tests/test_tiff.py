"""A TIFF put together of strips is the picture, whatever its size and however many cores there are."""

import os
import struct
from random import Random

import pytest
from PySide6.QtCore import QBuffer, QByteArray
from PySide6.QtGui import QColor, QImage, QImageReader, QImageWriter

from trajecta.io.errors import SaveError
from trajecta.io.tiff import tiff_of

pytestmark = pytest.mark.usefixtures("app")


def picture(wide: int, high: int) -> QImage:
    """White paper with coloured dots and lines, 600 dpi."""
    image = QImage(wide, high, QImage.Format.Format_RGB32)
    image.fill(QColor("white"))
    source = Random(wide * high)
    for _ in range(min(wide * high, 3000)):
        image.setPixel(source.randrange(wide), source.randrange(high), 0xFF000000 | source.randrange(1 << 24))
    image.setDotsPerMeterX(23622)
    image.setDotsPerMeterY(23622)
    return image


def read(content: bytes) -> QImage:
    buffer = QBuffer()
    buffer.setData(QByteArray(content))
    return QImageReader(buffer, b"tiff").read()


def tags(content: bytes) -> dict[int, tuple[int, int, int]]:
    """Type, count and value (or where it stands) of every tag, in the order of the file."""
    directory = struct.unpack_from("<I", content, 4)[0]
    count = struct.unpack_from("<H", content, directory)[0]
    found = struct.iter_unpack("<HHII", content[directory + 2 : directory + 2 + 12 * count])
    assert struct.unpack_from("<I", content, directory + 2 + 12 * count) == (0,), "there is one page"
    return {tag: rest for tag, *rest in found}  # type: ignore[misc]


@pytest.mark.parametrize("size", [(1, 1), (7, 1), (3, 2), (40, 16), (41, 17), (500, 333), (2000, 1500)])
def test_every_pixel_is_there(size: tuple[int, int]) -> None:
    image = picture(*size)
    content = tiff_of(image)
    again = read(content)
    assert again.size() == image.size()
    assert again.convertToFormat(image.format()) == image
    assert (again.dotsPerMeterX(), again.dotsPerMeterY()) == (23622, 23622)


def test_strips_lie_behind_each_other_and_cover_the_picture() -> None:
    image = picture(900, 700)
    content = tiff_of(image)
    known = tags(content)
    assert list(known) == sorted(known), "tags ascend"
    assert known[259][2] == 5, "LZW"
    assert known[257][2] == 700
    rows, (_, strips, offsets), (_, counted, counts) = known[278][2], known[273], known[279]
    assert strips == counted == -(-700 // rows)
    places = struct.unpack_from(f"<{strips}I", content, offsets)
    lengths = struct.unpack_from(f"<{strips}I", content, counts)
    ends = [place + length for place, length in zip(places, lengths, strict=True)]
    assert all(end <= place for end, place in zip(ends, places[1:], strict=False))
    assert ends[-1] <= offsets


def test_the_number_of_cores_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    image = picture(600, 400)
    found = []
    for cores in (None, 1, 2, 64):
        monkeypatch.setattr(os, "cpu_count", lambda cores=cores: cores)
        found.append(tiff_of(image))
    assert len(set(found)) == 1


def test_what_qt_cannot_write_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(QImageWriter, "write", lambda *_: False)
    with pytest.raises(SaveError, match="The TIFF could not be written: "):
        tiff_of(picture(20, 20))
